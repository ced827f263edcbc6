/// Operators of streams with state per key across batches.
///
/// State lives in the memory of its partition. Until the stage has finished a batch, what it
/// changes is there twice, before and after; a failed attempt leaves nothing behind.
#pragma once

#include <sluice/operators/kernels/mapped_state.hpp>
#include <sluice/operators/kernels/update_rows.hpp>
#include <sluice/operators/ops/window_ops.hpp>

namespace sluice {

/// What `map_with_state` returns: the stream of results, and the way to all states.
template <class K, class S, class M>
class mapped_stream : public dstream<M> {
 public:
  mapped_stream(dstream<M> results, node_ptr states)
      : dstream<M>{std::move(results)}, states_{std::move(states)} {}

  /// All keys with their state after each batch.
  /// @shape   result of map_with_state -> dstream<pair<K, S>>
  /// @emits   every state, by partition; keys that were touched by no batch keep their place
  /// @empty   an empty batch emits all states
  /// @fails   never by itself; it calls no function
  /// @cost    copies every state
  /// @source  Spark stateSnapshots
  /// @example auto counted = words.map([](std::string const& word) { return std::pair{word, 1}; })
  ///                             .map_with_state(state_spec(count_up));
  ///          auto totals = counted.state_snapshots();
  dstream<std::pair<K, S>> state_snapshots() const {
    using record = std::pair<K, S>;
    auto const& owner = this->position().owner;
    edge in{states_, exchange::forward, kernels::make_edge(kernels::snapshot_writer<K, S>{}, {})};
    auto made = detail::make_node(owner->make_op("state_snapshots"), {std::move(in)},
                                  kernels::make_pass_kernel(), states_->partitions);
    return dstream<record>{
        detail::position<identity_pipe<record>>{{owner, std::move(made), {}}, {}}};
  }

 private:
  node_ptr states_;
};

namespace ops {

template <class T, class Pipe>
class state_ops : public window_ops<T, Pipe> {
  using base = window_ops<T, Pipe>;

 public:
  /// Computes the new state of every key from the values of the batch and the state before.
  /// @shape   dstream<pair<K, V>> -> dstream<pair<owned K, S>>
  /// @emits   every key with state, each batch; old keys first, then new ones in their order
  /// @empty   f is called for every key with state, with no values
  /// @param   f  (span<V const>, optional<S>) -> optional<S>; nothing drops the key. It may take
  ///             the key first, or batch_time and the key. Or, for all keys of a partition at once,
  ///             (span<state_row<K, V, S>>) -> range of pairs of key and state, which are all that
  ///             is kept; of several for one key the first. It may take batch_time first
  /// @param   partitions  of the result; 0 for the context's parallelism
  /// @fails   a throwing function fails the batch, and so does one that gives a state to a key of
  ///          another partition; no state is changed
  /// @cost    f is called for all keys each batch; prefer `map_with_state` for many quiet keys
  /// @source  Spark updateStateByKey; differs: needs no checkpoint directory, and always remembers
  ///          the partitioner: states stay in their partition
  /// @example auto totals = sales.update_state_by_key(
  ///              [](std::span<double const> fresh, std::optional<double> sum) {
  ///                return std::optional{std::reduce(fresh.begin(), fresh.end(), sum.value_or(0))};
  ///              });
  template <class F>
    requires is_pair<T>
  auto update_state_by_key(F f, std::size_t partitions = 0) const {
    return update_state_by_key(std::move(f), detail::no_states{}, partitions);
  }
  /// @param   initial  states to begin with: a range of pairs or an rdd of them; used with the
  ///                   first batch that exists
  template <class F, class States>
    requires(is_pair<T> && !std::is_convertible_v<States, std::size_t>)
  auto update_state_by_key(F f, States const& initial, std::size_t partitions = 0) const {
    using k = owned_t<typename base::key>;
    using v = owned_t<typename base::mapped>;
    using form = kernels::update_form<F, k, v>;
    using s = typename form::state;
    auto const n = this->shuffled(partitions);
    auto first =
        std::make_shared<kernels::state_list<k, s> const>(detail::states_of<k, s>(initial));
    auto who = this->op("update_state_by_key");
    auto make = [=, slide = this->at_.from->slide, records = pairs_to(n)](std::size_t index) {
      return std::make_unique<typename form::task>(index, n, who, slide, f, first, records());
    };
    return this->template at_node<std::pair<k, s>>(who, {way_to(n)},
                                                   kernels::make_kernel_by(std::move(make)), n);
  }

  /// Maps every record together with the state of its key, which the function may change.
  /// @shape   dstream<pair<K, V>> -> dstream<owned M>, with `state_snapshots`
  /// @emits   one result per record, in partition order, then one per key that timed out, the
  /// longest
  ///          idle first; those that fell idle together in the order of their states
  /// @empty   only timeouts
  /// @param   spec  `state_spec(f)` with f: (K const&, optional<V>, state<S>&) -> M, or with
  ///                batch_time first, where an empty optional<M> emits nothing
  /// @fails   a throwing function fails the batch; no state is changed
  /// @cost    O(records of the batch + keys that time out), whatever the number of keys
  /// @source  Spark mapWithState; differs: timeouts are checked every batch
  /// @example auto add = [](std::string const& shop, std::optional<double> x, state<double>& sum) {
  ///            sum.update(sum.get_option().value_or(0) + x.value_or(0));
  ///            return std::pair{shop, sum.get()};
  ///          };
  ///          auto running = sales.map_with_state(state_spec(add));
  template <class S, class F, class States>
    requires is_pair<T>
  auto map_with_state(state_spec_of<S, F, States> const& spec) const {
    using k = owned_t<typename base::key>;
    using v = owned_t<typename base::mapped>;
    using emitted = typename kernels::mapping<F, k, v, S>::emitted;
    auto const n = this->shuffled(spec.wanted_partitions());
    auto first =
        std::make_shared<kernels::state_list<k, S> const>(detail::states_of<k, S>(spec.states()));
    auto who = this->op("map_with_state");
    auto make = [=, slide = this->at_.from->slide, f = spec.function(), idle = spec.idle_limit(),
                 records = pairs_to(n)](std::size_t index) {
      return std::make_unique<kernels::map_state_task<k, v, S, F>>(index, n, who, slide, f, idle,
                                                                   first, records());
    };
    auto states = detail::make_node(who, {way_to(n)}, kernels::make_kernel_by(std::move(make)), n);
    edge results{states, exchange::forward,
                 kernels::make_edge(kernels::results_writer<k, S>{}, {})};
    return mapped_stream<k, S, emitted>{
        this->template at_node<emitted>(who, {std::move(results)}, kernels::make_pass_kernel(), n),
        states};
  }

 protected:
  using base::base;

 private:
  // From one partition to one, no pair has to go anywhere: they are made where the states are.
  bool stays(std::size_t partitions) const {
    return partitions == 1 && this->at_.from->partitions == 1;
  }
  edge way_to(std::size_t partitions) const {
    if (!stays(partitions)) return this->hashed();
    return {this->at_.from, exchange::forward, kernels::make_pass_edge(this->at_.steps)};
  }
  // What a task of these partitions reads pairs with.
  auto pairs_to(std::size_t partitions) const {
    using k = owned_t<typename base::key>;
    using v = owned_t<typename base::mapped>;
    using blocks = std::unique_ptr<kernels::pair_blocks<k, v>>;
    return [pipe = this->at_.pipe, stays = stays(partitions)]() -> blocks {
      if (stays) return std::make_unique<kernels::pairs_of_pipe<k, v, Pipe>>(pipe);
      return std::make_unique<kernels::pairs_at_rest<k, v>>();
    };
  }
};

}  // namespace ops
}  // namespace sluice
