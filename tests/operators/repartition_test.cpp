#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

auto const size_of = [](std::vector<int> const& all) { return std::array{all.size()}; };

std::vector<int> numbers(int n) {
  std::vector<int> all(static_cast<std::size_t>(n));
  for (int i = 0; i != n; ++i) all[static_cast<std::size_t>(i)] = i;
  return all;
}

}  // namespace

TEST_CASE("repartition keeps every record of every batch") {
  check_records(
      table<int>{{}, {1, 2, 3, 4, 5, 6, 7, 8, 9}, {10}, {}},
      [](auto in) { return in.repartition(4); },
      table<int>{{}, {1, 2, 3, 4, 5, 6, 7, 8, 9}, {10}, {}});
}

TEST_CASE("repartition makes exactly that many partitions, of a fair size") {
  for (std::size_t n : {1, 2, 3, 8}) {
    CAPTURE(n);
    auto const sizes = run_inline(table<int>{numbers(48), {}}, [n](auto in) {
      return in.repartition(n).map_partitions(size_of);
    });
    check_same(sizes, {std::vector<std::size_t>(n, 48 / n), std::vector<std::size_t>(n, 0)});
  }
}

TEST_CASE("repartition of few records does not pile them up in the first partition") {
  auto const sizes = run_inline(
      table<int>{{1, 2, 3}}, [](auto in) { return in.repartition(3).map_partitions(size_of); }, 3);
  check_same(sizes, {{1, 1, 1}});
}

TEST_CASE("repartition to one partition keeps the order") {
  check_table(
      table<int>{{5, 1, 4, 2, 3, 9, 8}, {}, {7, 6}}, [](auto in) { return in.repartition(1); },
      table<int>{{5, 1, 4, 2, 3, 9, 8}, {}, {7, 6}});
}

TEST_CASE("repartition owns the records that leave their text behind") {
  check_records(
      table<std::string>{{"to be or not", "to be"}, {}},
      [](auto in) {
        auto const words = in.flat_map(split_words).repartition(3);
        static_assert(std::is_same_v<typename decltype(words)::value_type, std::string>);
        return words;
      },
      table<std::string>{{"to", "be", "or", "not", "to", "be"}, {}});
}

TEST_CASE("repartition of a window is valid at the window's times only") {
  check_records(
      table<int>{{1}, {2}, {3}, {4}, {5}}, [](auto in) { return in.window(2h, 2h).repartition(3); },
      table<int>{{1, 2}, {3, 4}});
}

TEST_CASE("repartition twice is repartition once, but for the order") {
  for_seeds(60, [](random_stream& random) {
    auto const in = random_table(random, 100);
    auto const twice = [](auto s) { return s.repartition(5).repartition(2); };
    check_same(sorted(run_inline(in, twice)),
               sorted(run_inline(in, [](auto s) { return s.repartition(2); })));
  });
}

TEST_CASE("repartition to 0 partitions is a usage_error") {
  streaming_context ssc{with_parallelism(2)};
  auto const in = ssc.queue_stream<int>({{1}});
  check_says(message_of([&] { in.repartition(0); }), {"repartition", "0 partitions", "at least 1"});
}

TEST_CASE("repartition leaves the failure of a step before it to that step") {
  check_failure(table<int>{{1}, {2}},
                [](auto in) {
                  return in.map([](int x) { return x == 2 ? throw std::runtime_error{"two"} : x; })
                      .repartition(3);
                },
                table<int>{{1}}, {"'map#2'", "batch 2", "two"});
}
