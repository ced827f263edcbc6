/// `update_state_by_key` with a function of all keys of a partition.
///
/// Thread rule: see kernel.hpp. Promise: as in keyed_state.hpp.
#pragma once

#include <sluice/operators/error.hpp>
#include <sluice/operators/kernels/keyed_state.hpp>
#include <sluice/operators/state_row.hpp>

namespace sluice::kernels {

/// Hands every key that has state or records to the function at once; what it returns are all the
/// states.
template <class K, class V, class S, class F>
class update_rows_task final : public task {
  using slots = keyed_slots<K, S>;
  using position = typename slots::position;
  using row = state_row<K, V, S>;
  static constexpr bool with_time = std::is_invocable_v<F&, batch_time, std::span<row>>;
  static_assert(with_time || std::is_invocable_v<F&, std::span<row>>,
                "update_state_by_key: the function must take std::span<state_row<K, V, S>> with K "
                "and V as the stream owns them, or batch_time first");

 public:
  update_rows_task(std::size_t index, std::size_t partitions, op_ptr who, duration slide, F f,
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
    update(results);
    sort_out(results);
    called_ = true;
    if (!results.empty()) out.chunks.push_back(emitted_.publish(std::move(results)));
    return out;
  }

  bool has_state() const override { return true; }
  task_state* durable_state() override {
    if constexpr (savable<K> && savable<S>) {
      if (!saved_) saved_ = saved_states(clock_, started_, states_);
    }
    return saved_.get();
  }
  void keep() override {
    if (called_) replace_states();
    clock_.passed(now_);
    forget();
  }
  void discard() override { forget(); }

 private:
  void begin() {
    started_ = true;
    take_share(*initial_, index_, partitions_, [&](K const& key, S const& value) {
      if (states_.find(key) == slots::none) states_.insert(key, value);
    });
  }

  void update(state_list<K, S>& results) {
    std::vector<row> rows;
    rows.reserve(states_.size() + batch_.created().size());
    states_.for_each([&](position at) {
      rows.push_back({states_.key(at), batch_.values(at), std::as_const(states_).value(at)});
    });
    for (auto const& [key, group] : batch_.created())
      rows.push_back({key, batch_.values(group), std::nullopt});
    auto const take = [&](auto&& one) {
      auto const& [key, value] = one;
      results.emplace_back(key, value);
    };
    if constexpr (with_time)
      call_user_for_range(who_, f_, take, now_.batch.time, std::span{rows});
    else
      call_user_for_range(who_, f_, take, std::span{rows});
  }

  // Of several states of a key the first one stays.
  void sort_out(state_list<K, S> const& results) {
    for (auto const& [key, value] : results) {
      auto const hash = slots::hash_of(key);
      check_place(hash);
      auto const fresh = [&, &key = key, &value = value] { return std::pair{key, value}; };
      fresh_.find_or_insert(key, hash, fresh);
    }
  }
  // A state that stood elsewhere would never meet the records of its key.
  void check_place(std::size_t hash) const {
    if (bucket_of(hash, partitions_) == index_) return;
    throw operator_failure{
        who_, std::make_exception_ptr(usage_error{
                  "update_state_by_key: the function gave a state to a key of another partition; "
                  "it may do so only with one partition"})};
  }

  void replace_states() {
    std::vector<position> gone;
    states_.for_each([&](position at) {
      if (!fresh_.contains(states_.key(at))) gone.push_back(at);
    });
    for (auto at : gone) states_.erase(at);
    for (auto& [key, value] : fresh_.entries()) {
      auto const at = states_.find(key);
      if (at == slots::none)
        states_.insert(key, std::move(value));
      else if (!states_.marks().tracking() ||
               !detail::same_value<S>(std::as_const(states_).value(at), value))
        states_.value(at) = std::move(value);
    }
  }

  void forget() {
    called_ = false;
    fresh_.clear();
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
  bool called_ = false;
  key_table<K, S> fresh_;  // the states after the batch
};

/// How a function of `update_state_by_key` is called: for one key at a time, or for all.
template <class F, class K, class V>
struct update_form {
  using state = typename updated_state<F, K, V>::type;
  using task = update_state_task<K, V, state, F>;
};
template <class F, class K, class V>
  requires(!std::is_void_v<detail::rows_state<F>>)
struct update_form<F, K, V> {
  using state = detail::rows_state<F>;
  using task = update_rows_task<K, V, state, F>;
};

}  // namespace sluice::kernels
