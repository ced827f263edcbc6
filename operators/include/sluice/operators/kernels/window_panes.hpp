/// What all windows share: when one is due, and which batches it holds.
///
/// Thread rule: one thread at a time. Promise: a batch changes nothing for good before `keep`.
#pragma once

#include <deque>
#include <sluice/operators/kernel.hpp>

namespace sluice::kernels {

/// When a window emits: with each batch that reaches a multiple of the slide since the zero time.
class slide_clock {
 public:
  /// @param slide  0: with every batch
  explicit slide_clock(duration slide) : slide_{slide} {}
  bool due(batch_context const& now) const;
  void passed(batch_context const& now) { last_ = now.batch.time; }

  duration slide() const { return slide_; }
  std::optional<batch_time> last() const { return last_; }
  void set_last(std::optional<batch_time> last) { last_ = last; }

 private:
  duration slide_;
  std::optional<batch_time> last_;
};

/// One batch of a window, oldest first in a deque of them.
struct pane {
  batch_time time;
  partition records;
  bool counted = false;                   ///< it has entered a result
  std::optional<std::uint64_t> saved_in;  ///< the number of the save that holds it
};

/// The panes of a window of some length.
class window_panes {
 public:
  explicit window_panes(duration length) : length_{length} {}
  duration length() const { return length_; }
  /// The time up to which batches have left the window that ends with `now`.
  batch_time gone(batch_context const& now) const { return now.batch.time - length_; }
  void add(batch_context const& now, partition records) {
    panes_.push_back({now.batch.time, std::move(records), false, {}});
    ++added_;
  }
  std::deque<pane>& all() { return panes_; }
  /// Forgets what has left the window.
  void keep(batch_time gone) {
    while (!panes_.empty() && panes_.front().time <= gone) panes_.pop_front();
    added_ = 0;
  }
  void discard() {
    for (; added_ != 0; --added_) panes_.pop_back();
  }

 private:
  duration length_;
  std::deque<pane> panes_;
  std::size_t added_ = 0;
};

}  // namespace sluice::kernels
