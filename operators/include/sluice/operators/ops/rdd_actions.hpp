/// Actions: they run the job that an rdd describes, and return when it is done.
///
/// @fails of all: a throwing function ends the job with a `stream_failure` that names its operator.
#pragma once

#include <algorithm>
#include <sluice/operators/kernels/folds.hpp>
#include <sluice/operators/kernels/outputs.hpp>
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
  std::vector<record> collect() const { return kernels::concat<record>(collect_partitions()); }

  /// All records, owned, partition by partition.
  std::vector<partition> collect_partitions() const {
    return run("collect", kernels::materialise_writer<Pipe, record>{this->at_.pipe});
  }

  /// How many records there are.
  std::int64_t count() const {
    std::int64_t n = 0;
    for (auto const& part : run("count", kernels::count_writer<Pipe>{this->at_.pipe}))
      for_each_record<std::int64_t>(part, [&](std::int64_t x) { n += x; });
    return n;
  }

  /// How often each record occurs.
  /// @source  Spark countByValue
  auto count_by_value() const {
    return this->map([](T const& x) {
                 return std::pair<T, std::int64_t>{x, 1};
               })
        .reduce_by_key(std::plus<>{})
        .as_map();
  }
  /// How many records each key has.
  /// @source  Spark countByKey
  auto count_by_key() const requires is_pair<T> {
    return this->map_values([](auto const&) { return std::int64_t{1}; })
        .reduce_by_key(std::plus<>{})
        .as_map();
  }
  /// The pairs as a map; of several values of one key the last one.
  /// @source  Spark collectAsMap
  auto as_map() const requires is_pair<T> {
    key_map<typename record::first_type, typename record::second_type> result;
    for (auto& pair : collect())
      result.insert_or_assign(std::move(pair.first), std::move(pair.second));
    return result;
  }

  /// The first record. @throws usage_error if there is none
  record first() const {
    auto one = take(1);
    if (one.empty()) detail::refuse_empty_rdd("first", "check with take(1)");
    return std::move(one.front());
  }

  /// The first `n` records in the order of partitions, fewer if there are fewer.
  std::vector<record> take(std::size_t n) const {
    return cut(kernels::concat<record>(run("take", kernels::take_writer<Pipe>{this->at_.pipe, n})),
               n);
  }

  /// The `n` greatest records, greatest first.
  /// @source  Spark top
  template <class Less = std::less<>>
  std::vector<record> top(std::size_t n, Less less = {}) const {
    return take_ordered(n, [less](record const& a, record const& b) mutable { return less(b, a); });
  }

  /// The `n` smallest records, smallest first.
  /// @source  Spark takeOrdered
  template <class Less = std::less<>>
  std::vector<record> take_ordered(std::size_t n, Less less = {}) const {
    auto smallest = [n, less](std::vector<T> const& records) mutable {
      std::vector<record> some;
      for (auto const& x : records) some.push_back(to_owned(x));
      return smallest_of(std::move(some), n, less);
    };
    return smallest_of(this->by_partition("take_ordered", std::move(smallest)).collect(), n, less);
  }

  /// Combines all records into one.
  /// @param f  associative: (T, T) -> T
  /// @throws usage_error if there is no record
  template <class F>
  record reduce(F f) const {
    auto who = this->op("reduce");
    auto in =
        this->leave(exchange::gather, kernels::reduce_writer<Pipe, F>{who, this->at_.pipe, f});
    auto made = detail::make_node(
        who, {std::move(in)},
        kernels::make_kernel(kernels::reduce_task<record, F>{who, std::move(f)}), 1);
    auto result = kernels::concat<record>(
        detail::run_job(*this->at_.owner, "reduce",
                        {made, exchange::gather, kernels::make_edge(kernels::pass_writer{}, {})}));
    if (result.empty()) detail::refuse_empty_rdd("reduce", "use fold, or check count() first");
    return std::move(result.front());
  }

  /// Combines all records into one, beginning with `zero` in every partition and across them.
  /// @param f  associative: (T, T) -> T
  /// @source  Spark fold
  template <class F>
  record fold(record zero, F f) const {
    return aggregate(std::move(zero), f, f);
  }

  /// Combines all records into a value of another type, beginning with `zero` in every partition
  /// and across them.
  /// @param add    (C, T) -> C
  /// @param merge  (C, C) -> C
  /// @source  Spark aggregate
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
  template <class F>
  void foreach (F f) const {
    auto who = this->op("foreach");
    run("foreach", kernels::foreach_writer<Pipe, F>{who, this->at_.pipe, std::move(f)});
  }

  /// Writes a new directory with one part file per partition and `_SUCCESS`.
  /// @throws runtime_failure if the directory exists or cannot be written
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
  template <class Less>
  static std::vector<record> smallest_of(std::vector<record> some, std::size_t n, Less less) {
    std::stable_sort(some.begin(), some.end(), less);
    return cut(std::move(some), n);
  }

  template <class Writer>
  std::vector<partition> run(char const* action, Writer writer) const {
    return detail::run_job(*this->at_.owner, action,
                           this->leave(exchange::gather, std::move(writer)));
  }
};

}  // namespace ops
}  // namespace sluice
