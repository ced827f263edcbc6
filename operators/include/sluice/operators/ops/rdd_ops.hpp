/// Transformations that only rdds have. Lazy: an action runs them.
#pragma once

#include <functional>
#include <sluice/operators/kernels/parts.hpp>
#include <sluice/operators/kernels/sample.hpp>
#include <sluice/operators/kernels/sorting.hpp>
#include <sluice/operators/ops/rdd_control.hpp>

namespace sluice::ops {

template <class T, class Pipe>
class rdd_ops : public rdd_control<T, Pipe> {
  using base = rdd_control<T, Pipe>;
  using record = owned_t<T>;

 public:
  /// Every distinct record once.
  /// @shape   rdd<T> -> rdd<owned T>
  /// @emits   records in the order in which they first appear in their partition
  /// @empty   empty stays empty
  /// @param   partitions  of the result; 0 for the context's parallelism
  /// @fails   never by itself; it calls no function
  /// @cost    memory O(distinct records)
  /// @source  Spark distinct; differs: the order is fixed for the same input and parallelism
  /// @example auto once = names.distinct();
  auto distinct(std::size_t partitions = 0) const {
    return this->marked()
        .reduced(
            "distinct", [](char a, char) { return a; }, partitions)
        .keys();
  }

  /// A random part of the records, the same for the same seed and partitioning.
  /// @shape   rdd<T> -> rdd<owned T>
  /// @emits   records in order, with replacement some of them several times
  /// @empty   empty stays empty
  /// @param   fraction  without replacement the chance of each record, 0 to 1; with replacement the
  ///                    expected number of times that each is taken, at least 0
  /// @throws  usage_error if `fraction` is out of range
  /// @fails   never by itself; it calls no function
  /// @source  Spark sample; differs: the default seed is fixed, other records are drawn for a seed
  /// @example auto tenth = names.sample(false, 0.1);
  auto sample(bool with_replacement, double fraction, std::uint64_t seed = 0) const {
    kernels::check_fraction(with_replacement, fraction);
    auto in = this->leave(exchange::forward, kernels::sample_writer<Pipe>{
                                                 this->at_.pipe, with_replacement, fraction, seed});
    return this->template at_node<record>(this->op("sample"), {std::move(in)},
                                          kernels::make_pass_kernel(), this->at_.from->partitions);
  }

  /// The distinct records that both have.
  /// @shape   rdd<T>, rdd<T> -> rdd<owned T>
  /// @emits   records in the order in which they first appear here, in their partition
  /// @empty   an empty side gives nothing
  /// @param   partitions  of the result; 0 for the context's parallelism
  /// @throws  usage_error if the other rdd belongs to another context
  /// @fails   never by itself; it calls no function
  /// @cost    moves every record; memory O(records of both sides)
  /// @source  Spark intersection; differs: the order is fixed for the same input and parallelism
  /// @example auto common = names.intersection(others);
  template <class OtherPipe>
  auto intersection(rdd<T, OtherPipe> const& other, std::size_t partitions = 0) const {
    return by_presence(other, partitions, [](bool here, bool there) { return here && there; })
        .keys();
  }

  /// The records that the other rdd has not, duplicates included.
  /// @shape   rdd<T>, rdd<T> -> rdd<owned T>
  /// @emits   equal records side by side, in the order in which they first appear
  /// @empty   an empty other side leaves every record
  /// @param   partitions  of the result; 0 for the context's parallelism
  /// @throws  usage_error if the other rdd belongs to another context
  /// @fails   never by itself; it calls no function
  /// @cost    as `intersection`
  /// @source  Spark subtract; differs: the order is fixed for the same input and parallelism
  /// @example auto only_here = names.subtract(others);
  template <class OtherPipe>
  auto subtract(rdd<T, OtherPipe> const& other, std::size_t partitions = 0) const {
    return this->marked().cogroup(other.marked(), partitions).flat_map([](auto const& both) {
      auto const& [lefts, rights] = both.second;
      return std::vector<record>(rights.empty() ? lefts.size() : 0, both.first);
    });
  }

  /// Every record with every record of the other rdd.
  /// @shape   rdd<T>, rdd<U> -> rdd<pair<owned T, owned U>>
  /// @emits   one partition per pair of partitions
  /// @empty   an empty side gives nothing
  /// @throws  usage_error if the other rdd belongs to another context
  /// @fails   never by itself; it calls no function
  /// @cost    memory O(n * m), made by one task
  /// @source  Spark cartesian
  /// @example auto meetings = names.cartesian(others);
  template <class U, class OtherPipe>
  auto cartesian(rdd<U, OtherPipe> const& other) const {
    using out = std::pair<record, owned_t<U>>;
    this->check_meets(other.position(), "cartesian");
    auto pair_up = [](batch_context const&, std::vector<kernels::part_list> in) {
      kernels::part_list result;
      for (auto const& left : in[0])
        for (auto const& right : in[1]) {
          std::vector<out> pairs;
          pairs.reserve(left.records() * right.records());
          for_each_record<record>(left, [&](record const& l) {
            for_each_record<owned_t<U>>(right,
                                        [&](owned_t<U> const& r) { pairs.emplace_back(l, r); });
          });
          result.emplace_back().chunks.push_back(make_chunk(std::move(pairs)));
        }
      return result;
    };
    return this->template listed<out>("cartesian", {list(), other.list()}, pair_up,
                                      this->num_partitions() * other.num_partitions());
  }

  /// Collects the records for which `f` gives the same key.
  /// @shape   rdd<T> -> rdd<pair<owned result of f, vector<owned T>>>
  /// @emits   as `group_by_key`
  /// @empty   empty stays empty
  /// @param   f  (T const&) -> a key
  /// @param   partitions  of the result; 0 for the context's parallelism
  /// @fails   a throwing function ends the job with a `stream_failure`
  /// @cost    as `group_by_key`
  /// @source  Spark groupBy
  /// @example auto by_length = names.group_by([](std::string const& name) { return name.size(); });
  template <class F>
  auto group_by(F f, std::size_t partitions = 0) const {
    return this
        ->map([f = std::move(f)](T const& x) mutable {
          return std::pair{
              owned_t<std::remove_cvref_t<std::invoke_result_t<F&, T const&>>>(std::invoke(f, x)),
              x};
        })
        .group_by_key(partitions);
  }

  /// Sorts by what `f` gives for a record. Stable.
  /// @shape   rdd<T> -> rdd<owned T>
  /// @emits   partition i holds the i-th range of the order
  /// @empty   empty stays empty
  /// @param   f  (T const&) -> anything with `<`
  /// @param   ascending  false: greatest first; equal records keep their order all the same
  /// @param   partitions  of the result; 0 for as many as now
  /// @fails   as `group_by`
  /// @cost    partitions are sorted side by side, then merged by one task; f is called to compare
  /// @source  Spark sortBy; differs: stable, sorted by the job itself and not by a sample before it
  /// @example auto by_length = names.sort_by([](auto const& name) { return name.size(); }, false);
  template <class F>
  auto sort_by(F f, bool ascending = true, std::size_t partitions = 0) const {
    return sorted("sort_by", std::move(f), ascending, partitions);
  }
  /// Sorts pairs by key. Stable.
  /// @shape   rdd<pair<K, V>> -> rdd<pair<owned K, owned V>>
  /// @emits   as `sort_by`
  /// @empty   empty stays empty
  /// @param   ascending  as `sort_by`
  /// @param   partitions  of the result; 0 for as many as now
  /// @fails   never by itself; it calls no function
  /// @cost    as `sort_by`
  /// @source  Spark sortByKey; differs: as `sort_by`
  /// @example auto alphabetic = ages.sort_by_key();
  auto sort_by_key(bool ascending = true, std::size_t partitions = 0) const requires is_pair<T> {
    return sorted(
        "sort_by_key", [](record const& pair) { return pair.first; }, ascending, partitions);
  }

  /// Merges neighbouring partitions until there are `partitions`; more are not made.
  /// @shape   rdd<T> -> rdd<T>
  /// @emits   the records in their order
  /// @empty   empty stays empty
  /// @throws  usage_error if `partitions` is 0
  /// @fails   never by itself; it calls no function
  /// @cost    moves no record
  /// @source  Spark coalesce; differs: has no shuffle flag, use `repartition`
  /// @example auto in_one = names.coalesce(1);
  auto coalesce(std::size_t partitions) const {
    detail::check_partitions("coalesce", partitions);
    return this->template at_node<T>(
        this->op("coalesce"), {detail::materialised_edge<T>(this->at_)},
        kernels::make_pass_kernel(), std::min(partitions, this->num_partitions()));
  }

  /// Pairs every record with its number in the order of `collect()`.
  /// @shape   rdd<T> -> rdd<pair<owned T, std::int64_t>>
  /// @emits   numbers from 0 without gaps
  /// @empty   empty stays empty
  /// @fails   never by itself; it calls no function
  /// @cost    one task copies every record
  /// @source  Spark zipWithIndex
  /// @example auto numbered = names.zip_with_index();
  auto zip_with_index() const {
    using out = std::pair<record, std::int64_t>;
    auto number = [](batch_context const&, std::vector<kernels::part_list> in) {
      std::int64_t next = 0;
      for (auto& part : in[0]) {
        std::vector<out> numbered;
        numbered.reserve(part.records());
        for_each_record<record>(part, [&](record const& r) { numbered.emplace_back(r, next++); });
        part.chunks = {make_chunk(std::move(numbered))};
      }
      return std::move(in[0]);
    };
    return listed<out>("zip_with_index", {list()}, number, this->num_partitions());
  }

  /// Folds the values of each key into a value of another type, beginning with `zero`.
  /// @shape   rdd<pair<K, V>> -> rdd<pair<owned K, C>>
  /// @emits   as `reduce_by_key`
  /// @empty   empty stays empty
  /// @param   zero   once for each key in a partition
  /// @param   add    (C, V) -> C
  /// @param   merge  (C, C) -> C
  /// @param   partitions  of the result; 0 for the context's parallelism
  /// @fails   as `group_by`
  /// @cost    as `reduce_by_key`
  /// @source  Spark aggregateByKey
  /// @example auto sums = ages.aggregate_by_key(0L, std::plus<>{}, std::plus<>{});
  template <class C, class Add, class Merge>
    requires is_pair<T>
  auto aggregate_by_key(C zero, Add add, Merge merge, std::size_t partitions = 0) const {
    auto create = [zero = std::move(zero), add](owned_t<typename base::mapped> value) mutable {
      return C(std::invoke(add, C(zero), std::move(value)));
    };
    return this->combine_by_key(std::move(create), std::move(add), std::move(merge), partitions);
  }

  /// The key of every pair.
  /// @shape   rdd<pair<K, V>> -> rdd<K>
  /// @emits   one record per pair, in order
  /// @empty   empty stays empty
  /// @fails   never by itself; it calls no function
  /// @cost    as `map`
  /// @source  Spark keys
  /// @example auto people = ages.keys();
  auto keys() const requires is_pair<T> {
    return this->map([](T const& pair) { return pair.first; });
  }
  /// The value of every pair.
  /// @shape   rdd<pair<K, V>> -> rdd<V>
  /// @emits   one record per pair, in order
  /// @empty   empty stays empty
  /// @fails   never by itself; it calls no function
  /// @cost    as `map`
  /// @source  Spark values
  /// @example auto years = ages.values();
  auto values() const requires is_pair<T> {
    return this->map([](T const& pair) { return pair.second; });
  }

 protected:
  using base::base;

  /// The edge on which the partitions travel as a list.
  edge list() const {
    using writer = kernels::materialise_writer<Pipe, record>;
    return this->leave(exchange::gather, kernels::wrapping_writer{writer{this->at_.pipe}});
  }

 private:
  template <class, class>
  friend class rdd_ops;

  /// Records as keys.
  auto marked() const {
    return this->map([](T const& x) { return std::pair<T, char>{x, 0}; });
  }

  template <class OtherPipe, class Holds>
  auto by_presence(rdd<T, OtherPipe> const& other, std::size_t partitions, Holds holds) const {
    return marked().cogroup(other.marked(), partitions).filter([holds](auto const& both) {
      return holds(!both.second.first.empty(), !both.second.second.empty());
    });
  }

  template <class F>
  auto sorted(char const* kind, F f, bool ascending, std::size_t partitions) const {
    auto who = this->op(kind);
    kernels::record_order<record, F> order{who, std::move(f), ascending};
    using writer = kernels::sorting_writer<Pipe, decltype(order)>;
    auto in =
        this->leave(exchange::gather, kernels::wrapping_writer{writer{this->at_.pipe, order}});
    auto const n = partitions != 0 ? partitions : this->num_partitions();
    auto merge = [order, n](batch_context const&, std::vector<kernels::part_list> runs) mutable {
      return kernels::merge_runs<record>(std::move(runs[0]), order, n);
    };
    return listed_as<record>(who, {std::move(in)}, std::move(merge), n);
  }

  /// An rdd whose partitions `f` makes of lists of partitions.
  template <class Out>
  auto listed(char const* kind, std::vector<edge> in, kernels::parts_task::function f,
              std::size_t partitions) const {
    return listed_as<Out>(this->op(kind), std::move(in), std::move(f), partitions);
  }
  template <class Out>
  auto listed_as(op_ptr who, std::vector<edge> in, kernels::parts_task::function f,
                 std::size_t partitions) const {
    return this->template on<Out>(
        detail::make_spread_node(std::move(who), std::move(in), std::move(f), partitions));
  }
};

}  // namespace sluice::ops
