#include <bit>
#include <sluice/operators/position_set.hpp>

namespace sluice {

namespace {

constexpr std::uint64_t bit(std::size_t at) { return std::uint64_t{1} << at % 64; }

}  // namespace

void position_set::insert_above(position at) {
  for (auto& words : levels_) {
    if (at / 64 >= words.size()) words.resize(at / 64 + 1);
    auto& word = words[at / 64];
    auto const known_above = word != 0;
    word |= bit(at);
    if (known_above) return;
    at /= 64;
  }
}

void position_set::erase(position at) {
  for (auto& words : levels_) {
    if (at / 64 >= words.size()) return;
    auto& word = words[at / 64];
    word &= ~bit(at);
    if (word != 0) return;
    at /= 64;
  }
}

void position_set::clear() {
  for (auto at = lowest(); at != none; at = next(at)) {
    levels_[0][at / 64] = bit(at);
    erase(at);
  }
}

// Up until a word has a bit that is not below, then down along the lowest ones.
position_set::position position_set::next(std::size_t from) const {
  for (std::size_t level = 0; level != levels_.size(); ++level) {
    auto const& words = levels_[level];
    if (from / 64 >= words.size()) return none;
    auto const left = words[from / 64] >> from % 64;
    if (left == 0) {
      from = from / 64 + 1;
      continue;
    }
    auto at = from + static_cast<std::size_t>(std::countr_zero(left));
    while (level-- != 0)
      at = at * 64 + static_cast<std::size_t>(std::countr_zero(levels_[level][at]));
    return static_cast<position>(at);
  }
  return none;
}

}  // namespace sluice
