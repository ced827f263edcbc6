/// The operators that streams and rdds share, written once.
///
/// Thread rule: handles are values for the thread that builds. Promise: `map`-like operators extend
/// the handle's static type and cost no virtual call per record; everything that moves or keeps
/// records makes a node.
#pragma once

#include <sluice/operators/error.hpp>
#include <sluice/operators/graph.hpp>
#include <sluice/operators/kernels/basic.hpp>
#include <sluice/operators/kernels/folds.hpp>
#include <sluice/operators/kernels/keyed.hpp>
#include <sluice/operators/kernels/writers.hpp>
#include <sluice/operators/pipe.hpp>
#include <sluice/operators/session.hpp>
#include <sluice/operators/steps/filter_step.hpp>
#include <sluice/operators/steps/flat_map_step.hpp>
#include <sluice/operators/steps/map_step.hpp>
#include <sluice/operators/steps/values_step.hpp>
#include <string_view>

namespace sluice {

template <class T>
inline constexpr bool is_pair = false;
template <class K, class V>
inline constexpr bool is_pair<std::pair<K, V>> = true;

namespace detail {

template <class T>
struct pair_parts {
  using key = void;
  using mapped = void;
};
template <class K, class V>
struct pair_parts<std::pair<K, V>> {
  using key = K;
  using mapped = V;
};

/// What a handle points at: a node and the steps fused onto its output so far.
template <class Pipe>
struct position {
  graph_ptr owner;
  node_ptr from;
  Pipe pipe;
  std::vector<op_ptr> steps;
};

/// An edge that carries the position's records as `Out`.
template <class Out, class Pipe>
edge materialised_edge(position<Pipe> const& at) {
  if constexpr (is_identity<Pipe> && std::is_same_v<Out, typename Pipe::value>) {
    return {at.from, exchange::forward, kernels::make_edge(kernels::pass_writer{}, at.steps)};
  } else {
    static_assert(owned<Out> || Pipe::stable,
                  "a record is a view into a temporary of an earlier step (for instance map to "
                  "std::string, then split into views): make it own its text before this operator");
    return {at.from, exchange::forward,
            kernels::make_edge(kernels::materialise_writer<Pipe, Out>{at.pipe}, at.steps)};
  }
}

node_ptr make_node(op_ptr who, std::vector<edge> inputs, std::shared_ptr<kernel const> compute,
                   std::size_t partitions);

}  // namespace detail

/// Operators of `Stream<T, Pipe>`, which is `dstream` or `rdd`.
template <template <class, class> class Stream, class T, class Pipe>
class stream_ops {
  using key = typename detail::pair_parts<T>::key;
  using mapped = typename detail::pair_parts<T>::mapped;

 public:
  using value_type = T;

  /// Applies `f` to every record.
  /// @shape   Stream<T> -> Stream<result of f>
  /// @emits   one record per record, in order
  /// @empty   empty stays empty
  /// @fails   a throwing function fails the batch; the error names the operator
  /// @cost    inlined into the loop of its stage
  /// @source  Spark map
  template <class F>
  auto map(F f) const {
    auto who = at_.owner->make_op("map");
    return step(who, steps::map_step<T, F>{who, std::move(f)});
  }

  /// Keeps the records for which `f` holds.
  /// @shape   Stream<T> -> Stream<T>
  /// @emits   a part of the records, in order
  /// @empty   empty stays empty
  /// @fails   as `map`
  /// @source  Spark filter
  template <class F>
  auto filter(F f) const {
    auto who = at_.owner->make_op("filter");
    return step(who, steps::filter_step<T, F>{who, std::move(f)});
  }

  /// Replaces every record by the elements of the range that `f(record)` returns, or by what
  /// `f(record, emit)` emits.
  /// @shape   Stream<T> -> Stream<U>
  /// @emits   results in the order of records, then of the range or the calls of emit
  /// @empty   empty stays empty
  /// @fails   as `map`
  /// @source  Spark flatMap; the emitter form needs no container per record
  /// @tparam  U  the emitted type, for the rare emitter function from which it cannot be deduced
  template <class U = void, class F>
  auto flat_map(F f) const {
    auto who = at_.owner->make_op("flat_map");
    return step(who, steps::make_flat_map_step<U, T>(who, std::move(f)));
  }

  /// Applies `f` to the value of every pair; the key passes.
  /// @shape   Stream<pair<K, V>> -> Stream<pair<K, result of f>>
  /// @source  Spark mapValues
  template <class F>
    requires is_pair<T>
  auto map_values(F f) const {
    auto who = at_.owner->make_op("map_values");
    return step(who, steps::map_values_step<key, mapped, F>{who, std::move(f)});
  }

  /// Replaces every pair by pairs of its key with the elements of the range that `f(value)`
  /// returns.
  /// @shape   Stream<pair<K, V>> -> Stream<pair<K, element>>
  /// @source  Spark flatMapValues
  template <class F>
    requires is_pair<T>
  auto flat_map_values(F f) const {
    auto who = at_.owner->make_op("flat_map_values");
    return step(who, steps::flat_map_values_step<key, mapped, F>{who, std::move(f)});
  }

  /// Replaces all records of a partition by the range that `f(std::vector<T> const&)` returns.
  /// @shape   Stream<T> -> Stream<owned element>
  /// @emits   results in partition order
  /// @empty   f is called for empty partitions too
  /// @cost    holds the records of one partition
  /// @source  Spark mapPartitions
  template <class F>
  auto map_partitions(F f) const {
    using range = std::invoke_result_t<F&, std::vector<T> const&>;
    static_assert(
        std::ranges::input_range<range>,
        "map_partitions: the function must take std::vector<T> const& and return a range");
    using out = owned_t<std::ranges::range_value_t<range>>;
    auto who = at_.owner->make_op("map_partitions");
    using writer = kernels::partition_function_writer<Pipe, F, out>;
    edge in{at_.from, exchange::forward,
            kernels::make_edge(writer{who, at_.pipe, std::move(f)}, at_.steps)};
    return at_node<out>(who, {std::move(in)}, kernels::make_kernel(kernels::pass_task{}),
                        at_.from->partitions);
  }

  /// The records of both streams.
  /// @shape   Stream<T>, Stream<T> -> Stream<T>
  /// @emits   this stream's records, then the other's, per partition
  /// @empty   a side without a batch counts as empty
  /// @throws  usage_error if the other stream belongs to another context or has another slide
  /// @source  Spark union; differs: an absent side is no error
  template <class OtherPipe>
  auto union_with(Stream<T, OtherPipe> const& other) const {
    check_same_graph(other.at_.owner, other.at_.from, "union_with");
    auto who = at_.owner->make_op("union_with");
    auto parts = std::max(at_.from->partitions, other.at_.from->partitions);
    return at_node<T>(who,
                      {detail::materialised_edge<T>(at_), detail::materialised_edge<T>(other.at_)},
                      kernels::make_kernel(kernels::pass_task{}), parts);
  }

  /// Deals the records evenly into `partitions` partitions.
  /// @shape   Stream<T> -> Stream<owned T>
  /// @emits   order within a partition follows upstream partitions, then records
  /// @throws  usage_error if `partitions` is 0
  /// @cost    moves every record
  /// @source  Spark repartition
  auto repartition(std::size_t partitions) const {
    check_partitions("repartition", partitions);
    auto who = at_.owner->make_op("repartition");
    edge in{at_.from, exchange::rebalance,
            kernels::make_edge(kernels::deal_writer<Pipe>{at_.pipe}, at_.steps)};
    return at_node<owned_t<T>>(who, {std::move(in)}, kernels::make_kernel(kernels::pass_task{}),
                               partitions);
  }

  /// Combines the values of each key with `f`, first within each partition, then across.
  /// @shape   Stream<pair<K, V>> -> Stream<pair<owned K, owned V>>
  /// @emits   one pair per key; keys in the order in which they first appear in their partition
  /// @empty   empty stays empty
  /// @param   f  associative: (V, V) -> V
  /// @param   partitions  of the result; 0 for the context's parallelism
  /// @fails   as `map`
  /// @cost    time O(records); memory O(distinct keys of the batch)
  /// @source  Spark reduceByKey
  template <class F>
    requires is_pair<T>
  auto reduce_by_key(F f, std::size_t partitions = 0) const {
    using k = owned_t<key>;
    using v = owned_t<mapped>;
    static_assert(hashable_key<k>, "reduce_by_key: the key type has no hash or no equality");
    static_assert(std::is_invocable_r_v<v, F&, v, v>,
                  "reduce_by_key: the function must combine two values into one: (V, V) -> V");
    auto who = at_.owner->make_op("reduce_by_key");
    edge in{at_.from, exchange::hash,
            kernels::make_edge(kernels::combine_writer<Pipe, F>{who, at_.pipe, f}, at_.steps)};
    return at_node<std::pair<k, v>>(
        who, {std::move(in)}, kernels::make_kernel(kernels::merge_task<k, v, F>{who, std::move(f)}),
        shuffled(partitions));
  }

  /// Collects the values of each key.
  /// @shape   Stream<pair<K, V>> -> Stream<pair<owned K, vector<owned V>>>
  /// @emits   one pair per key; values in the order of partitions, then records
  /// @empty   empty stays empty
  /// @cost    moves every record; memory O(records of the batch); prefer `reduce_by_key`
  /// @source  Spark groupByKey
  auto group_by_key(std::size_t partitions = 0) const requires is_pair<T> {
    using k = owned_t<key>;
    using v = owned_t<mapped>;
    static_assert(hashable_key<k>, "group_by_key: the key type has no hash or no equality");
    auto who = at_.owner->make_op("group_by_key");
    edge in{at_.from, exchange::hash,
            kernels::make_edge(kernels::hash_writer<Pipe>{at_.pipe}, at_.steps)};
    return at_node<std::pair<k, std::vector<v>>>(who, {std::move(in)},
                                                 kernels::make_kernel(kernels::group_task<k, v>{}),
                                                 shuffled(partitions));
  }

  /// Computes the stream once per batch for all that use it, and owns its records.
  /// @shape   Stream<T> -> Stream<owned T>
  /// @source  Spark cache; a handle that is used twice without it recomputes its fused steps
  auto cache() const {
    auto who = at_.owner->make_op("cache");
    return at_node<owned_t<T>>(who, {detail::materialised_edge<owned_t<T>>(at_)},
                               kernels::make_kernel(kernels::pass_task{}), at_.from->partitions);
  }

  /// Names the last operator, for errors, `explain()`, metrics and recovery.
  /// @throws  usage_error if the name is empty or taken
  auto named(std::string_view name) const {
    at_.owner->name_op(last_op(), name);
    return static_cast<Stream<T, Pipe> const&>(*this);
  }

  detail::position<Pipe> const& position() const { return at_; }

 protected:
  explicit stream_ops(detail::position<Pipe> at) : at_{std::move(at)} {}
  ~stream_ops() = default;
  stream_ops(stream_ops const&) = default;
  stream_ops(stream_ops&&) = default;
  stream_ops& operator=(stream_ops const&) = default;
  stream_ops& operator=(stream_ops&&) = default;

  op_ptr const& last_op() const { return at_.steps.empty() ? at_.from->who : at_.steps.back(); }

  template <class Step>
  auto step(op_ptr who, Step next) const {
    using pipe = chained_pipe<Pipe, Step>;
    auto steps = at_.steps;
    steps.push_back(std::move(who));
    return Stream<typename Step::value, pipe>{detail::position<pipe>{
        at_.owner, at_.from, pipe{at_.pipe, std::move(next)}, std::move(steps)}};
  }

  template <class Out>
  auto at_node(op_ptr who, std::vector<edge> inputs, std::shared_ptr<kernel const> compute,
               std::size_t partitions) const {
    return Stream<Out, identity_pipe<Out>>{detail::position<identity_pipe<Out>>{
        at_.owner,
        detail::make_node(std::move(who), std::move(inputs), std::move(compute), partitions),
        {},
        {}}};
  }

  std::size_t shuffled(std::size_t asked) const {
    return asked != 0 ? asked : at_.owner->services().parallelism();
  }

  static void check_partitions(char const* what, std::size_t partitions) {
    if (partitions == 0)
      throw usage_error{std::string{what} + ": 0 partitions; at least 1 is needed"};
  }

  void check_same_graph(graph_ptr const& other, node_ptr const& from, char const* what) const {
    if (other != at_.owner)
      throw usage_error{std::string{what} +
                        ": the other stream belongs to another context; build both on one"};
    if (from->slide != at_.from->slide)
      throw usage_error{std::string{what} + ": the streams have slides of " +
                        std::to_string(at_.from->slide.count()) + " us and " +
                        std::to_string(from->slide.count()) +
                        " us; window both with the same slide first"};
  }

  detail::position<Pipe> at_;

  template <template <class, class> class S, class U, class P>
  friend class stream_ops;
};

}  // namespace sluice
