/// Keyed state that lives across batches: stable positions, found by key or by its view.
///
/// Thread rule: one thread at a time. Promise: iteration goes by position, and a new key takes the
/// lowest free one: entries at the same positions go on in the same order, however they got there.
/// Entries stay where they are in memory.
#pragma once

#include <bitset>
#include <cstddef>
#include <memory>
#include <sluice/operators/hash.hpp>
#include <sluice/operators/position_index.hpp>
#include <sluice/operators/slot_marks.hpp>
#include <utility>
#include <vector>

namespace sluice {

/// A hash map whose entries stay where they are until they are erased.
///
/// They lie in segments of equal size: one that is added moves nothing, and what is reserved but
/// not in use is at most one segment, not as much again.
template <class K, class V>
class keyed_slots {
 public:
  using position = position_index::position;
  static constexpr position none = position_index::none;

  keyed_slots() = default;
  keyed_slots(keyed_slots&&) noexcept = default;
  keyed_slots& operator=(keyed_slots&&) noexcept = default;

  template <class Q>
  static std::size_t hash_of(Q const& key) {
    return key_hash<K>{}(key);
  }

  /// The position of `key`, or `none`.
  template <class Q>
  position find(Q const& key) const {
    return find(key, hash_of(key));
  }
  /// @param hash  is `hash_of(key)`
  template <class Q>
  position find(Q const& key, std::size_t hash) const {
    return index_.find(hash, [&](position at) { return key_equal<K>{}(slot_at(at).key, key); });
  }

  /// @param likely  is `prefetch_entry(hash)`, and no key has come or gone since
  template <class Q>
  position find(Q const& key, std::size_t hash, position likely) const {
    if (likely == none || key_equal<K>{}(slot_at(likely).key, key)) return likely;
    return find(key, hash);
  }

  /// See `kernels::for_each_ahead`.
  void prefetch_index(std::size_t hash) const { index_.prefetch(hash); }
  position prefetch_entry(std::size_t hash) const {
    auto const at = index_.candidate(hash);
    if (at != index_.none) __builtin_prefetch(&slot_at(at));
    return at;
  }

  /// Adds a key that is not there.
  position insert(K key, V value) {
    auto const at = marks_.next();
    place(at, std::move(key), std::move(value));
    return at;
  }
  /// Adds a key that is not there at a position that is free, below `none`.
  void place(position at, K key, V value) {
    auto const hash = hash_of(key);
    put(at, hash, std::move(key), std::move(value), [](position) { return false; });
  }
  /// The same, unless the key is there.
  /// @param hash  is `hash_of(key)`
  /// @return whether it was added
  bool place(position at, std::size_t hash, K key, V value) {
    auto const same = [&](position p) { return key_equal<K>{}(slot_at(p).key, key); };
    return put(at, hash, std::move(key), std::move(value), same);
  }
  /// Makes room for `more` keys in the index.
  void reserve(std::size_t more) { index_.reserve(more); }

  void erase(position at) {
    index_.erase(hash_of(slot_at(at).key), at);
    segments_[at / per_segment]->end(at % per_segment);
    marks_.give_back(at);
  }

  bool has(position at) const { return marks_.has(at); }
  K const& key(position at) const { return slot_at(at).key; }
  /// For changing it.
  V& value(position at) {
    marks_.changing(at);
    return slot_at(at).value;
  }
  V const& value(position at) const { return slot_at(at).value; }
  /// For changing what no save holds.
  V& unsaved_value(position at) { return slot_at(at).value; }
  std::size_t size() const { return index_.size(); }
  std::size_t positions() const { return marks_.positions(); }
  slot_marks& marks() { return marks_; }

  /// Calls `f(position)` for every entry, in the order of positions.
  template <class F>
  void for_each(F&& f) const {
    for (std::size_t s = 0; s != segments_.size(); ++s) {
      auto const* const one = segments_[s].get();
      for (std::size_t i = 0; one && i != per_segment; ++i)
        if (one->has(i)) f(static_cast<position>(s * per_segment + i));
    }
  }

 private:
  static constexpr std::size_t per_segment = 512;

  struct slot {
    K key;
    V value;
  };

  /// Room for entries, some of which are there.
  class segment {
   public:
    segment() = default;
    segment(segment const&) = delete;
    segment& operator=(segment const&) = delete;
    ~segment() {
      for (std::size_t i = 0; i != per_segment; ++i)
        if (has(i)) std::destroy_at(&at(i));
    }
    bool has(std::size_t i) const { return used_[i]; }
    slot& at(std::size_t i) { return room_.slots[i]; }
    void make(std::size_t i, K&& key, V&& value) {
      new (&room_.slots[i]) slot{std::move(key), std::move(value)};
      used_[i] = true;
    }
    void end(std::size_t i) {
      std::destroy_at(&at(i));
      used_[i] = false;
    }

   private:
    // A union, so that the entries begin and end one by one.
    union room {
      room() {}   // NOLINT(modernize-use-equals-default)
      ~room() {}  // NOLINT(modernize-use-equals-default)
      slot slots[per_segment];
    };
    std::bitset<per_segment> used_;
    room room_;
  };

  slot& slot_at(position at) const { return segments_[at / per_segment]->at(at % per_segment); }

  template <class Same>
  bool put(position at, std::size_t hash, K&& key, V&& value, Same&& same) {
    if (at / per_segment >= segments_.size()) segments_.resize(at / per_segment + 1);
    auto& home = segments_[at / per_segment];
    if (!home) home = std::make_unique_for_overwrite<segment>();
    if (index_.find(hash, same) != none) return false;
    index_.insert(hash, at);
    home->make(at % per_segment, std::move(key), std::move(value));
    marks_.take(at);
    return true;
  }

  std::vector<std::unique_ptr<segment>> segments_;  // null where no position was ever in use
  slot_marks marks_;
  position_index index_;
};

}  // namespace sluice
