/// Actions: they run the job that an rdd describes, and return when it is done.
///
/// @fails of all: a throwing function ends the job with a `stream_failure` that names its operator.
#pragma once

#include <sluice/operators/kernels/folds.hpp>
#include <sluice/operators/kernels/outputs.hpp>
#include <sluice/operators/kernels/smallest.hpp>
#include <sluice/operators/ops/rdd_ops.hpp>

namespace sluice {

namespace detail {

/// Runs the job whose only output is fed by `in`. @return one partition per upstream partition
std::vector<partition> run_job(graph& owner, char const* action, edge in);
[[noreturn]] void refuse_empty_rdd(char const* action, char const* remedy);

}  // namespace detail

namespace ops {

template <class T, class Pipe>
class rdd_actions : public rdd_ops<T, Pipe> {
  using base = rdd_ops<T, Pipe>;
  using record = owned_t<T>;

 public:
  /// All records, in the order of partitions.
  /// @shape   rdd<T> -> std::vector<owned T>
  /// @emits   every record
  /// @empty   an empty vector
  /// @fails   a throwing function of an earlier step ends the job with a `stream_failure`
  /// @cost    memory O(records), in the calling program
  /// @source  Spark collect
  /// @example auto all = names.collect();
  std::vector<record> collect() const { return kernels::concat<record>(collect_partitions()); }

  /// All records, owned, partition by partition.
  /// @shape   rdd<T> -> std::vector<partition>
  /// @emits   every record, in the chunks in which they were made
  /// @empty   as many partitions, empty
  /// @fails   as `collect`
  /// @cost    memory O(records), in the calling program
  /// @source  none in Spark
  /// @example auto parts = names.collect_partitions();
  std::vector<partition> collect_partitions() const {
    return run("collect", kernels::materialise_writer<Pipe, record>{this->at_.pipe});
  }

  /// How many records there are.
  /// @shape   rdd<T> -> std::int64_t
  /// @emits   one number
  /// @empty   0
  /// @fails   as `collect`
  /// @cost    without fused steps no record is read
  /// @source  Spark count
  /// @example auto n = names.count();
  std::int64_t count() const {
    std::int64_t n = 0;
    for (auto const& part : run("count", kernels::count_writer<Pipe>{this->at_.pipe}))
      for_each_record<std::int64_t>(part, [&](std::int64_t x) { n += x; });
    return n;
  }

  /// How often each record occurs.
  /// @shape   rdd<T> -> key_map<owned T, std::int64_t>
  /// @emits   one entry per distinct record
  /// @empty   an empty map
  /// @fails   as `collect`
  /// @cost    memory O(distinct records), in the calling program
  /// @source  Spark countByValue
  /// @example auto frequencies = names.count_by_value();
  auto count_by_value() const {
    return this->map([](T const& x) {
                 return std::pair<T, std::int64_t>{x, 1};
               })
        .reduce_by_key(std::plus<>{})
        .as_map();
  }
  /// How many records each key has.
  /// @shape   rdd<pair<K, V>> -> key_map<owned K, std::int64_t>
  /// @emits   one entry per key
  /// @empty   an empty map
  /// @fails   as `collect`
  /// @cost    memory O(distinct keys), in the calling program
  /// @source  Spark countByKey
  /// @example auto counts = ages.count_by_key();
  auto count_by_key() const requires is_pair<T> {
    return this->map_values([](auto const&) { return std::int64_t{1}; })
        .reduce_by_key(std::plus<>{})
        .as_map();
  }
  /// The pairs as a map; of several values of one key the last one.
  /// @shape   rdd<pair<K, V>> -> key_map<owned K, owned V>
  /// @emits   one entry per key
  /// @empty   an empty map
  /// @fails   as `collect`
  /// @cost    as `collect`
  /// @source  Spark collectAsMap
  /// @example auto age_of = ages.as_map();
  auto as_map() const requires is_pair<T> {
    key_map<typename record::first_type, typename record::second_type> result;
    for (auto& pair : collect())
      result.insert_or_assign(std::move(pair.first), std::move(pair.second));
    return result;
  }

  /// The first record in the order of partitions.
  /// @shape   rdd<T> -> owned T
  /// @emits   one record
  /// @empty   throws, see there
  /// @throws  usage_error if there is no record
  /// @fails   as `collect`
  /// @cost    as `take`
  /// @source  Spark first
  /// @example auto one = names.first();
  record first() const {
    auto one = take(1);
    if (one.empty()) detail::refuse_empty_rdd("first", "check with take(1)");
    return std::move(one.front());
  }

  /// The first `n` records in the order of partitions, fewer if there are fewer.
  /// @shape   rdd<T> -> std::vector<owned T>
  /// @emits   at most n records
  /// @empty   an empty vector
  /// @fails   as `collect`
  /// @cost    every partition gives up to n records
  /// @source  Spark take; differs: one job over all partitions instead of several over some
  /// @example auto some = names.take(3);
  std::vector<record> take(std::size_t n) const {
    return cut(kernels::concat<record>(run("take", kernels::take_writer<Pipe>{this->at_.pipe, n})),
               n);
  }

  /// The `n` greatest records, greatest first.
  /// @shape   rdd<T> -> std::vector<owned T>
  /// @emits   at most n records; equal ones in their order
  /// @empty   an empty vector
  /// @param   less  (T, T) -> bool, an order of the records
  /// @fails   as `take_ordered`
  /// @cost    as `take_ordered`
  /// @source  Spark top
  /// @example auto last = names.top(3);
  template <class Less = std::less<>>
  std::vector<record> top(std::size_t n, Less less = {}) const {
    return take_ordered(n, [less](record const& a, record const& b) mutable { return less(b, a); });
  }

  /// The `n` smallest records, smallest first.
  /// @shape   rdd<T> -> std::vector<owned T>
  /// @emits   at most n records; equal ones in their order
  /// @empty   an empty vector
  /// @param   less  (T, T) -> bool, an order of the records
  /// @fails   as `collect`; what `less` throws on the calling thread comes out as it is
  /// @cost    time O(records + n log n log records) for records in random order; memory O(n) per
  ///          partition
  /// @source  Spark takeOrdered
  /// @example auto first = names.take_ordered(3);
  template <class Less = std::less<>>
  std::vector<record> take_ordered(std::size_t n, Less less = {}) const {
    kernels::smallest<record, Less> kept{n, less};
    for (auto const& part :
         run("take_ordered", kernels::smallest_writer<Pipe, Less>{this->op("take_ordered"),
                                                                  this->at_.pipe, n, less}))
      for_each_record<record>(part, [&](record const& x) { kept.offer(x); });
    return kept.take();
  }

  /// Combines all records into one.
  /// @shape   rdd<T> -> owned T
  /// @emits   one record
  /// @empty   throws, see there
  /// @param   f  associative: (T, T) -> T
  /// @throws  usage_error if there is no record
  /// @fails   a throwing function ends the job with a `stream_failure`
  /// @cost    partitions are reduced side by side, then their results by one task
  /// @source  Spark reduce; differs: results are combined in the order of partitions
  /// @example auto longest = names.reduce([](auto a, auto b) { return std::max(a, b); });
  template <class F>
  record reduce(F f) const {
    auto who = this->op("reduce");
    auto in =
        this->leave(exchange::gather, kernels::reduce_writer<Pipe, F>{who, this->at_.pipe, f});
    auto made = detail::make_node(
        who, {std::move(in)},
        kernels::make_kernel(kernels::reduce_task<record, F>{who, std::move(f)}), 1);
    auto result = kernels::concat<record>(detail::run_job(
        *this->at_.owner, "reduce", {made, exchange::gather, kernels::make_pass_edge({})}));
    if (result.empty()) detail::refuse_empty_rdd("reduce", "use fold, or check count() first");
    return std::move(result.front());
  }

  /// Combines all records into one, beginning with `zero` in every partition and across them.
  /// @shape   rdd<T> -> owned T
  /// @emits   one record
  /// @empty   combines `zero` with itself, once per partition
  /// @param   zero  neutral: f(zero, x) == x
  /// @param   f  associative: (T, T) -> T
  /// @fails   as `aggregate`
  /// @cost    as `aggregate`
  /// @source  Spark fold
  /// @example auto sum = sizes.fold(0, std::plus<>{});
  template <class F>
  record fold(record zero, F f) const {
    return aggregate(std::move(zero), f, f);
  }

  /// Combines all records into a value of another type, beginning with `zero` in every partition
  /// and across them.
  /// @shape   rdd<T> -> C
  /// @emits   one value
  /// @empty   merges `zero` with itself, once per partition
  /// @param   zero   neutral: merge(zero, x) == x
  /// @param   add    (C, T) -> C
  /// @param   merge  (C, C) -> C, called on the calling thread
  /// @fails   as `collect`; what `merge` throws comes out as it is
  /// @cost    holds the records of one partition
  /// @source  Spark aggregate; differs: results are merged in the order of partitions
  /// @example auto letters = names.aggregate(
  ///              0L, [](long sum, std::string const& name) { return sum + std::ssize(name); },
  ///              std::plus<>{});
  template <class C, class Add, class Merge>
  C aggregate(C zero, Add add, Merge merge) const {
    auto one_partition = [zero, add](std::vector<T> const& records) mutable {
      C sum = zero;
      for (auto const& x : records) sum = std::invoke(add, std::move(sum), x);
      return std::array{std::move(sum)};
    };
    C result = std::move(zero);
    for (auto& sum : this->by_partition("aggregate", std::move(one_partition)).collect())
      result = std::invoke(merge, std::move(result), std::move(sum));
    return result;
  }

  /// Calls `f` for every record, for its effect; partitions may run at the same time.
  /// @shape   rdd<T> -> calls of f
  /// @emits   nothing
  /// @empty   f is not called
  /// @param   f  (T const&); every task calls its own copy
  /// @fails   a throwing function ends the job with a `stream_failure`
  /// @source  Spark foreach
  /// @example names.foreach([](std::string const& name) { std::clog << name; });
  template <class F>
  void foreach (F f) const {
    auto who = this->op("foreach");
    run("foreach", kernels::foreach_writer<Pipe, F>{who, this->at_.pipe, std::move(f)});
  }

  /// Writes a new directory with one part file per partition and `_SUCCESS`.
  /// @shape   rdd<T> -> a directory
  /// @emits   one line per record, one part file per partition
  /// @empty   part files without a line
  /// @throws  runtime_failure if the directory exists or cannot be written
  /// @fails   as `collect`
  /// @source  Spark saveAsTextFile
  /// @example names.save_as_text_file("names");
  void save_as_text_file(std::string const& path) const {
    auto parts = run("save_as_text_file", kernels::text_writer<Pipe>{this->at_.pipe});
    this->at_.owner->services().save_text(path, parts);
  }

 protected:
  using base::base;

 private:
  static std::vector<record> cut(std::vector<record> all, std::size_t n) {
    if (all.size() > n) all.erase(all.begin() + static_cast<std::ptrdiff_t>(n), all.end());
    return all;
  }

  template <class Writer>
  std::vector<partition> run(char const* action, Writer writer) const {
    return detail::run_job(*this->at_.owner, action,
                           this->leave(exchange::gather, std::move(writer)));
  }
};

}  // namespace ops
}  // namespace sluice
