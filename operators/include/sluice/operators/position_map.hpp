/// Values beside the entries of a keyed state.
///
/// Thread rule: one thread at a time. Promise: only pages with a position in use take memory.
#pragma once

#include <array>
#include <memory>
#include <sluice/operators/position_index.hpp>

namespace sluice {

/// A value for each position.
template <class T>
class position_map {
 public:
  using position = position_index::position;

  /// Makes room for `at`; a new value is `T{}`.
  T& make(position at) {
    if (at / per_page >= pages_.size()) pages_.resize(at / per_page + 1);
    auto& one = pages_[at / per_page];
    if (!one) one = std::make_unique<page>();
    return (*one)[at % per_page];
  }
  T& operator[](position at) { return (*pages_[at / per_page])[at % per_page]; }
  T const& operator[](position at) const { return (*pages_[at / per_page])[at % per_page]; }

 private:
  static constexpr std::size_t per_page = 512;
  using page = std::array<T, per_page>;

  std::vector<std::unique_ptr<page>> pages_;
};

}  // namespace sluice
