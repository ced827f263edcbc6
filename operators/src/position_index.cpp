#include <algorithm>
#include <sluice/operators/position_index.hpp>
#include <stdexcept>

namespace sluice {

namespace {

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

void position_index::grow() {
  auto const capacity = slots_.empty() ? std::size_t{64} : slots_.size() * 2;
  if (capacity > (std::size_t{1} << 31))
    throw std::length_error{"a keyed operator: more than 1.6 billion keys in one partition"};
  std::vector<slot> old(capacity);
  old.swap(slots_);
  mask_ = static_cast<std::uint32_t>(capacity - 1);
  limit_ = limit_of(capacity);
  for (auto const& s : old)
    if (s.at != none) slots_[probe(s.tag, [](position) { return false; })] = s;
}

}  // namespace sluice
