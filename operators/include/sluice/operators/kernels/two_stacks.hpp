/// The aggregate of a sliding run of values, without an inverse, in amortised constant time.
///
/// Thread rule: one thread at a time. Promise: what a batch changed is undone by `discard`; the
/// function is applied to older values on the left.
#pragma once

#include <cstddef>
#include <optional>
#include <sluice/operators/time.hpp>
#include <utility>
#include <vector>

namespace sluice::kernels {

/// Old values stand in the front stack as running aggregates from each one to the front's newest;
/// new ones stand in the back with one aggregate over all. When the front is used up, the back is
/// turned over.
template <class V>
class two_stacks {
 public:
  /// Starts a batch: from here on changes can be undone.
  void begin() { saved_ = {back_.size(), back_sum_, {}}; }

  template <class F>
  void push(batch_time time, V value, F&& f) {
    if (back_sum_)
      back_sum_ = f(*back_sum_, value);
    else
      back_sum_ = value;
    back_.push_back({time, std::move(value)});
  }

  /// Forgets the values with a time up to `last`.
  template <class F>
  void drop_until(batch_time last, F&& f) {
    while (true) {
      if (live() == 0) turn(last, f);
      if (live() == 0 || front_[live() - 1].time > last) return;
      ++dropped_;
    }
  }

  template <class F>
  std::optional<V> sum(F&& f) const {
    if (live() == 0) return back_sum_;
    auto const& oldest = front_[live() - 1].value;
    return back_sum_ ? f(oldest, *back_sum_) : oldest;
  }

  bool empty() const { return live() == 0 && back_.empty(); }

  void keep() {
    front_.erase(front_.begin() + static_cast<std::ptrdiff_t>(live()), front_.end());
    dropped_ = 0;
    saved_ = {};
  }
  void discard() {
    if (saved_.turned) {
      front_ = std::move(saved_.turned->first);
      back_ = std::move(saved_.turned->second);
    }
    dropped_ = 0;
    back_.erase(back_.begin() + static_cast<std::ptrdiff_t>(saved_.back), back_.end());
    back_sum_ = std::move(saved_.back_sum);
    saved_ = {};
  }

 private:
  struct entry {
    batch_time time;
    V value;  // in the front: the aggregate from this entry to the front's newest
  };
  using entries = std::vector<entry>;
  struct before {
    std::size_t back = 0;
    std::optional<V> back_sum;
    std::optional<std::pair<entries, entries>> turned;  // front and back before the first turn
  };

  std::size_t live() const { return front_.size() - dropped_; }

  // The front is empty and some of the back is due to leave.
  template <class F>
  void turn(batch_time last, F&& f) {
    if (back_.empty() || back_.front().time > last) return;
    entries turned;
    turned.reserve(back_.size());
    for (auto from = back_.rbegin(); from != back_.rend(); ++from)
      turned.push_back(
          {from->time, turned.empty() ? from->value : f(from->value, turned.back().value)});
    if (!saved_.turned) saved_.turned.emplace(std::move(front_), std::move(back_));
    front_ = std::move(turned);
    back_.clear();
    back_sum_.reset();
    dropped_ = 0;
  }

  entries front_;            // oldest last
  entries back_;             // oldest first
  std::size_t dropped_ = 0;  // entries at the end of the front that this batch has dropped
  std::optional<V> back_sum_;
  before saved_;
};

}  // namespace sluice::kernels
