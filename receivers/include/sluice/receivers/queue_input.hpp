/// Batches from a queue, one per batch of the stream.
///
/// Thread rule: an input's. Promise: every entry becomes exactly one batch (or part of one, when
/// they are merged), empty ones included, in the order of the queue.
#pragma once

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <sluice/operators/slices.hpp>
#include <sluice/receivers/batch_queue.hpp>
#include <sluice/receivers/input.hpp>
#include <string>
#include <utility>
#include <vector>

namespace sluice {

template <class T>
struct queue_options {
  /// One entry per batch; otherwise all that wait, merged in order.
  bool one_at_a_time = true;
  /// What a batch holds that finds the queue empty; nothing if it is not given.
  std::optional<std::vector<T>> default_batch = {};
};

namespace detail {

std::string queue_position(std::uint64_t batches);
/// @throws runtime_failure if fewer are declared
std::uint64_t batches_before(std::string_view position, std::size_t declared);

/// What does not depend on the records' type.
class queue_input_base : public input {
 public:
  std::string_view kind() const override { return "queue"; }
  std::string describe() const override { return "queue"; }
  void start(std::shared_ptr<input_host> host) override;
  void committed(batch_id) override {}
  void stop() override;
  std::map<std::string, std::uint64_t> counters() const override;

 protected:
  virtual queue_bell& bell() = 0;
  std::size_t partitions() const { return host_->partitions(); }
  std::uint64_t batches() const { return batches_; }
  void count(std::size_t records) {
    ++batches_;
    records_ += records;
  }

 private:
  std::shared_ptr<input_host> host_;
  std::uint64_t batches_ = 0;
  std::uint64_t records_ = 0;
};

}  // namespace detail

/// Counters: `batches` and `records` taken from the queue, default batches excluded.
template <class T>
class queue_input final : public detail::queue_input_base {
 public:
  /// A queue that holds `batches` and no more.
  explicit queue_input(std::vector<std::vector<T>> batches, queue_options<T> how = {})
      : queue_input{filled(std::move(batches)), std::move(how)} {
    declared_ = true;
  }
  /// @throws usage_error if there is no queue
  explicit queue_input(std::shared_ptr<batch_queue<T>> queue, queue_options<T> how = {})
      : queue_{std::move(queue)}, how_{std::move(how)} {
    if (!queue_) throw usage_error{"queue: the queue is a null pointer; give a batch_queue"};
  }

  input_status status(bool) override {
    auto const now = queue_->waiting();
    auto const none_left = left() == 0;
    return {now.records, now.bytes, none_left, !none_left};
  }

  /// What was pushed until now is still handed out; what comes later stays in the queue.
  void drain() override { left_at_drain_ = left(); }

  input_cut cut(batch_ref const&, std::uint64_t) override {
    auto taken = take();
    auto result = input_cut{};
    result.records = taken.size();
    result.bytes = footprint_of(taken);
    result.parts = slice_vector(std::move(taken), partitions());
    result.after = status(false);
    return result;
  }

  // The program that goes on declares the same batches again; what was pushed is gone with its
  // process.
  delivery guarantee() const override {
    return declared_ ? delivery::exactly_once : delivery::at_most_once;
  }
  std::string position() const override {
    return declared_ ? detail::queue_position(batches()) : std::string{};
  }
  void go_on_from(std::string_view position) override {
    if (!declared_) return;
    for (auto n = detail::batches_before(position, queue_->size()); n != 0; --n) pop();
  }

 private:
  static std::shared_ptr<batch_queue<T>> filled(std::vector<std::vector<T>> batches) {
    auto queue = std::make_shared<batch_queue<T>>(std::max<std::size_t>(batches.size(), 1));
    for (auto& each : batches) queue->push(std::move(each));
    queue->close();
    return queue;
  }

  std::vector<T> take() {
    // No more than there are now: a fast producer must not keep the cut from ending.
    auto const waiting = left();
    if (waiting == 0) return how_.default_batch.value_or(std::vector<T>{});
    auto taken = pop();
    if (how_.one_at_a_time) return taken;
    for (auto more = waiting - 1; more > 0; --more) {
      auto next = pop();
      taken.insert(taken.end(), std::make_move_iterator(next.begin()),
                   std::make_move_iterator(next.end()));
    }
    return taken;
  }

  // Only inputs take from a queue, and it has one: where `left` has seen an entry, there is one.
  std::vector<T> pop() {
    auto entry = queue_->pop().value_or(std::vector<T>{});
    count(entry.size());
    if (left_at_drain_) --*left_at_drain_;
    return entry;
  }

  std::size_t left() const {
    auto const waiting = queue_->size();
    return left_at_drain_ ? std::min(*left_at_drain_, waiting) : waiting;
  }

  detail::queue_bell& bell() override { return queue_->bell_; }

  std::shared_ptr<batch_queue<T>> queue_;
  bool declared_ = false;  // with all its batches, by the program
  queue_options<T> how_;
  std::optional<std::size_t> left_at_drain_ = {};
};

}  // namespace sluice
