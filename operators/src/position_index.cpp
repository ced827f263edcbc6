#include <algorithm>
#include <sluice/operators/position_index.hpp>
#include <stdexcept>

namespace sluice {

namespace {

constexpr std::size_t smallest_capacity = 64;
constexpr std::size_t largest_capacity = std::size_t{1} << 31;

// Where memory does not matter, half the slots stay empty: most searches then end where they begin,
// which the processor guesses. Larger tables wait for memory rather than for wrong guesses.
constexpr std::size_t small_capacity = std::size_t{1} << 16;

constexpr std::size_t limit_of(std::size_t capacity) {
  return capacity <= small_capacity ? capacity / 2 : capacity - capacity / 4;
}

}  // namespace

void position_index::clear(std::span<std::size_t const> hashes) {
  if (hashes.size() * 8 < slots_.size())
    for (auto hash : hashes) forget(static_cast<std::uint32_t>(hash));
  else
    std::fill(slots_.begin(), slots_.end(), slot{});
  size_ = 0;
}

// Every hash has one slot with its tag at or after its home, so the search ends.
void position_index::forget(std::uint32_t tag) {
  auto i = tag & mask_;
  while (slots_[i].at == none || slots_[i].tag != tag) i = after(i);
  slots_[i].at = none;
}

void position_index::grow() { grow_to(slots_.empty() ? smallest_capacity : slots_.size() * 2); }

void position_index::reserve(std::size_t more) {
  auto capacity = std::max(slots_.size(), smallest_capacity);
  while (capacity <= largest_capacity && limit_of(capacity) < size_ + more) capacity *= 2;
  if (capacity != slots_.size()) grow_to(capacity);
}

void position_index::grow_to(std::size_t capacity) {
  if (capacity > largest_capacity)
    throw std::length_error{"a keyed operator: more than 1.6 billion keys in one partition"};
  slots old(capacity);
  old.swap(slots_);
  mask_ = static_cast<std::uint32_t>(capacity - 1);
  limit_ = limit_of(capacity);
  for (auto const& s : old)
    if (s.at != none) slots_[probe(s.tag, [](position) { return false; })] = s;
}

}  // namespace sluice
