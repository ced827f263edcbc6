/// What is known of the positions of a keyed state without its keys and values.
///
/// Thread rule: one thread at a time. Promise: where a new entry goes follows from which positions
/// are in use, whatever happened before.
#pragma once

#include <sluice/operators/position_set.hpp>

namespace sluice {

/// Which positions are in use, and which of them have changed since the last save.
class slot_marks {
 public:
  using position = position_set::position;
  static constexpr position none = position_set::none;

  /// One more than the highest position ever in use.
  std::size_t positions() const { return positions_; }
  bool has(position at) const { return at < positions_ && !free_.contains(at); }
  position_set const& free() const { return free_; }

  /// The position for the next entry: the lowest that is free.
  position next() const;
  void take(position at) {
    if (at < positions_)
      free_.erase(at);
    else
      extend(at);
    changing(at);
  }
  void give_back(position at) {
    free_.insert(at);
    changing(at);
  }

  /// The entry at `at` is about to change.
  void changing(position at) {
    if (tracking_) changed_.insert(at);
  }
  /// Forgets what has changed so far; from here on it is known.
  void track() {
    tracking_ = true;
    changed_.clear();
  }
  bool tracking() const { return tracking_; }
  position_set const& changed() const { return changed_; }

 private:
  // What is passed over is free.
  void extend(position at) {
    for (; positions_ != at; ++positions_) free_.insert(static_cast<position>(positions_));
    ++positions_;
  }

  std::size_t positions_ = 0;
  position_set free_;
  position_set changed_;
  bool tracking_ = false;
};

}  // namespace sluice
