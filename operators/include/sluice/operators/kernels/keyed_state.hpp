/// State per key across batches: `update_state_by_key` and `map_with_state`.
///
/// Thread rule: see kernel.hpp. Promise: a batch works on a copy of what it changes; `keep` makes
/// that the state, `discard` forgets it.
#pragma once

#include <limits>
#include <sluice/operators/kernels/prototype.hpp>
#include <sluice/operators/kernels/window_panes.hpp>
#include <sluice/operators/key_table.hpp>
#include <sluice/operators/keyed_slots.hpp>
#include <sluice/operators/state.hpp>
#include <span>

namespace sluice::kernels {

template <class K, class S>
using state_list = std::vector<std::pair<K, S>>;

/// The part of `all` whose keys belong to a partition.
template <class K, class S, class Take>
void take_share(state_list<K, S> const& all, std::size_t index, std::size_t partitions, Take take) {
  for (auto const& [key, value] : all) {
    auto const hash = static_cast<std::size_t>(key_hash<K>{}(key));
    if (bucket_of(hash, partitions) == index) take(key, value);
  }
}

/// The values of a batch, contiguous per key, keys in the order in which they first appear.
template <class K, class V>
class grouped_values {
 public:
  void assign(partition const& in) {
    keys_.clear();
    group_of_.clear();
    for_each_record<std::pair<K, V>>(in, [&](std::pair<K, V> const& pair) {
      auto const next = static_cast<std::uint32_t>(keys_.size());
      auto const group =
          *keys_.find_or_insert(pair.first,
                                [&] {
                                  return std::pair{pair.first, next};
                                })
               .first;
      group_of_.push_back(group);
    });
    lay_out(in);
  }
  std::size_t size() const { return begin_.empty() ? 0 : begin_.size() - 1; }
  K const& key(std::size_t group) { return keys_.entries()[group].first; }
  std::span<V const> values(std::size_t group) const {
    return std::span{values_}.subspan(begin_[group], begin_[group + 1] - begin_[group]);
  }

 private:
  void lay_out(partition const& in) {
    begin_.assign(keys_.size() + 1, 0);
    for (auto group : group_of_) ++begin_[group + 1];
    for (std::size_t g = 1; g < begin_.size(); ++g) begin_[g] += begin_[g - 1];
    auto at = begin_;
    std::vector<std::optional<V>> placed(group_of_.size());
    std::size_t next = 0;
    for_each_record<std::pair<K, V>>(
        in, [&](std::pair<K, V> const& pair) { placed[at[group_of_[next++]]++] = pair.second; });
    values_.clear();
    values_.reserve(placed.size());
    for (auto& value : placed) values_.push_back(std::move(*value));
  }

  key_table<K, std::uint32_t> keys_;
  std::vector<std::uint32_t> group_of_;  // by record
  std::vector<std::size_t> begin_;       // by group, and the end
  std::vector<V> values_;
};

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
template <class K, class V, class S, class F>
class update_state_task final : public task {
  using slots = keyed_slots<K, S>;
  using position = typename slots::position;

 public:
  update_state_task(std::size_t index, std::size_t partitions, op_ptr who, duration slide, F f,
                    std::shared_ptr<state_list<K, S> const> initial)
      : index_{index},
        partitions_{partitions},
        who_{std::move(who)},
        clock_{slide},
        f_{std::move(f)},
        initial_{std::move(initial)} {}

  bool wants_absent() const override { return true; }

  partition run(batch_context const& now, std::span<partition const> inputs) override {
    now_ = now;
    partition out;
    out.absent = inputs[0].absent && (!started_ || !clock_.due(now));
    if (out.absent) return out;
    if (!started_) load();
    batch_.assign(inputs[0]);
    state_list<K, S> results;
    update_old(results);
    update_new(results);
    if (!results.empty()) out.chunks.push_back(make_chunk(std::move(results)));
    return out;
  }

  bool has_state() const override { return true; }
  void keep() override {
    for (auto& [at, value] : updated_) {
      if (value)
        states_.value(at) = std::move(*value);
      else
        states_.erase(at);
    }
    for (auto& [key, value] : created_) states_.insert(std::move(key), std::move(value));
    clock_.passed(now_);
    forget();
  }
  void discard() override { forget(); }

 private:
  static constexpr std::uint32_t no_group = std::numeric_limits<std::uint32_t>::max();

  void load() {
    started_ = true;
    take_share(*initial_, index_, partitions_,
               [&](K const& key, S const& value) { states_.insert(key, value); });
  }

  void update_old(state_list<K, S>& results) {
    group_at_.assign(states_.positions(), no_group);
    for (std::size_t g = 0; g != batch_.size(); ++g)
      if (auto const at = states_.find(batch_.key(g)); at != slots::none)
        group_at_[at] = static_cast<std::uint32_t>(g);
    states_.for_each([&](position at) {
      auto const group = group_at_[at];
      auto const values = group == no_group ? std::span<V const>{} : batch_.values(group);
      auto value = call(states_.key(at), values, S{std::as_const(states_).value(at)});
      if (value) results.emplace_back(states_.key(at), *value);
      updated_.emplace_back(at, std::move(value));
    });
  }

  void update_new(state_list<K, S>& results) {
    for (std::size_t g = 0; g != batch_.size(); ++g) {
      auto const& key = batch_.key(g);
      if (states_.find(key) != slots::none) continue;
      auto value = call(key, batch_.values(g), std::nullopt);
      if (!value) continue;
      results.emplace_back(key, *value);
      created_.emplace_back(key, std::move(*value));
    }
  }

  std::optional<S> call(K const& key, std::span<V const> values, std::optional<S> before) {
    if constexpr (std::is_invocable_v<F&, batch_time, K const&, std::span<V const>,
                                      std::optional<S>>)
      return call_user(who_, f_, now_.batch.time, key, values, std::move(before));
    else if constexpr (std::is_invocable_v<F&, K const&, std::span<V const>, std::optional<S>>)
      return call_user(who_, f_, key, values, std::move(before));
    else
      return call_user(who_, f_, values, std::move(before));
  }

  void forget() {
    updated_.clear();
    created_.clear();
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
  grouped_values<K, V> batch_;
  std::vector<std::uint32_t> group_at_;  // by position
  std::vector<std::pair<position, std::optional<S>>> updated_;
  state_list<K, S> created_;
};

}  // namespace sluice::kernels
