/// A sliding window of counts written by hand: what the library is compared with.
///
/// Thread rule: an object is used by one thread. Promise: a batch is counted once, added when it
/// enters and subtracted when it leaves; a key without a count is not kept.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <sluice/operators/hash.hpp>
#include <utility>
#include <vector>

namespace bench {

/// The counts of one batch.
/// @tparam Key  as it is held: text as a view, since the batches outlive the window
template <class Key>
class hand_counts {
 public:
  using pairs = std::vector<std::pair<Key, long>>;
  void count(Key key) { ++map_[key]; }
  pairs take() {
    pairs all(map_.begin(), map_.end());
    map_.clear();
    return all;
  }

 private:
  boost::unordered_flat_map<Key, long, sluice::key_hash<Key>, sluice::key_equal<Key>> map_;
};

/// Several windows may share a pane.
template <class Key>
class hand_window {
 public:
  using pane = std::shared_ptr<typename hand_counts<Key>::pairs const>;
  explicit hand_window(std::size_t length) : length_{length} {}

  /// A batch enters, and the oldest one leaves.
  void slide(pane newest) {
    for (auto const& [key, n] : *newest) window_[key] += n;
    panes_.push_back(std::move(newest));
    if (panes_.size() <= length_) return;
    for (auto const& [key, n] : *panes_.front()) {
      auto const found = window_.find(key);
      found->second -= n;
      if (found->second == 0) window_.erase(found);
    }
    panes_.pop_front();
  }

  /// What the window holds, as pairs of their own.
  template <class Owned>
  std::vector<std::pair<Owned, long>> result() const {
    std::vector<std::pair<Owned, long>> all;
    all.reserve(window_.size());
    for (auto const& [key, n] : window_) all.emplace_back(Owned{key}, n);
    return all;
  }

 private:
  std::size_t length_;
  boost::unordered_flat_map<Key, long, sluice::key_hash<Key>, sluice::key_equal<Key>> window_;
  std::deque<pane> panes_;
};

}  // namespace bench
