#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

auto const add_one = [](int x) { return x + 1; };
auto const sizes = [](std::vector<int> const& all) { return std::array{all.size()}; };

/// Two queues, united.
program<int> united(table<int> a, table<int> b) {
  return [a = std::move(a), b = std::move(b)](streaming_context& ssc) {
    auto const first = ssc.queue_stream(a);
    return collect(first.union_with(ssc.queue_stream(b)));
  };
}

}  // namespace

TEST_CASE("union_with has the records of both streams of the same batch") {
  check_records_everywhere<int>(united({{1, 2, 3}, {}, {4}, {}}, {{10}, {20, 30}, {}, {}}),
                                {{1, 2, 3, 10}, {20, 30}, {4}, {}});
}

TEST_CASE("union_with puts the records of its own stream before those of the other") {
  auto const result =
      testkit::run_everywhere(united({{1, 2}, {3}}, {{0, 9}, {8}}), with_parallelism(1), schedules);
  for (auto const& way : result) {
    CAPTURE(way.way);
    check_same(way.batches, {{1, 2, 0, 9}, {3, 8}});
  }
}

TEST_CASE("union_with goes on when one of the streams has ended") {
  check_records_everywhere<int>(united({{1}}, {{2}, {3}, {4}}), {{1, 2}, {3}, {4}});
  check_records_everywhere<int>(united({{2}, {3}, {4}}, {{1}}), {{2, 1}, {3}, {4}});
}

TEST_CASE("union_with itself has every record twice") {
  check_records(
      table<int>{{1, 2}, {}, {3}}, [](auto in) { return in.union_with(in); },
      table<int>{{1, 1, 2, 2}, {}, {3, 3}});
}

TEST_CASE("union_with takes both sides behind their fused steps") {
  check_records(
      table<int>{{1, 2, 3}, {}},
      [](auto in) {
        return in.map(add_one).union_with(
            in.filter([](int x) { return x > 1; }).map([](int x) { return -x; }));
      },
      table<int>{{2, 3, 4, -2, -3}, {}});
}

TEST_CASE("union_with unites streams of views without copying their text") {
  check_records(
      table<std::string>{{"a b", "c"}, {}},
      [](auto in) {
        auto const words =
            in.map([](std::string const& l) { return std::string_view{l}; }).flat_map(split_words);
        return words.union_with(words.filter([](std::string_view w) { return w != "b"; }));
      },
      table<std::string>{{"a", "b", "c", "a", "c"}, {}});
}

TEST_CASE("union_with has as many partitions as the wider stream") {
  auto const widths_of = [](std::size_t a, std::size_t b) {
    return run_inline(table<int>{{1, 2, 3, 4, 5}}, [=](auto in) {
      return in.repartition(a).union_with(in.repartition(b)).map_partitions(sizes);
    });
  };
  CHECK(widths_of(2, 3).at(0).size() == 3);
  CHECK(widths_of(5, 1).at(0).size() == 5);
  check_records(
      table<int>{{1, 2, 3, 4, 5, 6, 7}, {}, {8}},
      [](auto in) { return in.repartition(2).union_with(in.repartition(5)); },
      table<int>{{1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7}, {}, {8, 8}});
}

TEST_CASE("union_with of windows with the same slide is valid at their times only") {
  check_records(
      table<int>{{1}, {2}, {3}, {4}},
      [](auto in) { return in.window(2h, 2h).union_with(in.window(4h, 2h)); },
      table<int>{{1, 2, 1, 2}, {3, 4, 1, 2, 3, 4}});
}

TEST_CASE("union_with is, but for the order, the same from either side") {
  for_seeds(60, [](random_stream& random) {
    auto const a = random_table(random, 50);
    auto const b = random_table(random, 50);
    auto const run = [](program<int> const& p) {
      return sorted(testkit::run_to_idle(in_calling_thread(), p, with_parallelism(3)));
    };
    check_same(run(united(a, b)), run(united(b, a)));
  });
}

TEST_CASE("union_with of streams with different slides is a usage_error that names them") {
  streaming_context ssc{with_parallelism(2)};
  auto const in = ssc.queue_stream<int>({{1}});
  auto const wide = in.window(2h, 2h);
  auto const wider = in.window(3h, 3h);
  check_says(message_of([&] { wide.union_with(wider); }),
             {"union_with", "7200000000 us", "10800000000 us", "same slide"});
  CHECK_THROWS_AS(in.union_with(wide), usage_error);
  CHECK_THROWS_AS(wide.union_with(in), usage_error);
}

TEST_CASE("union_with of streams of two contexts is a usage_error") {
  streaming_context one{with_parallelism(2)};
  streaming_context two{with_parallelism(2)};
  auto const other = two.queue_stream<int>({{1}});
  check_says(message_of([&] { one.queue_stream<int>({{1}}).union_with(other); }),
             {"union_with", "another context"});
}

TEST_CASE("union_with leaves the failure of a side to the operator that failed") {
  check_failure(table<int>{{1}, {2}},
                [](auto in) {
                  auto const picky = in.map(
                      [](int x) { return x == 2 ? throw std::runtime_error{"no twos"} : x; });
                  return in.repartition(1).union_with(picky);
                },
                table<int>{{1, 1}}, {"'map#2'", "batch 2", "no twos"});
}
