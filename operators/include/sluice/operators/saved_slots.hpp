/// Keyed state as a chain of saves: what has changed, and bit by bit all the rest.
///
/// Thread rule: one thread at a time. Promise: a save holds what has changed since the one before
/// and a slice of two ninths as many other entries, so no save is much larger than the changes, and
/// no save is needed for ever.
#pragma once

#include <algorithm>
#include <optional>
#include <sluice/operators/keyed_slots.hpp>
#include <sluice/operators/saved_parts.hpp>
#include <span>
#include <vector>

namespace sluice {

/// The entries of a keyed state, for saving them.
class slot_access {
 public:
  using position = slot_marks::position;

  virtual ~slot_access() = default;
  virtual slot_marks& marks() = 0;
  /// So many entries are about to be read.
  virtual void reserve(std::size_t entries) = 0;
  virtual void write(byte_writer& out, std::span<position const> all) const = 0;
  /// Makes the entries at these positions; what stands there and is another key goes.
  virtual void read(byte_reader& in, std::span<position const> all) = 0;
  virtual void erase(position at) = 0;
  /// A whole save has been read; more may follow.
  virtual void loaded() {}
};

/// The part of a state that is in slots.
///
/// A sweep goes over all positions, a slice with each save. Once it is through, the saves before
/// the one in which it began are needed no more, and the next one begins.
class saved_slots final : public state_part {
 public:
  explicit saved_slots(std::unique_ptr<slot_access> slots) : slots_{std::move(slots)} {}

  std::uint64_t save(byte_writer& out, std::uint64_t number) override;
  void start_over() override { progress_ = {}; }
  void load(byte_reader& in, std::uint64_t number) override;

 private:
  using position = slot_access::position;
  using positions = std::vector<position>;

  /// Positions side by side.
  struct run {
    std::uint64_t first;
    std::uint64_t end;
  };
  /// Ascending; between two of them is at least one position.
  using runs = std::vector<run>;

  struct sweep {
    std::optional<std::uint64_t> needed;  ///< the oldest save; none: the next one holds everything
    std::optional<std::uint64_t> began;   ///< with which save; none: the next one begins a sweep
    position next = 0;
  };

  static void add(runs& all, position at);
  static std::size_t size_of(runs const& all);
  static void write_runs(byte_writer& out, runs const& all);
  static runs read_runs(byte_reader& in, std::uint64_t end);
  template <class F>
  static void for_each_block(runs const& all, F&& f);

  runs in_use() const;
  void write_entries(byte_writer& out, runs const& entries) const;
  void read_entries(byte_reader& in, runs const& entries, bool whole);
  void split_changed(runs& gone, positions& entries) const;
  sweep go_on(positions& entries, std::size_t changed, std::uint64_t number) const;
  void make_room(bool whole, runs const& gone);

  std::unique_ptr<slot_access> slots_;
  sweep progress_;
};

/// Reads keys to their positions, each with what `decode_rest(in)` makes of the bytes behind it.
///
/// A key that stands at its position already gets the rest by `renew(position, rest)`. The others
/// are added by `place(position, hash, key, rest)`, which tells whether one was new, once no key is
/// left that was to go: in groups, so that all of a group wait for the memory of the index at the
/// same time.
template <class K, class V, class Rest, class Renew, class Place>
void read_keys(byte_reader& in, std::span<slot_access::position const> all,
               keyed_slots<K, V>& slots, Rest&& decode_rest, Renew&& renew, Place&& place) {
  struct entry {
    slot_access::position at;
    std::size_t hash;
    K key;
    std::invoke_result_t<Rest&, byte_reader&> rest;
  };
  std::vector<entry> added;
  added.reserve(all.size());
  for (auto at : all) {
    auto key = decode<K>(in);
    if (slots.has(at)) {
      if (key_equal<K>{}(slots.key(at), key)) {
        renew(at, decode_rest(in));
        continue;
      }
      slots.erase(at);
    }
    auto const hash = slots.hash_of(key);
    added.push_back({at, hash, std::move(key), decode_rest(in)});
  }
  constexpr std::size_t per_group = 32;
  for (std::span left{added}; !left.empty();) {
    auto const group = left.first(std::min(per_group, left.size()));
    for (auto const& e : group) slots.prefetch_index(e.hash);
    for (auto& e : group)
      if (!place(e.at, e.hash, std::move(e.key), std::move(e.rest)))
        in.fail(detail::type_name<K>(), "the key is there twice");
    left = left.subspan(group.size());
  }
}

/// Saves keys with their values.
template <class K, class V>
class key_value_access final : public slot_access {
 public:
  explicit key_value_access(keyed_slots<K, V>& slots) : slots_{slots} {}
  slot_marks& marks() override { return slots_.marks(); }
  void reserve(std::size_t entries) override { slots_.reserve(entries); }
  void write(byte_writer& out, std::span<position const> all) const override {
    for (auto at : all) {
      encode(out, slots_.key(at));
      encode(out, std::as_const(slots_).value(at));
    }
  }
  void read(byte_reader& in, std::span<position const> all) override {
    read_keys(
        in, all, slots_, [](byte_reader& rest) { return decode<V>(rest); },
        [this](position at, V&& value) { slots_.unsaved_value(at) = std::move(value); },
        [this](position at, std::size_t hash, K&& key, V&& value) {
          return slots_.place(at, hash, std::move(key), std::move(value));
        });
  }
  void erase(position at) override { slots_.erase(at); }

 private:
  keyed_slots<K, V>& slots_;
};

}  // namespace sluice
