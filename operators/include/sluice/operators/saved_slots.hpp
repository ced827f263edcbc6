/// Keyed state as a chain of saves: what has changed, and bit by bit all the rest.
///
/// Thread rule: one thread at a time. Promise: a save holds what has changed since the one before
/// and a slice of a quarter as many other entries, so no save is much larger than the changes, and
/// no save is needed for ever.
#pragma once

#include <optional>
#include <sluice/operators/keyed_slots.hpp>
#include <sluice/operators/saved_parts.hpp>

namespace sluice {

/// The entries of a keyed state, for saving them.
class slot_access {
 public:
  using position = slot_marks::position;

  virtual ~slot_access() = default;
  virtual slot_marks& marks() = 0;
  virtual void write(byte_writer& out, position at) const = 0;
  /// Makes the entry at a free position.
  virtual void read(byte_reader& in, position at) = 0;
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

  struct sweep {
    std::optional<std::uint64_t> needed;  ///< the oldest save; none: the next one holds everything
    std::optional<std::uint64_t> began;   ///< with which save; none: the next one begins a sweep
    position next = 0;
  };

  void split_changed(positions& gone, positions& entries) const;
  sweep go_on(positions& entries, std::size_t changed, std::uint64_t number) const;
  void make_room(bool whole, positions const& gone, positions const& entries);

  std::unique_ptr<slot_access> slots_;
  sweep progress_;
};

/// Reads a key that is not there yet.
template <class K, class Slots>
K decode_new_key(byte_reader& in, Slots const& slots) {
  auto key = decode<K>(in);
  if (slots.find(key) != Slots::none) in.fail(detail::type_name<K>(), "the key is there twice");
  return key;
}

/// Saves keys with their values.
template <class K, class V>
class key_value_access final : public slot_access {
 public:
  explicit key_value_access(keyed_slots<K, V>& slots) : slots_{slots} {}
  slot_marks& marks() override { return slots_.marks(); }
  void write(byte_writer& out, position at) const override {
    encode(out, slots_.key(at));
    encode(out, std::as_const(slots_).value(at));
  }
  void read(byte_reader& in, position at) override {
    auto key = decode_new_key<K>(in, slots_);
    slots_.place(at, std::move(key), decode<V>(in));
  }
  void erase(position at) override { slots_.erase(at); }

 private:
  keyed_slots<K, V>& slots_;
};

}  // namespace sluice
