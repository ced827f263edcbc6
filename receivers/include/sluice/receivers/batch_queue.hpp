/// Batches on their way from any thread of the program into a stream.
///
/// Thread rule: any thread. Promise: bounded; entries leave in the order they came, and a push that
/// is refused says so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <sluice/operators/error.hpp>
#include <sluice/operators/footprint.hpp>
#include <sluice/operators/owned.hpp>
#include <utility>
#include <vector>

namespace sluice {

class input_host;

template <class T>
class queue_input;

namespace detail {

/// Tells the reader of a queue that something came; however much comes before it looks is one call.
class queue_bell {
 public:
  /// @throws usage_error if there is a reader already
  void attach(std::shared_ptr<input_host> const& reader);
  void detach();
  void ring();

 private:
  struct state;
  std::shared_ptr<state> state();

  std::mutex mutex_;
  std::shared_ptr<struct state> state_;
};

[[noreturn]] void refuse_push(char const* why, std::size_t max_batches);
std::size_t checked_queue_bound(std::size_t max_batches);

}  // namespace detail

template <class T>
class batch_queue {
  static_assert(
      owned<T>,
      "batch_queue<T>: T, or something in it, is a view such as std::string_view. Entries "
      "outlive the code that pushes them: use the owned type, such as std::string.");

 public:
  static constexpr std::size_t default_max_batches = 1'000'000;

  /// @throws usage_error if nothing may be in the queue
  explicit batch_queue(std::size_t max_batches = default_max_batches)
      : max_batches_{detail::checked_queue_bound(max_batches)} {}

  /// Adds one entry.
  /// @throws usage_error if the queue is full or closed
  void push(std::vector<T> batch) {
    if (!try_push(std::move(batch))) detail::refuse_push("is full", max_batches_);
  }
  /// Adds one entry unless the queue is full. @return whether it was added
  /// @throws usage_error if the queue is closed
  bool try_push(std::vector<T>&& batch) {
    {
      auto const lock = std::scoped_lock{mutex_};
      if (closed_) detail::refuse_push("is closed", max_batches_);
      if (entries_.size() >= max_batches_) return false;
      records_ += batch.size();
      bytes_ += footprint_of(batch);
      entries_.push_back(std::move(batch));
    }
    bell_.ring();
    return true;
  }
  bool try_push(std::vector<T> const& batch) { return try_push(std::vector<T>{batch}); }
  /// Nothing can be pushed from now on; what is in the queue stays. Idempotent.
  void close() {
    auto const lock = std::scoped_lock{mutex_};
    closed_ = true;
  }
  bool closed() const {
    auto const lock = std::scoped_lock{mutex_};
    return closed_;
  }
  /// Entries that wait.
  std::size_t size() const {
    auto const lock = std::scoped_lock{mutex_};
    return entries_.size();
  }

  /// What waits in the queue, counted.
  struct content {
    std::size_t entries = 0;
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
  };
  content waiting() const {
    auto const lock = std::scoped_lock{mutex_};
    return {entries_.size(), records_, bytes_};
  }

 private:
  // The input alone takes entries out.
  friend class queue_input<T>;

  std::optional<std::vector<T>> pop() {
    auto const lock = std::scoped_lock{mutex_};
    if (entries_.empty()) return std::nullopt;
    auto front = std::move(entries_.front());
    entries_.pop_front();
    records_ -= front.size();
    bytes_ -= footprint_of(front);
    return front;
  }

  std::size_t const max_batches_;
  detail::queue_bell bell_;
  mutable std::mutex mutex_;
  // All below: only under mutex_.
  std::deque<std::vector<T>> entries_;
  std::uint64_t records_ = 0;
  std::uint64_t bytes_ = 0;
  bool closed_ = false;
};

}  // namespace sluice
