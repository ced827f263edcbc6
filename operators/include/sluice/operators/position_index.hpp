/// Positions found by hash: what the tables of keyed operators look a key up in.
///
/// Thread rule: one thread at a time. Promise: holds no keys and hashes none; a position takes 8
/// bytes and a table is at most seven eighths full; emptying it gives no memory back.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <sluice/operators/detail/large_pages.hpp>
#include <sluice/operators/detail/tag_mask.hpp>
#include <span>
#include <vector>

namespace sluice {

/// A hash index of buckets, each a cache line with eight slots, and linear probing between them.
/// Slots carry 32 bits of the hash, so a key is compared only when those agree, and growing needs
/// no key. Almost every search ends in the bucket where it begins, which the processor guesses.
class position_index {
 public:
  using position = std::uint32_t;
  static constexpr position none = std::numeric_limits<position>::max();

  /// The position with this hash for which `same(position)` holds, or `none`.
  template <class Same>
  position find(std::size_t hash, Same&& same) const {
    if (size_ == 0) return none;
    auto const found = probe(hash, same);
    return buckets_[found.number].at[found.slot];
  }

  /// Asks for the memory where the search for this hash begins.
  void prefetch(std::size_t hash) const {
    if (!buckets_.empty()) __builtin_prefetch(&buckets_[home(static_cast<std::uint32_t>(hash))]);
  }
  /// The position that `find` compares first, or `none`: then `find` finds nothing.
  position candidate(std::size_t hash) const {
    return find(hash, [](position) { return true; });
  }

  /// Adds a position that is not there.
  void insert(std::size_t hash, position at) {
    if (size_ == limit_) grow();
    put(static_cast<std::uint32_t>(hash), at);
    ++size_;
  }

  /// Takes out a position that was added with this hash.
  void erase(std::size_t hash, position at);

  std::size_t size() const { return size_; }

  /// Makes room for `more` positions, so that adding them grows nothing.
  void reserve(std::size_t more);

  /// Forgets everything; `hashes` are those that were added. Costs what is there, not what there
  /// was once room for.
  void clear(std::span<std::size_t const> hashes);

 private:
  static constexpr std::uint32_t per_bucket = 8;

  // The slots in use come first.
  struct alignas(64) bucket {
    std::array<std::uint32_t, per_bucket> tag;
    std::array<position, per_bucket> at;

    bucket() { at.fill(none); }
    bool full() const { return at.back() != none; }
    std::uint32_t in_use() const {
      return static_cast<std::uint32_t>(
          std::countr_zero(detail::equal_mask(at, none) | 1U << per_bucket));
    }
  };
  struct place {
    std::uint32_t number;  // of the bucket
    std::uint32_t slot;
  };
  using buckets = std::vector<bucket, detail::large_pages<bucket>>;

  std::uint32_t home(std::uint32_t tag) const { return tag & mask_; }
  std::uint32_t after(std::uint32_t i) const { return (i + 1) & mask_; }

  // Where the position is, or the slot `none` stands in.
  template <class Same>
  place probe(std::size_t hash, Same&& same) const {
    auto const tag = static_cast<std::uint32_t>(hash);
    for (auto i = home(tag);; i = after(i)) {
      auto const& b = buckets_[i];
      for (auto found = detail::equal_mask(b.tag, tag); found != 0; found &= found - 1) {
        auto const slot = static_cast<std::uint32_t>(std::countr_zero(found));
        if (b.at[slot] == none || same(b.at[slot])) return {i, slot};
      }
      if (!b.full()) return {i, per_bucket - 1};
    }
  }

  void put(std::uint32_t tag, position at) {
    auto i = home(tag);
    while (buckets_[i].full()) i = after(i);
    auto& b = buckets_[i];
    auto const slot = b.in_use();
    b.tag[slot] = tag;
    b.at[slot] = at;
  }

  std::optional<place> refill(std::uint32_t hole);
  void forget(std::uint32_t tag);
  void grow();
  void grow_to(std::size_t capacity);

  buckets buckets_;
  std::uint32_t mask_ = 0;
  std::size_t size_ = 0;
  std::size_t limit_ = 0;
};

}  // namespace sluice
