#include <algorithm>
#include <optional>
#include <sluice/operators/position_index.hpp>
#include <stdexcept>

namespace sluice {

namespace {

constexpr std::size_t smallest_capacity = 64;
constexpr std::size_t largest_capacity = std::size_t{1} << 31;

// Where memory does not matter, a quarter of the slots stays free: then hardly any search leaves
// the bucket where it begins. Larger tables wait for memory rather than for wrong guesses.
constexpr std::size_t small_capacity = std::size_t{1} << 16;

constexpr std::size_t limit_of(std::size_t capacity) {
  return capacity - capacity / (capacity <= small_capacity ? 4 : 8);
}

}  // namespace

void position_index::erase(std::size_t hash, position at) {
  std::optional hole = probe(hash, [at](position p) { return p == at; });
  while (hole) {
    auto& b = buckets_[hole->number];
    auto const was_full = b.full();
    auto const last = b.in_use() - 1;
    b.tag[hole->slot] = b.tag[last];
    b.at[hole->slot] = b.at[last];
    b.at[last] = none;
    hole = was_full ? refill(hole->number) : std::nullopt;
  }
  --size_;
}

// Searches went on behind the bucket while it was full, and do no more: one slot that was put there
// for want of room comes back.
std::optional<position_index::place> position_index::refill(std::uint32_t hole) {
  auto& room = buckets_[hole];
  for (auto i = after(hole);; i = after(i)) {
    auto const& b = buckets_[i];
    for (std::uint32_t slot = 0; slot != b.in_use(); ++slot) {
      if (((i - home(b.tag[slot])) & mask_) < ((i - hole) & mask_)) continue;
      room.tag.back() = b.tag[slot];
      room.at.back() = b.at[slot];
      return place{i, slot};
    }
    if (!b.full()) return {};
  }
}

void position_index::clear(std::span<std::size_t const> hashes) {
  if (hashes.size() < buckets_.size())
    for (auto hash : hashes) forget(static_cast<std::uint32_t>(hash));
  else
    std::fill(buckets_.begin(), buckets_.end(), bucket{});
  size_ = 0;
}

// Every hash has one slot with its tag in or after the bucket where its search begins.
void position_index::forget(std::uint32_t tag) {
  for (auto i = home(tag);; i = after(i)) {
    auto& b = buckets_[i];
    for (std::uint32_t slot = 0; slot != per_bucket; ++slot) {
      if (b.at[slot] == none || b.tag[slot] != tag) continue;
      b.at[slot] = none;
      return;
    }
  }
}

void position_index::grow() {
  grow_to(buckets_.empty() ? smallest_capacity : buckets_.size() * per_bucket * 2);
}

void position_index::reserve(std::size_t more) {
  auto const now = buckets_.size() * per_bucket;
  auto capacity = std::max(now, smallest_capacity);
  while (capacity <= largest_capacity && limit_of(capacity) < size_ + more) capacity *= 2;
  if (capacity != now) grow_to(capacity);
}

void position_index::grow_to(std::size_t capacity) {
  if (capacity > largest_capacity)
    throw std::length_error{"a keyed operator: more than 1.8 billion keys in one partition"};
  buckets old(capacity / per_bucket);
  old.swap(buckets_);
  mask_ = static_cast<std::uint32_t>(buckets_.size() - 1);
  limit_ = limit_of(capacity);
  for (auto const& b : old)
    for (std::uint32_t slot = 0; slot != b.in_use(); ++slot) put(b.tag[slot], b.at[slot]);
}

}  // namespace sluice
