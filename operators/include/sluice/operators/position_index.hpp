/// Positions found by hash: what the tables of keyed operators look a key up in.
///
/// Thread rule: one thread at a time. Promise: holds no keys and hashes none; a position takes 8
/// bytes and a table is at most three quarters full; emptying it gives no memory back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <sluice/operators/detail/large_pages.hpp>
#include <span>
#include <vector>

namespace sluice {

/// A hash index with linear probing. Slots carry 32 bits of the hash, so a key is compared only
/// when those agree, and growing needs no key.
class position_index {
 public:
  using position = std::uint32_t;
  static constexpr position none = std::numeric_limits<position>::max();

  /// The position with this hash for which `same(position)` holds, or `none`.
  template <class Same>
  position find(std::size_t hash, Same&& same) const {
    return size_ == 0 ? none : slots_[probe(hash, same)].at;
  }

  /// Asks for the memory where the search for this hash begins.
  void prefetch(std::size_t hash) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[static_cast<std::uint32_t>(hash) & mask_]);
  }
  /// The position that `find` compares first, or `none`: then `find` finds nothing.
  position candidate(std::size_t hash) const {
    return find(hash, [](position) { return true; });
  }

  /// As `find`; what is not there is added as `next`.
  template <class Same>
  position find_or_insert(std::size_t hash, position next, Same&& same) {
    if (size_ == limit_) grow();
    auto& s = slots_[probe(hash, same)];
    if (s.at != none) return s.at;
    s = {static_cast<std::uint32_t>(hash), next};
    ++size_;
    return none;
  }

  /// Takes out a position that was added with this hash.
  void erase(std::size_t hash, position at) {
    auto hole = probe(hash, [at](position p) { return p == at; });
    for (auto next = after(hole); slots_[next].at != none; next = after(next)) {
      auto const home = slots_[next].tag & mask_;
      // A slot may move to the hole if that is not before its home.
      if (((next - home) & mask_) < ((next - hole) & mask_)) continue;
      slots_[hole] = slots_[next];
      hole = next;
    }
    slots_[hole].at = none;
    --size_;
  }

  std::size_t size() const { return size_; }

  /// Makes room for `more` positions, so that adding them grows nothing.
  void reserve(std::size_t more);

  /// Forgets everything; `hashes` are those that were added. Costs what is there, not what there
  /// was once room for.
  void clear(std::span<std::size_t const> hashes);

 private:
  struct slot {
    std::uint32_t tag = 0;
    position at = none;
  };

  using slots = std::vector<slot, detail::large_pages<slot>>;

  std::uint32_t after(std::uint32_t i) const { return (i + 1) & mask_; }

  // The slot of the position, or the empty one where it would go; there is always an empty one.
  template <class Same>
  std::uint32_t probe(std::size_t hash, Same&& same) const {
    auto const tag = static_cast<std::uint32_t>(hash);
    for (auto i = tag & mask_;; i = after(i)) {
      auto const& s = slots_[i];
      if (s.at == none || (s.tag == tag && same(s.at))) return i;
    }
  }

  void forget(std::uint32_t tag);
  void grow();
  void grow_to(std::size_t capacity);

  slots slots_;
  std::uint32_t mask_ = 0;
  std::size_t size_ = 0;
  std::size_t limit_ = 0;
};

}  // namespace sluice
