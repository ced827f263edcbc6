/// Windows over pairs that are reduced by key, kept up incrementally.
///
/// A batch enters and leaves once; what a slide costs does not depend on the window's length.
/// Thread rule and promise: see kernel.hpp.
#pragma once

#include <sluice/operators/kernels/prototype.hpp>
#include <sluice/operators/kernels/saved_panes.hpp>
#include <sluice/operators/kernels/two_stacks.hpp>
#include <sluice/operators/key_table.hpp>
#include <sluice/operators/partition_codec.hpp>
#include <sluice/operators/saved_slots.hpp>
#include <variant>

namespace sluice::kernels {

/// Folds the pairs of `in` by key into `table`.
template <class K, class V, class Call>
void fold_pairs(key_table<K, V>& table, partition const& in, Call& call) {
  for_each_record<std::pair<K, V>>(in, [&](std::pair<K, V> const& pair) {
    auto [held, fresh] = table.find_or_insert(pair.first, [&] { return pair; });
    if (!fresh) *held = call(std::move(*held), pair.second);
  });
}

/// The user's function of two values on behalf of its operator.
template <class V, class F>
class value_function {
 public:
  value_function(op_ptr who, F f) : who_{std::move(who)}, f_{std::move(f)} {}
  template <class A, class B>
  V operator()(A&& older, B&& newer) {
    return call_user(who_, f_, std::forward<A>(older), std::forward<B>(newer));
  }

 private:
  op_ptr who_;
  F f_;
};

/// What both forms share: one pane, with one pair per key, for every batch.
template <class K, class V, class F>
class keyed_window : public task {
 public:
  keyed_window(op_ptr who, duration length, duration slide, F f)
      : combine_{who, std::move(f)}, panes_{length}, clock_{slide} {}

  bool wants_absent() const final { return true; }

  partition run(batch_context const& now, std::span<partition const> inputs) final {
    now_ = now;
    due_ = clock_.due(now);
    resume();
    if (!inputs[0].absent) {
      panes_.add(now, inputs[0]);
      entered(panes_.all().back());
    }
    partition out;
    out.absent = !due_;
    if (due_) slide(panes_.gone(now), out);
    return out;
  }
  bool has_state() const final { return true; }
  task_state* durable_state() final {
    if constexpr (can_be_saved) {
      if (!saved_) saved_ = parts();
    }
    return saved_.get();
  }
  void keep() final {
    settle(true);
    // What has left is needed until the next result takes it away.
    panes_.keep(due_ ? panes_.gone(now_) : batch_time::min());
    clock_.passed(now_);
  }
  void discard() final {
    settle(false);
    panes_.discard();
  }

 protected:
  static constexpr bool can_be_saved = savable<K> && savable<V>;

  /// The keys for saving them, and a number for the form of their bytes. Called only if they can be
  /// saved.
  virtual std::unique_ptr<slot_access> keys_to_save() = 0;
  virtual std::uint64_t form() const = 0;
  /// Makes what is not saved from what is.
  virtual void resume() {}
  virtual void entered(pane const& newest) = 0;
  /// Brings the results up to date and emits them.
  virtual void slide(batch_time gone, partition& out) = 0;
  /// Makes the changes of this batch final, or takes them back.
  virtual void settle(bool keep) = 0;

  value_function<V, F> combine_;
  window_panes panes_;

 private:
  std::unique_ptr<task_state> parts() {
    constexpr auto& codec = partition_codec_of<std::pair<K, V>>::value;
    auto made = std::make_unique<saved_parts>(
        window_schema(detail::mix_word(form(), codec.fingerprint), panes_, clock_));
    made->add(save_clock(clock_));
    made->add(save_panes(panes_, codec));
    made->add(std::make_unique<saved_slots>(keys_to_save()));
    return made;
  }

  slide_clock clock_;
  std::unique_ptr<task_state> saved_;  // made when it is first asked for
  batch_context now_;
  bool due_ = false;
};

/// The second part of a pair, as a function.
struct second_of {
  template <class Pair>
  auto operator()(Pair const& pair) const {
    return pair.second;
  }
};

/// Saves where keys stand; what belongs to them is made anew.
template <class K, class V>
class key_access final : public slot_access {
 public:
  /// @param stale  is set when keys have come back without what belongs to them
  key_access(keyed_slots<K, V>& slots, bool& stale) : slots_{slots}, stale_{stale} {}
  slot_marks& marks() override { return slots_.marks(); }
  void reserve(std::size_t entries) override { slots_.reserve(entries); }
  void write(byte_writer& out, std::span<position const> all) const override {
    for (auto at : all) encode(out, slots_.key(at));
  }
  void read(byte_reader& in, std::span<position const> all) override {
    read_keys(
        in, all, slots_, [](byte_reader&) { return std::monostate{}; },
        [this](position at, std::monostate) { slots_.unsaved_value(at) = V{}; },
        [this](position at, std::size_t hash, K&& key, std::monostate) {
          return slots_.place(at, hash, std::move(key), V{});
        });
  }
  void erase(position at) override { slots_.erase(at); }
  void loaded() override { stale_ = true; }

 private:
  keyed_slots<K, V>& slots_;
  bool& stale_;
};

/// Any associative function: two stacks per key.
///
/// A key stands in the slots as long as a pane holds it, so the stacks follow from the panes; where
/// it stands does not.
template <class K, class V, class F>
class stacked_window_task final : public keyed_window<K, V, F> {
  using base = keyed_window<K, V, F>;

 public:
  using base::base;

 private:
  using held = std::pair<two_stacks<V>, bool>;  // true: changed by this batch
  using slots = keyed_slots<K, held>;
  using position = typename slots::position;

  std::unique_ptr<slot_access> keys_to_save() override {
    if constexpr (base::can_be_saved)
      return std::make_unique<key_access<K, held>>(keys_, stale_);
    else
      return nullptr;
  }
  std::uint64_t form() const override { return detail::fingerprint_of("stacked window", 1U); }

  // The function may throw half way; the next attempt begins anew.
  void resume() override {
    if (!stale_) return;
    keys_.for_each([&](position at) { keys_.unsaved_value(at) = {}; });
    for (auto const& p : this->panes_.all())
      for_each_record<std::pair<K, V>>(p.records, [&](std::pair<K, V> const& pair) {
        auto& stacks = keys_.unsaved_value(slot_of(pair.first)).first;
        stacks.push(p.time, pair.second, this->combine_);
      });
    stale_ = false;
  }

  void entered(pane const& newest) override {
    for_each_record<std::pair<K, V>>(newest.records, [&](std::pair<K, V> const& pair) {
      changing(slot_of(pair.first)).push(newest.time, pair.second, this->combine_);
    });
  }

  position slot_of(K const& key) {
    auto const at = keys_.find(key);
    return at != slots::none ? at : keys_.insert(key, {});
  }

  void slide(batch_time gone, partition& out) override {
    for (auto const& leaving : this->panes_.all()) {
      if (leaving.time > gone) break;
      for_each_record<std::pair<K, V>>(leaving.records, [&](std::pair<K, V> const& pair) {
        auto const at = keys_.find(pair.first);
        if (at != slots::none) changing(at).drop_until(gone, this->combine_);
      });
    }
    std::vector<std::pair<K, V>> results;
    results.reserve(keys_.size());
    keys_.for_each([&](position at) {
      if (auto sum = std::as_const(keys_).value(at).first.sum(this->combine_))
        results.emplace_back(keys_.key(at), std::move(*sum));
    });
    if (!results.empty()) out.chunks.push_back(make_chunk(std::move(results)));
  }

  void settle(bool keep) override {
    for (auto at : changed_) {
      auto& [stacks, changed] = keys_.unsaved_value(at);
      changed = false;
      if (keep)
        stacks.keep();
      else
        stacks.discard();
      if (stacks.empty()) keys_.erase(at);
    }
    changed_.clear();
  }

  two_stacks<V>& changing(position at) {
    auto& [stacks, changed] = keys_.unsaved_value(at);
    if (!changed) {
      changed = true;
      changed_.push_back(at);
      stacks.begin();
    }
    return stacks;
  }

  slots keys_;
  bool stale_ = false;
  std::vector<position> changed_;
};

/// A function with an inverse: one running value per key. A key stays until `Keep` refuses it.
template <class K, class V, class F, class Inverse, class Keep>
class inverse_window_task final : public keyed_window<K, V, F> {
  using base = keyed_window<K, V, F>;
  using slots = keyed_slots<K, V>;
  using position = typename slots::position;

 public:
  inverse_window_task(op_ptr who, duration length, duration slide, F f, Inverse inverse, Keep keep)
      : base{who, length, slide, std::move(f)},
        who_{who},
        subtract_{who, std::move(inverse)},
        keep_{std::move(keep)} {}

 private:
  std::unique_ptr<slot_access> keys_to_save() override {
    if constexpr (base::can_be_saved)
      return std::make_unique<key_value_access<K, V>>(values_);
    else
      return nullptr;
  }
  std::uint64_t form() const override { return detail::fingerprint_of("inverse window", 1U); }

  void entered(pane const&) override {}

  void slide(batch_time gone, partition& out) override {
    collect_changes(gone);
    orphans_.clear();
    by_key(leaving_, [this](auto const& pair) { subtract(pair); });
    by_key(entering_, [this](auto const& pair) { add(pair); });
    if (orphans_.size() != 0) recompute(gone);
    emit(out);
  }

  void settle(bool keep) override {
    if (keep) {
      for (auto at : refused_) values_.erase(at);
    } else {
      for (auto from = before_.rbegin(); from != before_.rend(); ++from)
        values_.value(from->first) = std::move(from->second);
      for (auto at : inserted_) values_.erase(at);
      for (auto* p : newly_counted_) p->counted = false;
    }
    before_.clear();
    inserted_.clear();
    refused_.clear();
    newly_counted_.clear();
  }

  // What has left since the last result, and what has come.
  void collect_changes(batch_time gone) {
    leaving_.clear();
    entering_.clear();
    for (auto& p : this->panes_.all()) {
      if (p.counted && p.time <= gone) leaving_.push_back(&p);
      if (p.counted || p.time <= gone) continue;
      entering_.push_back(&p);
      p.counted = true;
      newly_counted_.push_back(&p);
    }
  }

  // A pane has one pair per key already.
  template <class Take>
  void by_key(std::vector<pane*> const& some, Take take) {
    if (some.size() == 1) return for_each_record<std::pair<K, V>>(some[0]->records, take);
    merged_.clear();
    for (auto* p : some) fold_pairs(merged_, p->records, this->combine_);
    for (auto const& pair : merged_.entries()) take(pair);
  }

  void add(std::pair<K, V> const& entering) {
    auto const& [key, value] = entering;
    auto const at = values_.find(key);
    if (at == slots::none)
      inserted_.push_back(values_.insert(key, value));
    else
      change(at, this->combine_(V{std::as_const(values_).value(at)}, value));
  }

  void subtract(std::pair<K, V> const& leaving) {
    auto const& [key, value] = leaving;
    auto const at = values_.find(key);
    if (at == slots::none)
      orphans_.find_or_insert(key, [&] { return std::pair{key, true}; });
    else
      change(at, subtract_(V{std::as_const(values_).value(at)}, value));
  }

  // A filter has dropped these keys although the window still held values of theirs.
  void recompute(batch_time gone) {
    key_table<K, V> live;
    for (auto const& p : this->panes_.all())
      if (p.time > gone) fold_pairs(live, p.records, this->combine_);
    for (auto const& [key, value] : live.entries()) {
      if (!orphans_.contains(key)) continue;
      auto const at = values_.find(key);
      if (at == slots::none)
        inserted_.push_back(values_.insert(key, value));
      else
        change(at, value);
    }
  }

  void emit(partition& out) {
    std::vector<std::pair<K, V>> results;
    results.reserve(values_.size());
    values_.for_each([&](position at) {
      if (kept(at))
        results.emplace_back(values_.key(at), std::as_const(values_).value(at));
      else
        refused_.push_back(at);
    });
    if (!results.empty()) out.chunks.push_back(make_chunk(std::move(results)));
  }

  bool kept(position at) {
    if constexpr (std::is_same_v<Keep, std::nullptr_t>) {
      return true;
    } else if constexpr (std::is_invocable_v<Keep&, K const&, V const&>) {
      return call_user(who_, keep_, values_.key(at), std::as_const(values_).value(at));
    } else {
      return call_user(who_, keep_,
                       std::pair<K, V>{values_.key(at), std::as_const(values_).value(at)});
    }
  }

  void change(position at, V value) {
    before_.emplace_back(at, std::exchange(values_.value(at), std::move(value)));
  }

  op_ptr who_;
  value_function<V, Inverse> subtract_;
  Keep keep_;
  slots values_;
  std::vector<pane*> leaving_;
  std::vector<pane*> entering_;
  key_table<K, V> merged_;
  key_table<K, bool> orphans_;
  // What this batch has changed.
  std::vector<std::pair<position, V>> before_;
  std::vector<position> inserted_;
  std::vector<position> refused_;
  std::vector<pane*> newly_counted_;
};

}  // namespace sluice::kernels
