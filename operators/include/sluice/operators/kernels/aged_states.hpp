/// The states of `map_with_state`: by key, and by how long they have been idle.
///
/// Thread rule: see kernel.hpp. Promise: what it gives depends on where states stand and when they
/// were touched, not on the order in which that happened, so these two are all that a save holds.
#pragma once

#include <algorithm>
#include <sluice/operators/kernels/window_panes.hpp>
#include <sluice/operators/position_map.hpp>
#include <sluice/operators/saved_slots.hpp>

namespace sluice::kernels {

/// States by key; if they age, also from the longest idle to the last touched. Beside a state
/// stands one byte of what the current batch has done to it.
template <class K, class S>
class aged_states {
  using slots = keyed_slots<K, S>;

 public:
  using position = typename slots::position;
  static constexpr position none = slots::none;
  /// What the batch has done to a state, as bits.
  enum mark : std::uint8_t { seen = 1, changed = 2, removed = 4 };

  explicit aged_states(bool aging) : aging_{aging} {}

  template <class Q>
  position find(Q const& key, std::size_t hash, position likely) const {
    return slots_.find(key, hash, likely);
  }
  static std::size_t hash_of(K const& key) { return slots::hash_of(key); }
  void prefetch_index(std::size_t hash) const { slots_.prefetch_index(hash); }
  position prefetch_entry(std::size_t hash) const {
    auto const at = slots_.prefetch_entry(hash);
    if (at != none) __builtin_prefetch(&marks_[at], 1);
    return at;
  }

  K const& key(position at) const { return slots_.key(at); }
  /// For changing it.
  S& value(position at) { return slots_.value(at); }
  S const& value(position at) const { return slots_.value(at); }
  std::uint8_t& marks(position at) { return marks_[at]; }
  std::uint8_t marks(position at) const { return marks_[at]; }
  std::size_t size() const { return slots_.size(); }

  bool aging() const { return aging_; }
  batch_time touched(position at) const { return ages_[at].stamp; }
  /// The states that were last touched before `limit` and for which `take(position)` holds, the
  /// longest idle first. States that were touched at the same time go by position, not in the order
  /// in which it happened: nothing else has to be known of them.
  template <class F>
  std::vector<position> idle_since(batch_time limit, F&& take) const {
    std::vector<position> idle;
    for (auto at = oldest_; at != none && touched(at) < limit; at = ages_[at].younger)
      if (take(at)) idle.push_back(at);
    for (auto first = idle.begin(); first != idle.end();) {
      auto const stamp = touched(*first);
      auto const is_later = [&](position at) { return touched(at) != stamp; };
      auto const last = std::find_if(first, idle.end(), is_later);
      std::sort(first, last);
      first = last;
    }
    return idle;
  }

  void insert(K key, S value, batch_time now) {
    auto const at = slots_.insert(std::move(key), std::move(value));
    marks_.make(at) = 0;
    if (!aging_) return;
    ages_.make(at);
    link(at, now);
  }
  void touch(position at, batch_time now) {
    if (!aging_) return;
    slots_.marks().changing(at);
    unlink(at);
    link(at, now);
  }

  /// For saving, and for coming back from it: what is placed has no age before `order_by_age`.
  slots& entries() { return slots_; }
  bool place(position at, std::size_t hash, K key, S value, batch_time stamp) {
    if (!slots_.place(at, hash, std::move(key), std::move(value))) return false;
    marks_.make(at) = 0;
    if (aging_) ages_.make(at).stamp = stamp;
    ordered_ = false;
    return true;
  }
  void renew(position at, S value, batch_time stamp) {
    slots_.unsaved_value(at) = std::move(value);
    if (aging_) ages_[at].stamp = stamp;
    ordered_ = false;
  }
  void order_by_age() {
    if (ordered_ || !aging_) return;
    std::vector<position> all;
    for_each([&](position at) { all.push_back(at); });
    std::stable_sort(all.begin(), all.end(),
                     [&](position a, position b) { return touched(a) < touched(b); });
    oldest_ = youngest_ = none;
    for (auto at : all) link(at, touched(at));
    ordered_ = true;
  }
  void erase(position at) {
    if (aging_) unlink(at);
    slots_.erase(at);
  }
  template <class F>
  void for_each(F&& f) const {
    slots_.for_each(f);
  }

 private:
  struct age {
    batch_time stamp{};
    position older = none;
    position younger = none;
  };

  void link(position at, batch_time now) {
    ages_[at] = {now, youngest_, none};
    (youngest_ == none ? oldest_ : ages_[youngest_].younger) = at;
    youngest_ = at;
  }
  void unlink(position at) {
    auto const& one = ages_[at];
    (one.older == none ? oldest_ : ages_[one.older].younger) = one.younger;
    (one.younger == none ? youngest_ : ages_[one.younger].older) = one.older;
  }

  bool aging_;
  slots slots_;
  position_map<std::uint8_t> marks_;
  position_map<age> ages_;  // empty unless states age
  position oldest_ = none;
  position youngest_ = none;
  bool ordered_ = true;
};

/// Saves keys with their states and, if they age, when they were touched.
template <class K, class S>
class aged_access final : public slot_access {
 public:
  /// @param clock  what times are told from; is itself saved before
  aged_access(aged_states<K, S>& states, slide_clock const& clock)
      : states_{states}, clock_{clock} {}
  slot_marks& marks() override { return states_.entries().marks(); }
  void reserve(std::size_t entries) override { states_.entries().reserve(entries); }
  void write(byte_writer& out, std::span<position const> all) const override {
    for (auto at : all) {
      encode(out, states_.key(at));
      encode(out, std::as_const(states_).value(at));
      if (states_.aging()) out.put_varint(last() - count(states_.touched(at)));
    }
  }
  void read(byte_reader& in, std::span<position const> all) override {
    read_keys(
        in, all, states_.entries(),
        [this](byte_reader& rest) {
          auto value = decode<S>(rest);
          auto const ago = states_.aging() ? rest.get_varint("time since a state was touched")
                                           : std::uint64_t{0};
          return aged{std::move(value),
                      batch_time{duration{static_cast<duration::rep>(last() - ago)}}};
        },
        [this](position at, aged&& state) {
          states_.renew(at, std::move(state.value), state.touched);
        },
        [this](position at, std::size_t hash, K&& key, aged&& state) {
          return states_.place(at, hash, std::move(key), std::move(state.value), state.touched);
        });
  }
  void erase(position at) override { states_.entries().erase(at); }

 private:
  struct aged {
    S value;
    batch_time touched;
  };

  // Unsigned, so that no bytes make it overflow.
  static std::uint64_t count(batch_time time) {
    return static_cast<std::uint64_t>(time.time_since_epoch().count());
  }
  std::uint64_t last() const { return count(clock_.last().value_or(batch_time{})); }

  aged_states<K, S>& states_;
  slide_clock const& clock_;
};

}  // namespace sluice::kernels
