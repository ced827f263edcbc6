/// Sets of positions: which ones are free, which ones have changed.
///
/// Thread rule: one thread at a time. Promise: the lowest member, or the next one, is found in a
/// word per level of 64, however many there are; a set takes a bit per position up to its highest
/// member ever.
#pragma once

#include <array>
#include <sluice/operators/position_index.hpp>

namespace sluice {

/// A bitmap with bitmaps above it: a bit of one level tells whether a word of the level below has
/// any bit.
class position_set {
 public:
  using position = position_index::position;
  static constexpr position none = position_index::none;

  bool contains(position at) const {
    auto const& words = levels_[0];
    return at / 64 < words.size() && (words[at / 64] >> at % 64 & 1U) != 0;
  }
  void insert(position at) {
    auto& words = levels_[0];
    if (at / 64 < words.size() && words[at / 64] != 0)
      words[at / 64] |= std::uint64_t{1} << at % 64;
    else
      insert_above(at);
  }
  void erase(position at);
  void clear();

  bool empty() const { return levels_.back().empty() || levels_.back()[0] == 0; }
  /// `none` if it is empty.
  position lowest() const { return empty() ? none : next(0); }
  /// The lowest member that is not below `from`, or `none`.
  position next(std::size_t from) const;

 private:
  void insert_above(position at);

  // 64 to the power of 6 is more than there are positions.
  std::array<std::vector<std::uint64_t>, 6> levels_;
};

}  // namespace sluice
