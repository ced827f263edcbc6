/// An insertion-ordered hash table for combining records by key.
///
/// Thread rule: one thread at a time. Promise: iteration order is insertion order, so what a batch
/// emits depends on its records alone, not on the capacity that earlier batches left behind; after
/// `clear` no memory is given back, so a steady stream allocates nothing.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <sluice/operators/hash.hpp>
#include <stdexcept>
#include <utility>
#include <vector>

namespace sluice {

/// Keys with values: entries dense in a vector, an index of hash and position beside it.
template <class K, class V>
class key_table {
 public:
  using entry = std::pair<K, V>;

  /// Finds `key`, or appends `make()` (an `entry`) for it. The reference holds until the next
  /// insert.
  template <class Q, class Make>
  std::pair<V*, bool> find_or_insert(Q const& key, Make&& make) {
    auto const hash = static_cast<std::size_t>(key_hash<K>{}(key));
    if (entries_.size() >= limit_) grow();
    auto const tag = static_cast<std::uint32_t>(hash);
    for (auto at = tag & mask_;; at = (at + 1) & mask_) {
      auto& s = slots_[at];
      if (s.position == empty) {
        s = {tag, static_cast<std::uint32_t>(entries_.size())};
        hashes_.push_back(hash);
        entries_.push_back(make());
        return {&entries_.back().second, true};
      }
      if (s.tag == tag && key_equal<K>{}(entries_[s.position].first, key))
        return {&entries_[s.position].second, false};
    }
  }

  std::size_t size() const { return entries_.size(); }
  std::vector<entry>& entries() { return entries_; }
  /// The full hash of entry `i`, for dealing entries into buckets without hashing again.
  std::size_t hash_at(std::size_t i) const { return hashes_[i]; }

  /// Empties the table; `entries()` may have been moved from.
  void clear() {
    if (hashes_.size() * 8 < slots_.size())
      for (auto hash : hashes_) forget(hash);
    else
      std::fill(slots_.begin(), slots_.end(), slot{});
    entries_.clear();
    hashes_.clear();
  }

 private:
  static constexpr std::uint32_t empty = std::numeric_limits<std::uint32_t>::max();
  struct slot {
    std::uint32_t tag = 0;
    std::uint32_t position = empty;
  };

  // Every entry has one slot with its tag at or after its home, so the search ends.
  void forget(std::size_t hash) {
    auto const tag = static_cast<std::uint32_t>(hash);
    auto at = tag & mask_;
    while (slots_[at].position == empty || slots_[at].tag != tag) at = (at + 1) & mask_;
    slots_[at].position = empty;
  }

  void grow() {
    auto const capacity = slots_.empty() ? std::size_t{64} : slots_.size() * 2;
    if (capacity > (std::size_t{1} << 31))
      throw std::length_error{
          "key_table: more than 2^30 distinct keys in one partition of a batch"};
    slots_.assign(capacity, slot{});
    mask_ = static_cast<std::uint32_t>(capacity - 1);
    limit_ = capacity / 2;
    for (std::size_t i = 0; i != hashes_.size(); ++i) {
      auto const tag = static_cast<std::uint32_t>(hashes_[i]);
      auto at = tag & mask_;
      while (slots_[at].position != empty) at = (at + 1) & mask_;
      slots_[at] = {tag, static_cast<std::uint32_t>(i)};
    }
  }

  std::vector<slot> slots_;
  std::vector<entry> entries_;
  std::vector<std::size_t> hashes_;
  std::uint32_t mask_ = 0;
  std::size_t limit_ = 0;
};

}  // namespace sluice
