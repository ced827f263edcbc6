/// Operators that bring the records of one key together.
#pragma once

#include <sluice/operators/kernels/keyed.hpp>
#include <sluice/operators/ops/shape_ops.hpp>

namespace sluice::ops {

template <template <class, class> class Stream, class T, class Pipe>
class key_ops : public shape_ops<Stream, T, Pipe> {
  using base = shape_ops<Stream, T, Pipe>;

 public:
  /// Combines the values of each key with `f`, first within each partition, then across.
  /// @shape   Stream<pair<K, V>> -> Stream<pair<owned K, owned V>>
  /// @emits   one pair per key; keys in the order in which they first appear in their partition
  /// @empty   empty stays empty
  /// @param   f  associative: (V, V) -> V
  /// @param   partitions  of the result; 0 for the context's parallelism
  /// @fails   as `map`
  /// @cost    time O(records); memory O(distinct keys of the batch)
  /// @source  Spark reduceByKey; differs: the order is fixed for the same input and parallelism
  /// @example auto totals = sales.reduce_by_key(std::plus<>{});
  template <class F>
    requires is_pair<T>
  auto reduce_by_key(F f, std::size_t partitions = 0) const {
    return reduced("reduce_by_key", std::move(f), partitions);
  }

  /// Combines the values of each key into a value of another type.
  /// @shape   Stream<pair<K, V>> -> Stream<pair<owned K, C>>
  /// @emits   as `reduce_by_key`
  /// @empty   empty stays empty
  /// @param   create  (V) -> C, for the first value of a key in a partition
  /// @param   add     (C, V) -> C, for each further one
  /// @param   merge   (C, C) -> C, across partitions
  /// @param   partitions  of the result; 0 for the context's parallelism
  /// @param   combine_early  false: all values travel, `merge` is not called
  /// @fails   as `map`
  /// @cost    as `reduce_by_key`; without `combine_early` it moves every record
  /// @source  Spark combineByKey
  /// @example auto counts = sales.combine_by_key(
  ///              [](double) { return 1L; }, [](long n, double) { return n + 1; }, std::plus<>{});
  template <class Create, class Add, class Merge>
    requires is_pair<T>
  auto combine_by_key(Create create, Add add, Merge merge, std::size_t partitions = 0,
                      bool combine_early = true) const {
    using v = owned_t<typename base::mapped>;
    static_assert(
        std::is_invocable_v<Create&, v>,
        "combine_by_key: the first function must make a combination of a value: (V) -> C");
    using c = owned_t<std::remove_cvref_t<std::invoke_result_t<Create&, v>>>;
    static_assert(std::is_invocable_r_v<c, Add&, c, v>,
                  "combine_by_key: the second function must add a value: (C, V) -> C");
    static_assert(std::is_invocable_r_v<c, Merge&, c, c>,
                  "combine_by_key: the third function must merge combinations: (C, C) -> C");
    auto who = this->op("combine_by_key");
    kernels::combine_rule<v, c, Create, Add, Merge> rule{who, std::move(create), std::move(add),
                                                         std::move(merge)};
    return combine_early ? combined(who, std::move(rule), partitions)
                         : combined_late(who, std::move(rule), partitions);
  }

  /// Collects the values of each key.
  /// @shape   Stream<pair<K, V>> -> Stream<pair<owned K, vector<owned V>>>
  /// @emits   one pair per key; values in the order of partitions, then records
  /// @empty   empty stays empty
  /// @param   partitions  of the result; 0 for the context's parallelism
  /// @fails   never by itself; it calls no function
  /// @cost    moves every record; memory O(records of the batch); prefer `reduce_by_key`
  /// @source  Spark groupByKey; differs: the order is fixed for the same input and parallelism
  /// @example auto amounts = sales.group_by_key();
  auto group_by_key(std::size_t partitions = 0) const requires is_pair<T> {
    using k = owned_t<typename base::key>;
    using v = owned_t<typename base::mapped>;
    return this->template at_node<std::pair<k, std::vector<v>>>(
        this->op("group_by_key"), {hashed()}, kernels::make_kernel(kernels::group_task<k, v>{}),
        this->shuffled(partitions));
  }

  /// Sends every pair to the partition of its key.
  /// @shape   Stream<pair<K, V>> -> Stream<pair<owned K, owned V>>
  /// @emits   order within a partition follows upstream partitions, then records
  /// @empty   empty stays empty
  /// @param   partitions  of the result, at least 1
  /// @throws  usage_error if `partitions` is 0
  /// @fails   a throwing function fails the batch
  /// @cost    moves every record
  /// @source  Spark partitionBy; differs: a number, or a number and a function, is the partitioner
  /// @example auto by_shop = sales.partition_by(4);
  ///          auto by_length = sales.partition_by(4, [](auto const& shop) { return shop.size(); });
  auto partition_by(std::size_t partitions) const requires is_pair<T> {
    detail::check_partitions("partition_by", partitions);
    return to_partition(kernels::by_hash<owned_t<typename base::key>>{}, partitions);
  }
  /// @param   choose  (K const&) -> unsigned integer, taken modulo `partitions`
  template <class Choose>
    requires is_pair<T>
  auto partition_by(std::size_t partitions, Choose choose) const {
    detail::check_partitions("partition_by", partitions);
    static_assert(
        std::is_invocable_r_v<std::size_t, Choose&, owned_t<typename base::key> const&>,
        "partition_by: the function must choose a number for a key: (K const&) -> std::size_t");
    return to_partition(kernels::by_choice<Choose>{std::move(choose)}, partitions);
  }

 protected:
  using base::base;

  /// The edge on which pairs travel uncombined to the partition of their key.
  edge hashed() const {
    require_hashable_key<owned_t<typename base::key>>();
    return this->leave(exchange::hash, kernels::hash_writer<Pipe>{this->at_.pipe});
  }

  template <class F>
  auto reduced(char const* kind, F f, std::size_t partitions) const {
    using v = owned_t<typename base::mapped>;
    static_assert(std::is_invocable_r_v<v, F&, v, v>,
                  "reduce_by_key: the function must combine two values into one: (V, V) -> V");
    auto who = this->op(kind);
    return combined(who, kernels::reduce_rule<v, F>{who, std::move(f)}, partitions);
  }

  template <class Rule>
  edge combining(Rule rule) const {
    require_hashable_key<owned_t<typename base::key>>();
    return this->leave(exchange::hash,
                       kernels::combine_writer<Pipe, Rule>{this->at_.pipe, std::move(rule)});
  }

  /// Combined in every partition before it travels, and merged where it arrives.
  template <class Rule>
  auto combined(op_ptr who, Rule rule, std::size_t partitions) const {
    using k = owned_t<typename base::key>;
    return this->template at_node<std::pair<k, typename Rule::combined>>(
        std::move(who), {combining(rule)}, kernels::make_kernel(kernels::merge_task<k, Rule>{rule}),
        this->shuffled(partitions));
  }

 private:
  template <class Rule>
  auto combined_late(op_ptr who, Rule rule, std::size_t partitions) const {
    using k = owned_t<typename base::key>;
    using v = owned_t<typename base::mapped>;
    return this->template at_node<std::pair<k, typename Rule::combined>>(
        std::move(who), {hashed()},
        kernels::make_kernel(kernels::combine_task<k, v, Rule>{std::move(rule)}),
        this->shuffled(partitions));
  }

  template <class Choose>
  auto to_partition(Choose choose, std::size_t partitions) const {
    using out = std::pair<owned_t<typename base::key>, owned_t<typename base::mapped>>;
    auto in = this->leave(exchange::hash,
                          kernels::hash_writer<Pipe, Choose>{this->at_.pipe, std::move(choose)});
    return this->template at_node<out>(this->op("partition_by"), {std::move(in)},
                                       kernels::make_pass_kernel(), partitions);
  }
};

}  // namespace sluice::ops
