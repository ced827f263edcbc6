/// Memory of records that is used again once nobody reads them any more.
///
/// Thread rule: `take` and `publish` are for one thread at a time; the last reader of a chunk may
/// be any. Promise: a steady stream of batches touches no fresh memory, which costs more than to
/// write records; what is held for the next batches is bounded.
#pragma once

#include <memory>
#include <mutex>
#include <sluice/operators/chunk.hpp>
#include <utility>
#include <vector>

namespace sluice {

/// Vectors that became chunks and come back.
template <class T>
class recycled {
 public:
  /// @param most_bytes  of memory that waits to be used again
  explicit recycled(std::size_t most_bytes) : returned_{std::make_shared<store>(most_bytes)} {}

  /// An empty vector, with the room of a former one if one has come back.
  std::vector<T> take() { return returned_->take(); }

  /// Makes a chunk of the records; with its end their memory comes back.
  std::shared_ptr<chunk_of<T> const> publish(std::vector<T> records) const {
    auto made = std::make_unique<chunk_of<T>>(std::move(records));
    return {made.release(), [home = returned_](chunk_of<T>* gone) {
              home->give(gone->release());
              delete gone;
            }};
  }

 private:
  /// What has come back.
  class store {
   public:
    explicit store(std::size_t most_bytes) : most_bytes_{most_bytes} { free_.reserve(most); }
    std::vector<T> take() {
      std::lock_guard const lock{mutex_};
      if (free_.empty()) return {};
      auto one = std::move(free_.back());
      free_.pop_back();
      held_ -= one.capacity() * sizeof(T);
      return one;
    }
    void give(std::vector<T> one) noexcept {
      one.clear();
      std::lock_guard const lock{mutex_};
      if (free_.size() == most || held_ + one.capacity() * sizeof(T) > most_bytes_) return;
      held_ += one.capacity() * sizeof(T);
      free_.push_back(std::move(one));
    }

   private:
    // Batches of one stage that are on their way at the same time are few.
    static constexpr std::size_t most = 4;

    std::size_t most_bytes_;
    std::mutex mutex_;
    std::vector<std::vector<T>> free_;
    std::size_t held_ = 0;  // bytes
  };

  std::shared_ptr<store> returned_;
};

}  // namespace sluice
