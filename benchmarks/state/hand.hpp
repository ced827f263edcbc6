/// Counters of keys written by hand: what the library is compared with.
///
/// Thread rule: an object is used by one thread. Promise: nothing that is not needed to count.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <sluice/operators/hash.hpp>
#include <span>
#include <vector>

namespace bench {

using key_hash = sluice::key_hash<std::uint64_t>;

/// The map that performs best among the published ones, with the library's hash.
class flat_map_counter {
 public:
  std::uint64_t count(std::uint64_t key) { return ++map_[key]; }
  void count_all(std::span<std::uint64_t const> keys) {
    for (auto key : keys) count(key);
  }
  std::size_t size() const { return map_.size(); }
  template <class F>
  void for_each(F&& f) const {
    for (auto const& [key, n] : map_) f(key, n);
  }

 private:
  boost::unordered_flat_map<std::uint64_t, std::uint64_t, key_hash> map_;
};

/// Open addressing with linear probing, at most half full; a count of 0 marks a free slot.
class probing_counter {
 public:
  std::uint64_t count(std::uint64_t key) { return count(key, key_hash{}(key)); }
  void count_all(std::span<std::uint64_t const> keys) {
    for (auto key : keys) count(key);
  }
  /// Asks for the memory of the next keys before it counts them.
  void count_ahead(std::span<std::uint64_t const> keys) {
    constexpr std::size_t ahead = 32;
    std::array<std::size_t, ahead> hashes;
    while (!keys.empty()) {
      auto const some = keys.first(std::min(ahead, keys.size()));
      for (std::size_t i = 0; i != some.size(); ++i) {
        hashes[i] = key_hash{}(some[i]);
        __builtin_prefetch(&slots_[hashes[i] & (slots_.size() - 1)], 1);
      }
      for (std::size_t i = 0; i != some.size(); ++i) count(some[i], hashes[i]);
      keys = keys.subspan(some.size());
    }
  }
  template <class F>
  void for_each(F&& f) const {
    for (auto const& s : slots_)
      if (s.n != 0) f(s.key, s.n);
  }

 private:
  struct slot {
    std::uint64_t key = 0;
    std::uint64_t n = 0;
  };

  std::uint64_t count(std::uint64_t key, std::size_t hash) {
    for (auto i = hash & (slots_.size() - 1);; i = (i + 1) & (slots_.size() - 1)) {
      auto& s = slots_[i];
      if (s.n != 0 && s.key == key) return ++s.n;
      if (s.n != 0) continue;
      s = {key, 1};
      if (++used_ * 2 > slots_.size()) grow();
      return 1;
    }
  }
  void grow() {
    std::vector<slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (auto const& s : old) {
      if (s.n == 0) continue;
      auto i = key_hash{}(s.key) & (slots_.size() - 1);
      while (slots_[i].n != 0) i = (i + 1) & (slots_.size() - 1);
      slots_[i] = s;
    }
  }

  std::vector<slot> slots_ = std::vector<slot>(64);
  std::size_t used_ = 0;
};

}  // namespace bench
