/// State per key across batches: `update_state_by_key` and `map_with_state`.
///
/// Thread rule: see kernel.hpp. Promise: until `keep`, what a batch changes is there twice, before
/// and after; `discard` goes back to what was before.
#pragma once

#include <limits>
#include <sluice/operators/detail/same_value.hpp>
#include <sluice/operators/kernels/ahead.hpp>
#include <sluice/operators/kernels/prototype.hpp>
#include <sluice/operators/kernels/saved_panes.hpp>
#include <sluice/operators/key_table.hpp>
#include <sluice/operators/saved_slots.hpp>
#include <sluice/operators/state.hpp>
#include <span>

namespace sluice::kernels {

template <class K, class S>
using state_list = std::vector<std::pair<K, S>>;

/// The part of `all` whose keys belong to a partition.
template <class K, class S, class Take>
void take_share(state_list<K, S> const& all, std::size_t index, std::size_t partitions, Take take) {
  for (auto const& [key, value] : all) {
    auto const hash = key_hash<K>{}(key);
    if (bucket_of(hash, partitions) == index) take(key, value);
  }
}

/// The values of a batch, contiguous per group, in the order of their arrival.
template <class V>
class grouped_values {
 public:
  /// @param groups  how many groups there may be; more are added by number
  void begin(std::size_t groups, std::size_t records) {
    if (records > std::numeric_limits<std::uint32_t>::max())
      throw std::length_error{
          "update_state_by_key: more than 2^32 - 1 records of one batch in one partition"};
    ends_.assign(groups, 0);
    values_.clear();
    arrivals_.clear();
    arrivals_.reserve(records);
  }
  void add(std::uint32_t group, V const& value) {
    if (group >= ends_.size()) ends_.resize(group + 1, 0);
    ++ends_[group];
    arrivals_.push_back({&value, group});
  }
  /// The values stay where they are until the next `begin`.
  void lay_out() {
    std::size_t sum = 0;
    for (auto& end : ends_) end = static_cast<std::uint32_t>(std::exchange(sum, sum + end));
    if constexpr (std::is_trivially_copyable_v<V> && std::is_default_constructible_v<V>) {
      values_.resize(arrivals_.size());
      for (auto const& [value, group] : arrivals_) values_[ends_[group]++] = *value;
    } else {
      std::vector<V const*> placed(arrivals_.size());
      for (auto const& [value, group] : arrivals_) placed[ends_[group]++] = value;
      values_.reserve(placed.size());
      for (auto const* value : placed) values_.push_back(*value);
    }
  }
  std::span<V const> of(std::size_t group) const {
    if (values_.empty()) return {};
    auto const first = group == 0 ? 0 : ends_[group - 1];
    return std::span{values_}.subspan(first, ends_[group] - first);
  }

 private:
  struct arrival {
    V const* value;
    std::uint32_t group;
  };

  std::vector<std::uint32_t> ends_;  // by group: how many, then where its next goes, then its end
  std::vector<arrival> arrivals_;
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
    if (!started_) begin();
    group(inputs[0]);
    state_list<K, S> results;
    results.reserve(states_.size() + created_.size());
    update_old(results);
    kept_ = results.size();
    update_new(results);
    if (results.empty()) return out;
    if constexpr (!copies_never_throw) {
      renewed_.clear();
      for (std::size_t i = 0; i != kept_; ++i) renewed_.push_back(results[i].second);
    }
    results_ = std::make_shared<result_chunk const>(std::move(results));
    out.chunks.push_back(results_);
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
    if (results_) renew();
    for (auto at : erased_) states_.erase(at);
    if (results_) insert_new();
    clock_.passed(now_);
    forget();
  }
  void discard() override { forget(); }

 private:
  static constexpr bool can_be_saved = savable<K> && savable<S>;

  std::unique_ptr<task_state> parts() {
    constexpr auto schema = detail::fingerprint_of("update_state_by_key", 1U,
                                                   codec_fingerprint<K>(), codec_fingerprint<S>());
    auto made = std::make_unique<saved_parts>(schema);
    made->add(save_clock(clock_, &started_));
    made->add(std::make_unique<saved_slots>(std::make_unique<key_value_access<K, S>>(states_)));
    return made;
  }

  void begin() {
    started_ = true;
    take_share(*initial_, index_, partitions_, [&](K const& key, S const& value) {
      if (states_.find(key) == slots::none) states_.insert(key, value);
    });
  }

  // A key with state has its position for a group, a new one comes after all of them.
  void group(partition const& in) {
    created_.clear();
    auto const old = static_cast<std::uint32_t>(states_.positions());
    batch_.begin(old, in.records());
    auto const add = [&](std::pair<K, V> const& pair, std::size_t hash, position likely) {
      auto at = states_.find(pair.first, hash, likely);
      if (at == slots::none) {
        auto const next = static_cast<std::uint32_t>(old + created_.size());
        at = *created_.find_or_insert(pair.first, hash,
                                      [&] {
                                        return std::pair{pair.first, next};
                                      })
                  .first;
      }
      batch_.add(at, pair.second);
    };
    for_each_ahead<std::pair<K, V>>(in, states_, add);
    batch_.lay_out();
  }

  void update_old(state_list<K, S>& results) {
    states_.for_each([&](position at) {
      auto const& key = states_.key(at);
      auto value = call(key, batch_.of(at), S{std::as_const(states_).value(at)});
      if (value)
        results.emplace_back(key, std::move(*value));
      else
        erased_.push_back(at);
    });
  }

  void update_new(state_list<K, S>& results) {
    for (auto& [key, group] : created_.entries()) {
      auto value = call(key, batch_.of(group), std::nullopt);
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
  grouped_values<V> batch_;
  key_table<K, std::uint32_t> created_;  // keys of the batch without state, with their groups
  // What this batch has made.
  std::shared_ptr<result_chunk const> results_;
  std::vector<S> renewed_;
  std::size_t kept_ = 0;          // results of keys that had state
  std::vector<position> erased_;  // ascending
};

}  // namespace sluice::kernels
