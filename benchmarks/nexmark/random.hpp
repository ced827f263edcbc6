/// Random choices for one event.
///
/// Thread rule: an object is used by one thread. Promise: the choices follow from seed and number,
/// on every machine.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "events.hpp"
#include "harness/keys.hpp"

namespace bench::nexmark {

/// A counter whose values are mixed: the numbers of one event have nothing to do with the next
/// one's.
class random_choices {
 public:
  random_choices(std::uint64_t seed, std::uint64_t number)
      : counter_{key_of(key_of(seed) + number)} {}

  std::uint64_t next() { return key_of(counter_++); }
  /// Evenly from 0 to, excluding, `n`; for `n` below 2^32.
  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>((next() >> 32U) * static_cast<std::uint64_t>(n) >> 32U);
  }
  /// Evenly from 0 to, excluding, 1.
  double fraction() { return static_cast<double>(next() >> 11U) * 0x1p-53; }
  /// From 1 to 1,000,000 units of money, each order of magnitude as often as the others.
  cents price() { return std::llround(100 * std::pow(10.0, 6 * fraction())); }

  /// Small letters, as many as there is room for.
  std::string_view letters(std::span<char> room) {
    for (std::size_t i = 0; i != room.size();) {
      auto bits = next();
      for (auto const end = std::min(i + 8, room.size()); i != end; ++i, bits >>= 8U)
        room[i] = static_cast<char>('a' + ((bits & 0xffU) * 26 >> 8U));
    }
    return {room.data(), room.size()};
  }
  /// From 3 to, excluding, `limit` small letters, one of 13 a space; none at the ends.
  std::string_view words(text_arena& text, std::int64_t limit) {
    auto const room = text.room(static_cast<std::size_t>(3 + below(limit - 3)));
    letters(room);
    for (auto& c : room)
      if (below(13) == 0) c = ' ';
    std::string_view all{room.data(), room.size()};
    all.remove_prefix(std::min(all.find_first_not_of(' '), all.size()));
    return all.substr(0, all.find_last_not_of(' ') + 1);
  }
  /// What an entity of `size` bytes lacks to `wanted`, give or take a fifth.
  std::string_view filler(text_arena& text, std::size_t size, std::size_t wanted) {
    if (size >= wanted) return {};
    auto const fifth = static_cast<std::int64_t>(wanted - size) / 5;
    auto const length = static_cast<std::int64_t>(wanted - size) - fifth + below(2 * fifth + 1);
    return letters(text.room(static_cast<std::size_t>(length)));
  }

 private:
  std::uint64_t counter_;
};

}  // namespace bench::nexmark
