/// `map_with_state`: only the keys of a batch cost, and those whose time is up.
///
/// Thread rule: see kernel.hpp. Promise: as in keyed_state.hpp.
#pragma once

#include <sluice/operators/kernels/aged_states.hpp>
#include <sluice/operators/kernels/keyed_state.hpp>
#include <sluice/operators/recycled.hpp>

namespace sluice::kernels {

/// What a record became, for the user's function in both forms.
template <class F, class K, class V, class S>
struct mapping {
  static constexpr bool with_time =
      std::is_invocable_v<F&, batch_time, K const&, std::optional<V>, state<S>&>;
  static_assert(
      with_time || std::is_invocable_v<F&, K const&, std::optional<V>, state<S>&>,
      "map_with_state: the function must take (K const&, std::optional<V>, state<S>&), or "
      "the same with batch_time first");
  template <bool WithTime, class G>
  struct result_of {
    using type = std::invoke_result_t<G&, K const&, std::optional<V>, state<S>&>;
  };
  template <class G>
  struct result_of<true, G> {
    using type = std::invoke_result_t<G&, batch_time, K const&, std::optional<V>, state<S>&>;
  };
  using result = std::remove_cvref_t<typename result_of<with_time, F>::type>;
  static_assert(!std::is_void_v<result>, "map_with_state: the function must return a record");

  template <class R>
  struct emitted_of {
    using type = R;
  };
  template <class R>
  struct emitted_of<std::optional<R>> {
    using type = std::conditional_t<with_time, R, std::optional<R>>;
  };
  /// The form with the time emits nothing where it returns an empty optional.
  using emitted = owned_t<typename emitted_of<result>::type>;
};

/// Enumerates the states after a batch, while its stage runs.
template <class K, class S>
class snapshot_source {
 public:
  virtual ~snapshot_source() = default;
  virtual state_list<K, S> snapshot() = 0;
};

/// A batch of `map_with_state` inside its stage: the results, and where the states can be read.
template <class K, class S>
class mapped_chunk final : public chunk {
 public:
  mapped_chunk(partition results, snapshot_source<K, S>& states)
      : chunk{results.records(), 0}, results_{std::move(results)}, states_{states} {}
  partition const& results() const { return results_; }
  state_list<K, S> snapshot() const { return states_.snapshot(); }

 private:
  partition results_;
  snapshot_source<K, S>& states_;
};

/// Takes the results out of a mapped batch.
template <class K, class S>
class results_writer final : public edge_writer {
 public:
  void write(partition const& in, std::span<partition> buckets) override {
    for (auto const& c : in.chunks)
      buckets[0].append(static_cast<mapped_chunk<K, S> const&>(*c).results());
  }
};

/// Takes all states out of a mapped batch.
template <class K, class S>
class snapshot_writer final : public edge_writer {
 public:
  void write(partition const& in, std::span<partition> buckets) override {
    for (auto const& c : in.chunks) {
      auto states = static_cast<mapped_chunk<K, S> const&>(*c).snapshot();
      if (!states.empty()) buckets[0].chunks.push_back(make_chunk(std::move(states)));
    }
  }
};

/// Calls the function for every record. What it does to a state that was there happens in place,
/// and the value before is kept until the batch is; new keys wait beside the states.
template <class K, class V, class S, class F>
class map_state_task final : public task,
                             public snapshot_source<K, S>,
                             private pair_blocks<K, V>::taker {
  using result = typename mapping<F, K, V, S>::result;
  using emitted = typename mapping<F, K, V, S>::emitted;
  using states = aged_states<K, S>;
  using position = typename states::position;
  using change = detail::state_change<S>;

 public:
  map_state_task(std::size_t index, std::size_t partitions, op_ptr who, duration slide, F f,
                 std::optional<duration> timeout, std::shared_ptr<state_list<K, S> const> initial,
                 std::unique_ptr<pair_blocks<K, V>> records)
      : index_{index},
        partitions_{partitions},
        who_{std::move(who)},
        clock_{slide},
        f_{std::move(f)},
        timeout_{timeout},
        initial_{std::move(initial)},
        records_{std::move(records)},
        states_{timeout.has_value()} {}

  bool wants_absent() const override { return true; }

  partition run(batch_context const& now, std::span<partition const> inputs) override {
    now_ = now;
    partition out;
    out.absent = inputs[0].absent && !clock_.due(now);
    if (out.absent) return out;
    if (!started_) begin();
    states_.order_by_age();
    results_ = emitted_.take();
    records_->read(inputs[0], *this);
    if (timeout_) end_idle();
    partition mapped;
    if (!results_.empty()) mapped.chunks.push_back(emitted_.publish(std::move(results_)));
    out.chunks.push_back(std::make_shared<mapped_chunk<K, S>>(std::move(mapped), *this));
    return out;
  }

  bool has_state() const override { return true; }
  task_state* durable_state() override {
    if constexpr (can_be_saved) {
      if (!saved_) saved_ = parts();
    }
    return saved_.get();
  }
  void keep() override {
    for (auto at : seen_) {
      auto const marks = std::exchange(states_.marks(at), std::uint8_t{0});
      if ((marks & states::removed) != 0)
        states_.erase(at);
      else
        states_.touch(at, now_.batch.time);
    }
    for (auto& [key, what] : created_.entries())
      if (what.fresh) states_.insert(std::move(key), std::move(*what.fresh), now_.batch.time);
    clock_.passed(now_);
    forget();
  }
  void discard() override {
    for (auto& [at, before] : before_) states_.value(at) = std::move(before);
    for (auto at : seen_) states_.marks(at) = 0;
    forget();
  }

  state_list<K, S> snapshot() override {
    state_list<K, S> all;
    all.reserve(states_.size() + created_.size());
    states_.for_each([&](position at) {
      if ((states_.marks(at) & states::removed) == 0)
        all.emplace_back(states_.key(at), std::as_const(states_).value(at));
    });
    for (auto const& [key, what] : created_.entries())
      if (what.fresh) all.emplace_back(key, *what.fresh);
    return all;
  }

 private:
  static constexpr bool emits_always = std::is_same_v<owned_t<result>, emitted>;

  static constexpr bool can_be_saved = savable<K> && savable<S>;

  std::unique_ptr<task_state> parts() {
    constexpr auto types = detail::fingerprint_of("map_with_state", 1U, codec_fingerprint<K>(),
                                                  codec_fingerprint<S>());
    auto made = std::make_unique<saved_parts>(detail::mix_word(types, timeout_ ? 1 : 0));
    made->add(save_clock(clock_, &started_));
    made->add(std::make_unique<saved_slots>(std::make_unique<aged_access<K, S>>(states_, clock_)));
    return made;
  }

  void take(std::span<std::pair<K, V> const> block) override {
    if constexpr (emits_always) make_room(block.size());
    for_each_ahead(block, states_,
                   [&](std::pair<K, V> const& pair, std::size_t hash, position likely) {
                     auto const at = states_.find(pair.first, hash, likely);
                     if (at != states::none)
                       emit(call_old(at, pair.second, false));
                     else
                       emit(call_new(pair.first, hash, pair.second));
                   });
  }
  void make_room(std::size_t more) {
    auto const needed = results_.size() + more;
    if (needed > results_.capacity()) results_.reserve(std::max(needed, results_.capacity() * 2));
  }

  void begin() {
    started_ = true;
    take_share(*initial_, index_, partitions_, [&](K const& key, S const& value) {
      auto const hash = states::hash_of(key);
      if (states_.find(key, hash, states_.prefetch_entry(hash)) == states::none)
        states_.insert(key, value, now_.batch.time);
    });
  }

  // A call for a key that had a state before this batch. Inlined, because a call hands optionals
  // and pairs over through memory, which takes longer than all the rest.
  [[gnu::always_inline]] result call_old(position at, std::optional<V> value, bool timing_out) {
    auto& marks = states_.marks(at);
    if ((marks & states::seen) == 0) {
      marks |= states::seen;
      seen_.push_back(at);
    }
    change what;
    auto const* const now =
        (marks & states::removed) != 0 ? nullptr : &std::as_const(states_).value(at);
    auto made = call(states_.key(at), std::move(value), now, what, timing_out);
    if (what.fresh) {
      put(at, std::move(*what.fresh));
      marks &= static_cast<std::uint8_t>(~states::removed);
    } else if (what.erased) {
      marks |= states::removed;
    }
    return made;
  }

  void put(position at, S fresh) {
    auto& held = states_.value(at);
    auto& marks = states_.marks(at);
    if ((marks & states::changed) == 0) {
      marks |= states::changed;
      before_.emplace_back(at, std::move(held));
    }
    held = std::move(fresh);
  }

  result call_new(K const& key, std::size_t hash, std::optional<V> value) {
    auto& what = *created_.find_or_insert(key, hash,
                                          [&] {
                                            return std::pair{key, change{}};
                                          })
                      .first;
    return call(key, std::move(value), nullptr, what, false);
  }

  [[gnu::always_inline]] result call(K const& key, std::optional<V> value, S const* before,
                                     change& what, bool timing_out) {
    state<S> seen{before, what, timing_out};
    if constexpr (mapping<F, K, V, S>::with_time)
      return call_user(who_, f_, now_.batch.time, key, std::move(value), seen);
    else
      return call_user(who_, f_, key, std::move(value), seen);
  }

  [[gnu::always_inline]] void emit(result one) {
    if constexpr (emits_always) {
      results_.push_back(to_owned(std::move(one)));
    } else if (one) {
      results_.push_back(to_owned(std::move(*one)));
    }
  }

  void end_idle() {
    auto const is_idle = [&](position at) { return (states_.marks(at) & states::seen) == 0; };
    for (auto at : states_.idle_since(now_.batch.time - *timeout_, is_idle)) {
      emit(call_old(at, std::nullopt, true));
      states_.marks(at) |= states::removed;
    }
  }

  void forget() {
    results_.clear();
    seen_.clear();
    before_.clear();
    created_.clear();
  }

  std::size_t index_;
  std::size_t partitions_;
  op_ptr who_;
  slide_clock clock_;
  F f_;
  std::optional<duration> timeout_;
  std::shared_ptr<state_list<K, S> const> initial_;
  std::unique_ptr<pair_blocks<K, V>> records_;
  batch_context now_;
  bool started_ = false;
  states states_;
  std::unique_ptr<task_state> saved_;  // made when it is first asked for
  recycled<emitted> emitted_{std::size_t{32} << 20U};
  // What this batch has done.
  std::vector<emitted> results_;
  std::vector<position> seen_;                  // in the order of their first records
  std::vector<std::pair<position, S>> before_;  // the values before, of states that have changed
  key_table<K, change> created_;
};

}  // namespace sluice::kernels
