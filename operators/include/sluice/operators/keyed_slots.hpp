/// Keyed state that lives across batches: stable positions, found by key or by its view.
///
/// Thread rule: one thread at a time. Promise: iteration goes by position, and a position is given
/// out again only after it was erased, so the same history has the same order.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <limits>
#include <optional>
#include <sluice/operators/hash.hpp>
#include <stdexcept>
#include <utility>
#include <vector>

namespace sluice {

/// A hash map whose entries stay where they are until they are erased.
template <class K, class V>
class keyed_slots {
 public:
  using position = std::uint32_t;
  static constexpr position none = std::numeric_limits<position>::max();

  keyed_slots() : index_{0, hash_of{&slots_}, same_key{&slots_}} {}
  keyed_slots(keyed_slots const&) = delete;
  keyed_slots& operator=(keyed_slots const&) = delete;

  /// The position of `key`, or `none`.
  template <class Q>
  position find(Q const& key) const {
    auto const at = index_.find(probe<Q>{key});
    return at == index_.end() ? none : *at;
  }

  /// Adds a key that is not there.
  position insert(K key, V value) {
    auto const at = free_.empty() ? append() : reuse();
    auto const hash = static_cast<std::size_t>(key_hash<K>{}(key));
    slots_[at].emplace(hash, std::move(key), std::move(value));
    index_.insert(at);
    return at;
  }

  void erase(position at) {
    index_.erase(at);
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
    slot(std::size_t h, K k, V v) : hash{h}, key{std::move(k)}, value{std::move(v)} {}
    std::size_t hash;
    K key;
    V value;
  };
  using slot_vector = std::vector<std::optional<slot>>;

  template <class Q>
  struct probe {
    Q const& key;
  };
  struct hash_of {
    using is_transparent = void;
    using is_avalanching = void;
    slot_vector const* slots;
    std::size_t operator()(position at) const { return (*slots)[at]->hash; }
    template <class Q>
    std::size_t operator()(probe<Q> const& p) const {
      return static_cast<std::size_t>(key_hash<K>{}(p.key));
    }
  };
  struct same_key {
    using is_transparent = void;
    slot_vector const* slots;
    bool operator()(position a, position b) const { return a == b; }
    template <class Q>
    bool operator()(probe<Q> const& p, position at) const {
      return key_equal<K>{}((*slots)[at]->key, p.key);
    }
    template <class Q>
    bool operator()(position at, probe<Q> const& p) const {
      return key_equal<K>{}((*slots)[at]->key, p.key);
    }
  };

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

  slot_vector slots_;
  std::vector<position> free_;
  boost::unordered_flat_set<position, hash_of, same_key> index_;
};

}  // namespace sluice
