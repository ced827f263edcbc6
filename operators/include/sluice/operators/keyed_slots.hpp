/// Keyed state that lives across batches: stable positions, found by key or by its view.
///
/// Thread rule: one thread at a time. Promise: iteration goes by position, and a position is given
/// out again only after it was erased, so the same history has the same order.
#pragma once

#include <cstddef>
#include <optional>
#include <sluice/operators/hash.hpp>
#include <sluice/operators/position_index.hpp>
#include <stdexcept>
#include <utility>
#include <vector>

namespace sluice {

/// A hash map whose entries stay where they are until they are erased.
template <class K, class V>
class keyed_slots {
 public:
  using position = position_index::position;
  static constexpr position none = position_index::none;

  /// The position of `key`, or `none`.
  template <class Q>
  position find(Q const& key) const {
    return index_.find(hash_of(key),
                       [&](position at) { return key_equal<K>{}(slots_[at]->key, key); });
  }

  /// Adds a key that is not there.
  position insert(K key, V value) {
    auto const at = free_.empty() ? append() : reuse();
    index_.find_or_insert(hash_of(key), at, [](position) { return false; });
    slots_[at].emplace(std::move(key), std::move(value));
    return at;
  }

  void erase(position at) {
    index_.erase(hash_of(slots_[at]->key), at);
    slots_[at].reset();
    free_.push_back(at);
  }

  K const& key(position at) const { return slots_[at]->key; }
  V& value(position at) { return slots_[at]->value; }
  V const& value(position at) const { return slots_[at]->value; }
  std::size_t size() const { return index_.size(); }
  /// One more than the highest position in use.
  std::size_t positions() const { return slots_.size(); }

  /// Calls `f(position)` for every entry, in the order of positions.
  template <class F>
  void for_each(F&& f) const {
    for (position at = 0; at != slots_.size(); ++at)
      if (slots_[at]) f(at);
  }

 private:
  struct slot {
    slot(K k, V v) : key{std::move(k)}, value{std::move(v)} {}
    K key;
    V value;
  };

  template <class Q>
  static std::size_t hash_of(Q const& key) {
    return static_cast<std::size_t>(key_hash<K>{}(key));
  }

  position append() {
    if (slots_.size() >= none)
      throw std::length_error{"keyed state: more than 2^32 - 1 keys in one partition"};
    slots_.emplace_back();
    return static_cast<position>(slots_.size() - 1);
  }
  position reuse() {
    auto const at = free_.back();
    free_.pop_back();
    return at;
  }

  std::vector<std::optional<slot>> slots_;
  std::vector<position> free_;
  position_index index_;
};

}  // namespace sluice
