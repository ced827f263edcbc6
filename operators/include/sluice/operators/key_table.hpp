/// An insertion-ordered hash table for combining records by key.
///
/// Thread rule: one thread at a time. Promise: iteration order is insertion order, so what a batch
/// emits depends on its records alone, not on the capacity that earlier batches left behind; after
/// `clear` no memory is given back, so a steady stream allocates nothing.
#pragma once

#include <cstddef>
#include <sluice/operators/hash.hpp>
#include <sluice/operators/position_index.hpp>
#include <utility>
#include <vector>

namespace sluice {

/// Keys with values: entries dense in a vector, an index of hash and position beside it.
template <class K, class V>
class key_table {
 public:
  using entry = std::pair<K, V>;
  using position = position_index::position;
  static constexpr position none = position_index::none;

  /// Finds `key`, or appends `make()` (an `entry`) for it. The reference holds until the next
  /// insert.
  template <class Q, class Make>
  std::pair<V*, bool> find_or_insert(Q const& key, Make&& make) {
    return find_or_insert(key, hash_of(key), std::forward<Make>(make));
  }
  /// @param hash  is `hash_of(key)`
  template <class Q, class Make>
  std::pair<V*, bool> find_or_insert(Q const& key, std::size_t hash, Make&& make) {
    auto const at =
        index_.find(hash, [&](auto i) { return key_equal<K>{}(entries_[i].first, key); });
    if (at != none) [[likely]]
      return {&entries_[at].second, false};
    return {append(hash, make()), true};
  }

  /// @param likely  is `none` or `prefetch_entry(hash)`; keys may have been added since
  template <class Q, class Make>
  std::pair<V*, bool> find_or_insert(Q const& key, std::size_t hash, position likely, Make&& make) {
    if (likely != none && key_equal<K>{}(entries_[likely].first, key))
      return {&entries_[likely].second, false};
    return find_or_insert(key, hash, std::forward<Make>(make));
  }

  template <class Q>
  static std::size_t hash_of(Q const& key) {
    return key_hash<K>{}(key);
  }

  /// See `kernels::for_each_ahead`.
  void prefetch_index(std::size_t hash) const { index_.prefetch(hash); }
  position prefetch_entry(std::size_t hash) const {
    auto const at = index_.candidate(hash);
    if (at != none) __builtin_prefetch(&entries_[at]);
    return at;
  }

  template <class Q>
  bool contains(Q const& key) const {
    return index_.find(hash_of(key),
                       [&](auto i) { return key_equal<K>{}(entries_[i].first, key); }) != none;
  }

  std::size_t size() const { return index_.size(); }
  std::vector<entry>& entries() { return entries_; }
  /// The full hash of entry `i`, for dealing entries into buckets without hashing again.
  std::size_t hash_at(std::size_t i) const { return hashes_[i]; }

  /// Empties the table and makes room for as many keys again; `entries()` may have been moved from.
  void clear() {
    index_.clear(hashes_);
    entries_.clear();
    entries_.reserve(hashes_.size());
    hashes_.clear();
  }

 private:
  // Beside the search, not in it: of a batch's records few bring a key that is new to the batch.
  [[gnu::noinline]] V* append(std::size_t hash, entry&& one) {
    index_.insert(hash, static_cast<position>(entries_.size()));
    hashes_.push_back(hash);
    return &entries_.emplace_back(std::move(one)).second;
  }

  position_index index_;
  std::vector<entry> entries_;
  std::vector<std::size_t> hashes_;
};

}  // namespace sluice
