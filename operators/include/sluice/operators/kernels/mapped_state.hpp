/// `map_with_state`: only the keys of a batch cost, and those whose time is up.
///
/// Thread rule: see kernel.hpp. Promise: as in keyed_state.hpp.
#pragma once

#include <sluice/operators/kernels/keyed_state.hpp>

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

/// States by key, and in the order in which they were last touched.
template <class K, class S>
class aged_states {
 public:
  struct aged {
    S value;
    batch_time stamp;
    std::uint32_t older = none;
    std::uint32_t younger = none;
    std::uint32_t change = none;  ///< index of this batch's change
  };
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  template <class Q>
  std::uint32_t find(Q const& key) const {
    return slots_.find(key);
  }
  K const& key(std::uint32_t at) const { return slots_.key(at); }
  aged& at(std::uint32_t at) { return slots_.value(at); }
  std::uint32_t oldest() const { return oldest_; }
  std::size_t size() const { return slots_.size(); }

  void insert(K key, S value, batch_time now) {
    auto const at = slots_.insert(std::move(key), aged{std::move(value), now});
    link(at);
  }
  void touch(std::uint32_t at, batch_time now) {
    unlink(at);
    slots_.value(at).stamp = now;
    link(at);
  }
  void erase(std::uint32_t at) {
    unlink(at);
    slots_.erase(at);
  }
  template <class F>
  void for_each(F&& f) const {
    slots_.for_each(f);
  }

 private:
  void link(std::uint32_t at) {
    auto& one = slots_.value(at);
    one.older = youngest_;
    one.younger = none;
    (youngest_ == none ? oldest_ : slots_.value(youngest_).younger) = at;
    youngest_ = at;
  }
  void unlink(std::uint32_t at) {
    auto const& one = slots_.value(at);
    (one.older == none ? oldest_ : slots_.value(one.older).younger) = one.younger;
    (one.younger == none ? youngest_ : slots_.value(one.younger).older) = one.older;
  }

  keyed_slots<K, aged> slots_;
  std::uint32_t oldest_ = none;
  std::uint32_t youngest_ = none;
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

template <class K, class V, class S, class F>
class map_state_task final : public task, public snapshot_source<K, S> {
  using result = typename mapping<F, K, V, S>::result;
  using emitted = typename mapping<F, K, V, S>::emitted;
  using states = aged_states<K, S>;

 public:
  map_state_task(std::size_t index, std::size_t partitions, op_ptr who, duration slide, F f,
                 std::optional<duration> timeout, std::shared_ptr<state_list<K, S> const> initial)
      : index_{index},
        partitions_{partitions},
        who_{std::move(who)},
        clock_{slide},
        f_{std::move(f)},
        timeout_{timeout},
        initial_{std::move(initial)} {}

  bool wants_absent() const override { return true; }

  partition run(batch_context const& now, std::span<partition const> inputs) override {
    now_ = now;
    partition out;
    out.absent = inputs[0].absent && !clock_.due(now);
    if (out.absent) return out;
    if (!started_) load();
    std::vector<emitted> results;
    for_each_record<std::pair<K, V>>(inputs[0], [&](std::pair<K, V> const& pair) {
      emit(results, call(pair.first, pair.second, change_of(pair.first), false));
    });
    if (timeout_) end_idle(results);
    partition mapped;
    if (!results.empty()) mapped.chunks.push_back(make_chunk(std::move(results)));
    out.chunks.push_back(std::make_shared<mapped_chunk<K, S>>(std::move(mapped), *this));
    return out;
  }

  bool has_state() const override { return true; }
  void keep() override {
    for (auto& one : changes_) {
      if (one.at == states::none) continue;
      auto& old = states_.at(one.at);
      old.change = states::none;
      if (one.what.erased) {
        states_.erase(one.at);
        continue;
      }
      if (one.what.fresh) old.value = std::move(*one.what.fresh);
      if (one.updated || timeout_) states_.touch(one.at, now_.batch.time);
    }
    for (auto& [key, index] : created_.entries())
      if (auto& what = changes_[index].what; what.fresh)
        states_.insert(std::move(key), std::move(*what.fresh), now_.batch.time);
    clock_.passed(now_);
    forget();
  }
  void discard() override {
    for (auto const& one : changes_)
      if (one.at != states::none) states_.at(one.at).change = states::none;
    forget();
  }

  state_list<K, S> snapshot() override {
    state_list<K, S> all;
    all.reserve(states_.size());
    states_.for_each([&](std::uint32_t at) {
      auto const& old = states_.at(at);
      if (old.change == states::none) {
        all.emplace_back(states_.key(at), old.value);
      } else if (auto const& what = changes_[old.change].what; !what.erased) {
        all.emplace_back(states_.key(at), what.fresh ? *what.fresh : old.value);
      }
    });
    for (auto const& [key, index] : created_.entries())
      if (auto const& what = changes_[index].what; what.fresh) all.emplace_back(key, *what.fresh);
    return all;
  }

 private:
  struct change {
    std::uint32_t at = states::none;  // none: the key had no state before this batch
    bool updated = false;
    detail::state_change<S> what;
  };

  void load() {
    started_ = true;
    take_share(*initial_, index_, partitions_,
               [&](K const& key, S const& value) { states_.insert(key, value, now_.batch.time); });
  }

  std::uint32_t begin_change(std::uint32_t at) {
    changes_.push_back({at, false, {}});
    return static_cast<std::uint32_t>(changes_.size() - 1);
  }

  // The index of the batch's change of this key.
  std::uint32_t change_of(K const& key) {
    auto const at = states_.find(key);
    if (at != states::none) {
      auto& index = states_.at(at).change;
      if (index == states::none) index = begin_change(at);
      return index;
    }
    return *created_.find_or_insert(key,
                                    [&] {
                                      return std::pair{key, begin_change(states::none)};
                                    })
                .first;
  }

  result call(K const& key, std::optional<V> value, std::uint32_t index, bool timing_out) {
    auto& one = changes_[index];
    auto const* committed = one.at == states::none ? nullptr : &states_.at(one.at).value;
    state<S> seen{committed, one.what, timing_out};
    auto made = [&] {
      if constexpr (mapping<F, K, V, S>::with_time)
        return call_user(who_, f_, now_.batch.time, key, std::move(value), seen);
      else
        return call_user(who_, f_, key, std::move(value), seen);
    }();
    one.updated = one.updated || one.what.fresh.has_value();
    return made;
  }

  static void emit(std::vector<emitted>& results, result one) {
    if constexpr (std::is_same_v<owned_t<result>, emitted>) {
      results.push_back(to_owned(std::move(one)));
    } else if (one) {
      results.push_back(to_owned(std::move(*one)));
    }
  }

  void end_idle(std::vector<emitted>& results) {
    auto const limit = now_.batch.time - *timeout_;
    for (auto at = states_.oldest(); at != states::none;) {
      auto& old = states_.at(at);
      if (old.stamp >= limit) return;
      auto const next = old.younger;
      if (old.change == states::none) {
        old.change = begin_change(at);
        emit(results, call(states_.key(at), std::nullopt, old.change, true));
        changes_[old.change].what.erased = true;
      }
      at = next;
    }
  }

  void forget() {
    changes_.clear();
    created_.clear();
  }

  std::size_t index_;
  std::size_t partitions_;
  op_ptr who_;
  slide_clock clock_;
  F f_;
  std::optional<duration> timeout_;
  std::shared_ptr<state_list<K, S> const> initial_;
  batch_context now_;
  bool started_ = false;
  states states_;
  std::vector<change> changes_;
  key_table<K, std::uint32_t> created_;
};

}  // namespace sluice::kernels
