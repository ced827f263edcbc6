/// Operators that work on one record, or one partition, at a time.
#pragma once

#include <array>
#include <sluice/operators/ops/core.hpp>
#include <sluice/operators/steps/filter_step.hpp>
#include <sluice/operators/steps/flat_map_step.hpp>
#include <sluice/operators/steps/map_step.hpp>
#include <sluice/operators/steps/values_step.hpp>

namespace sluice::ops {

template <template <class, class> class Stream, class T, class Pipe>
class narrow_ops : public core<Stream, T, Pipe> {
  using base = core<Stream, T, Pipe>;

 public:
  /// Applies `f` to every record.
  /// @shape   Stream<T> -> Stream<result of f>
  /// @emits   one record per record, in order
  /// @empty   empty stays empty
  /// @param   f  (T const&) -> any record
  /// @fails   a throwing function fails the batch or the job; the error names the operator
  /// @cost    inlined into the loop of its stage
  /// @source  Spark map
  /// @example auto lengths = words.map([](std::string const& word) { return word.size(); });
  template <class F>
  auto map(F f) const {
    auto who = this->op("map");
    return this->step(who, steps::map_step<T, F>{who, std::move(f)});
  }

  /// Keeps the records for which `f` holds.
  /// @shape   Stream<T> -> Stream<T>
  /// @emits   a part of the records, in order
  /// @empty   empty stays empty
  /// @param   f  (T const&) -> bool
  /// @fails   as `map`
  /// @cost    as `map`
  /// @source  Spark filter
  /// @example auto errors = words.filter([](std::string const& word) { return word == "error"; });
  template <class F>
  auto filter(F f) const {
    auto who = this->op("filter");
    return this->step(who, steps::filter_step<T, F>{who, std::move(f)});
  }

  /// Replaces every record by the elements of the range that `f(record)` returns, or by what
  /// `f(record, emit)` emits.
  /// @shape   Stream<T> -> Stream<U>
  /// @emits   results in the order of records, then of the range or the calls of emit
  /// @empty   empty stays empty
  /// @tparam  U  the emitted type, for the rare emitter function from which it cannot be deduced
  /// @param   f  what it emits as a view has to point into the record, or into what lives until the
  ///             batch is done: operators behind it keep views, not copies
  /// @fails   as `map`
  /// @cost    as `map`; the emitter form needs no container per record
  /// @source  Spark flatMap; differs: the emitter form
  /// @example auto all = lines.flat_map(split_words);
  ///          auto twice = words.flat_map([](auto const& word) { return std::array{word, word}; });
  template <class U = void, class F>
  auto flat_map(F f) const {
    auto who = this->op("flat_map");
    return this->step(who, steps::make_flat_map_step<U, T>(who, std::move(f)));
  }

  /// Applies `f` to the value of every pair; the key passes.
  /// @shape   Stream<pair<K, V>> -> Stream<pair<K, result of f>>
  /// @emits   one pair per pair, in order
  /// @empty   empty stays empty
  /// @param   f  (V const&) -> any record
  /// @fails   as `map`
  /// @cost    as `map`
  /// @source  Spark mapValues
  /// @example auto with_tax = sales.map_values([](double amount) { return amount * 1.2; });
  template <class F>
    requires is_pair<T>
  auto map_values(F f) const {
    auto who = this->op("map_values");
    return this->step(who, steps::map_values_step<typename base::key, typename base::mapped, F>{
                               who, std::move(f)});
  }

  /// Replaces every pair by pairs of its key with the elements of the range that `f(value)`
  /// returns.
  /// @shape   Stream<pair<K, V>> -> Stream<pair<K, element>>
  /// @emits   results in the order of records, then of the range
  /// @empty   empty stays empty
  /// @param   f  (V const&) -> a range
  /// @fails   as `map`
  /// @cost    as `map`
  /// @source  Spark flatMapValues
  /// @example auto twice = sales.flat_map_values([](double x) { return std::array{x, x}; });
  template <class F>
    requires is_pair<T>
  auto flat_map_values(F f) const {
    auto who = this->op("flat_map_values");
    return this->step(who,
                      steps::flat_map_values_step<typename base::key, typename base::mapped, F>{
                          who, std::move(f)});
  }

  /// Replaces all records of a partition by the range that `f(std::vector<T> const&)` returns.
  /// @shape   Stream<T> -> Stream<owned element>
  /// @emits   results in partition order
  /// @empty   f is called for empty partitions too
  /// @param   f  (vector<T> const&) -> a range
  /// @fails   as `map`
  /// @cost    holds the records of one partition
  /// @source  Spark mapPartitions; differs: the records come as a vector, not as an iterator
  /// @example auto sizes = words.map_partitions(
  ///              [](std::vector<std::string> const& all) { return std::array{all.size()}; });
  template <class F>
  auto map_partitions(F f) const {
    return by_partition("map_partitions", std::move(f));
  }

  /// Makes one record of each partition: the vector of its records.
  /// @shape   Stream<T> -> Stream<vector<owned T>>
  /// @emits   one vector per partition, empty ones included
  /// @empty   one empty vector per partition
  /// @fails   never by itself; it calls no function
  /// @cost    holds and copies the records of one partition
  /// @source  Spark glom
  /// @example auto partitions = words.glom();
  auto glom() const {
    return by_partition("glom", [](std::vector<T> const& records) {
      std::vector<owned_t<T>> all;
      all.reserve(records.size());
      for (auto const& record : records) all.push_back(to_owned(record));
      return std::array{std::move(all)};
    });
  }

 protected:
  using base::base;

  template <class F>
  auto by_partition(char const* kind, F f) const {
    using range = std::invoke_result_t<F&, std::vector<T> const&>;
    static_assert(
        std::ranges::input_range<range>,
        "map_partitions: the function must take std::vector<T> const& and return a range");
    using out = owned_t<std::ranges::range_value_t<range>>;
    auto who = this->op(kind);
    auto in = this->leave(exchange::forward, kernels::partition_function_writer<Pipe, F, out>{
                                                 who, this->at_.pipe, std::move(f)});
    return this->template at_node<out>(who, {std::move(in)}, kernels::make_pass_kernel(),
                                       this->at_.from->partitions);
  }
};

}  // namespace sluice::ops
