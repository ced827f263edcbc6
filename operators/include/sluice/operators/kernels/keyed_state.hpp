/// State per key across batches: `update_state_by_key` and `map_with_state`.
///
/// Thread rule: see kernel.hpp. Promise: until `keep`, what a batch changes is there twice, before
/// and after; `discard` goes back to what was before.
#pragma once

#include <sluice/operators/detail/same_value.hpp>
#include <sluice/operators/kernels/keyed_batch.hpp>
#include <sluice/operators/kernels/prototype.hpp>
#include <sluice/operators/kernels/saved_panes.hpp>
#include <sluice/operators/recycled.hpp>
#include <sluice/operators/saved_slots.hpp>
#include <sluice/operators/state.hpp>
#include <span>

namespace sluice::kernels {

template <class K, class S>
using state_list = std::vector<std::pair<K, S>>;

/// How much memory of emitted states waits for the next batch: with many keys it would be as much
/// as the states take.
inline constexpr std::size_t recycled_states = std::size_t{4} << 20U;

/// The part of `all` whose keys belong to a partition.
template <class K, class S, class Take>
void take_share(state_list<K, S> const& all, std::size_t index, std::size_t partitions, Take take) {
  for (auto const& [key, value] : all) {
    auto const hash = key_hash<K>{}(key);
    if (bucket_of(hash, partitions) == index) take(key, value);
  }
}

/// What `update_state_by_key` keeps between batches, for saving it.
template <class K, class S>
std::unique_ptr<task_state> saved_states(slide_clock& clock, bool& started,
                                         keyed_slots<K, S>& states) {
  constexpr auto schema = detail::fingerprint_of("update_state_by_key", 1U, codec_fingerprint<K>(),
                                                 codec_fingerprint<S>());
  auto made = std::make_unique<saved_parts>(schema);
  made->add(save_clock(clock, &started));
  made->add(std::make_unique<saved_slots>(std::make_unique<key_value_access<K, S>>(states)));
  return made;
}

/// The type of state that a function of `update_state_by_key` works on.
template <class F, class K, class V>
struct updated_state {
 private:
  struct any_state {
    template <class S>
    operator std::optional<S>() const;  // NOLINT(google-explicit-constructor)
  };
  template <class R>
  struct state_in {
    using type = void;
  };
  template <class S>
  struct state_in<std::optional<S>> {
    using type = S;
  };
  static auto result() {
    using values = std::span<V const>;
    if constexpr (std::is_invocable_v<F&, batch_time, K const&, values, any_state>)
      return std::type_identity<
          std::invoke_result_t<F&, batch_time, K const&, values, any_state>>{};
    else if constexpr (std::is_invocable_v<F&, K const&, values, any_state>)
      return std::type_identity<std::invoke_result_t<F&, K const&, values, any_state>>{};
    else if constexpr (std::is_invocable_v<F&, values, any_state>)
      return std::type_identity<std::invoke_result_t<F&, values, any_state>>{};
    else
      return std::type_identity<void>{};
  }

 public:
  using type = typename state_in<std::remove_cvref_t<typename decltype(result())::type>>::type;
  static_assert(!std::is_void_v<type>,
                "update_state_by_key: the function must be (std::span<V const>, std::optional<S>) "
                "-> std::optional<S>, and may take the key, or batch_time and the key, first");
};

/// Calls the function for every key that has state or records, and emits every state.
///
/// What it emits is also what the states become: `keep` takes them from there.
template <class K, class V, class S, class F>
class update_state_task final : public task {
  using slots = keyed_slots<K, S>;
  using position = typename slots::position;
  using result_chunk = chunk_of<std::pair<K, S>>;
  // Else copies are made while the batch runs, which may fail, and moved when it is kept.
  static constexpr bool copies_never_throw = std::is_nothrow_copy_assignable_v<S>;

 public:
  update_state_task(std::size_t index, std::size_t partitions, op_ptr who, duration slide, F f,
                    std::shared_ptr<state_list<K, S> const> initial,
                    std::unique_ptr<pair_blocks<K, V>> records)
      : index_{index},
        partitions_{partitions},
        who_{std::move(who)},
        clock_{slide},
        f_{std::move(f)},
        initial_{std::move(initial)},
        batch_{states_, std::move(records)} {}

  bool wants_absent() const override { return true; }

  partition run(batch_context const& now, std::span<partition const> inputs) override {
    now_ = now;
    partition out;
    out.absent = inputs[0].absent && (!started_ || !clock_.due(now));
    if (out.absent) return out;
    if (!started_) begin();
    batch_.read(inputs[0]);
    auto results = emitted_.take();
    results.reserve(states_.size() + batch_.created().size());
    update_old(results);
    kept_ = results.size();
    update_new(results);
    if (results.empty()) return out;
    if constexpr (!copies_never_throw) {
      renewed_.clear();
      for (std::size_t i = 0; i != kept_; ++i) renewed_.push_back(results[i].second);
    }
    results_ = emitted_.publish(std::move(results));
    out.chunks.push_back(results_);
    return out;
  }

  bool has_state() const override { return true; }
  task_state* durable_state() override {
    if constexpr (can_be_saved) {
      if (!saved_) saved_ = saved_states(clock_, started_, states_);
    }
    return saved_.get();
  }
  void keep() override {
    if (results_) renew();
    for (auto at : erased_) states_.erase(at);
    if (results_) insert_new();
    clock_.passed(now_);
    forget();
  }
  void discard() override { forget(); }

 private:
  static constexpr bool can_be_saved = savable<K> && savable<S>;

  void begin() {
    started_ = true;
    take_share(*initial_, index_, partitions_, [&](K const& key, S const& value) {
      if (states_.find(key) == slots::none) states_.insert(key, value);
    });
  }

  void update_old(state_list<K, S>& results) {
    states_.for_each([&](position at) {
      auto const& key = states_.key(at);
      auto value = call(key, batch_.values(at), S{std::as_const(states_).value(at)});
      if (value)
        results.emplace_back(key, std::move(*value));
      else
        erased_.push_back(at);
    });
  }

  void update_new(state_list<K, S>& results) {
    for (auto& [key, group] : batch_.created()) {
      auto value = call(key, batch_.values(group), std::nullopt);
      if (value) results.emplace_back(std::move(key), std::move(*value));
    }
  }

  // The results begin with the states that stay, in the order of their positions.
  void renew() {
    std::size_t next = 0;
    auto gone = erased_.begin();
    states_.for_each([&](position at) {
      if (gone != erased_.end() && *gone == at)
        ++gone;
      else
        replace(at, renewed(next++));
    });
  }
  // Most states stay as they are; a save leaves them out.
  template <class T>
  void replace(position at, T&& fresh) {
    if (can_be_saved && states_.marks().tracking() &&
        detail::same_value<S>(std::as_const(states_).value(at), fresh))
      states_.unsaved_value(at) = std::forward<T>(fresh);
    else
      states_.value(at) = std::forward<T>(fresh);
  }
  decltype(auto) renewed(std::size_t i) {
    if constexpr (copies_never_throw)
      return (*results_)[i].second;
    else
      return std::move(renewed_[i]);
  }
  void insert_new() {
    for (auto i = kept_; i != results_->records(); ++i) {
      auto const& [key, value] = (*results_)[i];
      states_.insert(key, value);
    }
  }

  // Inlined, because a call hands optionals over through memory.
  [[gnu::always_inline]] std::optional<S> call(K const& key, std::span<V const> values,
                                               std::optional<S> before) {
    if constexpr (std::is_invocable_v<F&, batch_time, K const&, std::span<V const>,
                                      std::optional<S>>)
      return call_user(who_, f_, now_.batch.time, key, values, std::move(before));
    else if constexpr (std::is_invocable_v<F&, K const&, std::span<V const>, std::optional<S>>)
      return call_user(who_, f_, key, values, std::move(before));
    else
      return call_user(who_, f_, values, std::move(before));
  }

  void forget() {
    results_.reset();
    erased_.clear();
  }

  std::size_t index_;
  std::size_t partitions_;
  op_ptr who_;
  slide_clock clock_;
  F f_;
  std::shared_ptr<state_list<K, S> const> initial_;
  batch_context now_;
  bool started_ = false;
  slots states_;
  std::unique_ptr<task_state> saved_;  // made when it is first asked for
  keyed_batch<K, V, S> batch_;
  recycled<std::pair<K, S>> emitted_{recycled_states};
  // What this batch has made.
  std::shared_ptr<result_chunk const> results_;
  std::vector<S> renewed_;
  std::size_t kept_ = 0;          // results of keys that had state
  std::vector<position> erased_;  // ascending
};

}  // namespace sluice::kernels
