#include "table.hpp"

#include <atomic>

using namespace sluice;
using namespace sluice::tests;

namespace {

/// A context for jobs only: nothing is started.
struct fixture {
  streaming_context ssc{with_parallelism(3), in_calling_thread()};
  rdd<int> numbers(std::vector<int> records, std::size_t partitions = 0) {
    return ssc.parallelize(std::move(records), partitions);
  }
};

auto const add_one = [](int x) { return x + 1; };
auto const keyed = [](int x) { return std::pair{x % 2, x}; };
auto const sizes = [](std::vector<int> const& all) { return std::array{all.size()}; };
auto const no_fours = [](int x) { return x == 4 ? throw std::runtime_error{"no fours"} : x; };

}  // namespace

TEST_CASE_FIXTURE(fixture, "parallelize slices a vector into runs of its order") {
  auto const records = numbers({1, 2, 3, 4, 5, 6, 7}, 3);
  CHECK(records.num_partitions() == 3);
  CHECK(records.collect() == std::vector{1, 2, 3, 4, 5, 6, 7});
  CHECK(records.map_partitions(sizes).collect() == std::vector<std::size_t>{2, 2, 3});
}

TEST_CASE_FIXTURE(fixture, "parallelize makes as many partitions as the context has") {
  CHECK(numbers({1}).num_partitions() == 3);
  CHECK(numbers({1}).map_partitions(sizes).collect() == std::vector<std::size_t>{0, 0, 1});
  CHECK(numbers({}).collect().empty());
}

TEST_CASE_FIXTURE(fixture, "rdd runs the operators of a stream") {
  auto const records = numbers({1, 2, 3, 4, 5, 6});
  CHECK(records.map(add_one).filter([](int x) { return x > 3; }).collect() ==
        std::vector{4, 5, 6, 7});
  CHECK(records.repartition(2).num_partitions() == 2);
  auto both = records.union_with(records.map([](int x) { return -x; })).collect();
  std::sort(both.begin(), both.end());
  CHECK(both == std::vector{-6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6});
  auto sums = records.map(keyed).reduce_by_key(std::plus<>{}).collect();
  std::sort(sums.begin(), sums.end());
  CHECK(sums == std::vector<std::pair<int, int>>{{0, 12}, {1, 9}});
  auto groups = records.map(keyed).group_by_key(1).collect();
  CHECK(groups == std::vector<std::pair<int, std::vector<int>>>{{1, {1, 3, 5}}, {0, {2, 4, 6}}});
}

TEST_CASE_FIXTURE(fixture, "rdd of one parameter takes an rdd with any steps") {
  rdd<int> records = numbers({1, 2, 3}).map(add_one);
  records = records.filter([](int x) { return x != 3; });
  CHECK(records.collect() == std::vector{2, 4});
}

TEST_CASE_FIXTURE(fixture, "rdd runs anew for each action, and nothing before the first") {
  std::atomic<int> calls{0};
  auto const counted = numbers({1, 2, 3}).map([&](int x) { return ++calls, x; });
  CHECK(calls == 0);
  CHECK(counted.count() == 3);
  CHECK(counted.collect().size() == 3);
  CHECK(calls == 6);
}

TEST_CASE_FIXTURE(fixture, "count is the number of records, 0 for none") {
  CHECK(numbers({5, 5, 5, 5}).count() == 4);
  CHECK(numbers({}).count() == 0);
  CHECK(numbers({1, 2, 3}).filter([](int x) { return x > 5; }).count() == 0);
}

TEST_CASE_FIXTURE(fixture, "take has the first records in the order of partitions") {
  auto const records = numbers({1, 2, 3, 4, 5, 6, 7});
  CHECK(records.take(0).empty());
  CHECK(records.take(3) == std::vector{1, 2, 3});
  CHECK(records.take(7).size() == 7);
  CHECK(records.take(100) == records.collect());
  CHECK(records.filter([](int x) { return x % 3 == 0; }).take(5) == std::vector{3, 6});
  CHECK(numbers({}).take(2).empty());
}

TEST_CASE_FIXTURE(fixture, "take does not ask for more records of a partition than it needs") {
  std::atomic<int> calls{0};
  auto const some =
      numbers(std::vector<int>(1000, 7), 1).map([&](int x) { return ++calls, x; }).take(5);
  CHECK(some.size() == 5);
  CHECK(calls <= 6);
}

TEST_CASE_FIXTURE(fixture, "reduce combines all records into one, in their order") {
  CHECK(numbers({1, 2, 3, 4}).reduce(std::plus<>{}) == 10);
  CHECK(numbers({7}).reduce(std::plus<>{}) == 7);
  auto const text = numbers({1, 2, 3, 4, 5}).map([](int x) { return std::to_string(x); });
  CHECK(text.reduce(std::plus<>{}) == "12345");
}

TEST_CASE_FIXTURE(fixture, "reduce of nothing is a usage_error") {
  check_says(message_of([&] { numbers({}).reduce(std::plus<>{}); }),
             {"reduce", "empty", "count()"});
}

TEST_CASE_FIXTURE(fixture, "foreach sees every record once") {
  std::atomic<int> sum{0};
  std::atomic<int> calls{0};
  numbers({1, 2, 3, 4, 5}).map(add_one).foreach ([&](int x) { sum += x, ++calls; });
  CHECK(sum == 20);
  CHECK(calls == 5);
}

TEST_CASE_FIXTURE(fixture, "actions fail with the operator whose function threw") {
  auto const failing = numbers({1, 2, 3, 4, 5}).map(no_fours).named("picky");
  for (auto const& text :
       {message_of([&] { failing.collect(); }), message_of([&] { failing.count(); }),
        message_of([&] { failing.reduce(std::plus<>{}); })})
    check_says(text, {"'picky'", "no fours"});
}

TEST_CASE_FIXTURE(fixture, "actions fail with their own name if their function threw") {
  auto const records = numbers({1, 2, 3});
  auto const check_cause = [&](std::function<void()> const& action, char const* name) {
    check_says(message_of(action), {name, "no"});
    try {
      action();
    } catch (stream_failure const& failed) {
      CHECK_THROWS_AS(std::rethrow_if_nested(failed), std::out_of_range);
    }
  };
  check_cause([&] { records.foreach ([](int x) { x == 2 ? throw std::out_of_range{"no"} : x; }); },
              "'foreach#");
  auto const refuse = [](int, int) -> int { throw std::out_of_range{"no"}; };
  // Within a partition, and across three of one record each.
  check_cause([&] { numbers({1, 2}, 1).reduce(refuse); }, "'reduce#");
  check_cause([&] { records.reduce(refuse); }, "'reduce#");
}
