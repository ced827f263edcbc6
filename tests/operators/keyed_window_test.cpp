#include <map>
#include <numeric>

#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

using pairs = std::pair<int, int>;
using counts = std::pair<int, std::int64_t>;

auto const positive = [](pairs const& pair) { return pair.second != 0; };

auto reduced(duration length, std::optional<duration> slide = {}) {
  return [=](auto in) { return in.reduce_by_key_and_window(std::plus<>{}, length, slide); };
}
auto inverted(duration length, std::optional<duration> slide = {}) {
  return [=](auto in) {
    return in.reduce_by_key_and_window(std::plus<>{}, std::minus<>{}, positive, length, slide);
  };
}

/// The same by definition: window, then reduce.
auto recomputed(duration length, std::optional<duration> slide) {
  return [=](auto in) { return in.window(length, slide).reduce_by_key(std::plus<>{}); };
}

table<pairs> random_pairs(random_stream& random, int keys) {
  table<pairs> all;
  for (auto const& batch : random_table(random, 1000, 10, 12)) {
    auto& records = all.emplace_back();
    for (auto value : batch) records.emplace_back(value % keys, value + 1);
  }
  return all;
}

/// A length and a slide of 1 to 5 batches.
std::pair<duration, duration> random_times(random_stream& random) {
  return {1h * static_cast<int>(1 + random.below(5)), 1h * static_cast<int>(1 + random.below(5))};
}

}  // namespace

TEST_CASE("reduce_by_key_and_window reduces what is in the window") {
  table<pairs> const in{{{1, 1}, {2, 2}, {1, 3}}, {}, {{2, 5}}, {{3, 1}}, {}, {}};
  table<pairs> const expected{{{1, 4}, {2, 2}}, {{1, 4}, {2, 2}}, {{2, 5}},
                              {{2, 5}, {3, 1}}, {{3, 1}},         {}};
  check_records(in, reduced(2h), expected);
  check_records(in, inverted(2h), expected);
}

TEST_CASE("reduce_by_key_and_window emits at multiples of its slide") {
  table<pairs> const in{{{1, 1}}, {{1, 10}}, {{1, 100}}, {{1, 1000}}, {{1, 10000}}};
  check_records(in, reduced(3h, 2h), table<pairs>{{{1, 11}}, {{1, 1110}}});
  check_records(in, inverted(3h, 2h), table<pairs>{{{1, 11}}, {{1, 1110}}});
  check_records(in, inverted(1h, 2h), table<pairs>{{{1, 10}}, {{1, 1000}}});
}

TEST_CASE("reduce_by_key_and_window puts older values on the left") {
  using text = std::pair<int, std::string>;
  check_records(
      table<text>{{{1, "a"}}, {{1, "b"}}, {{1, "c"}}, {}, {{1, "d"}}},
      [](auto in) { return in.reduce_by_key_and_window(std::plus<>{}, 3h); },
      table<text>{{{1, "a"}}, {{1, "ab"}}, {{1, "abc"}}, {{1, "bc"}}, {{1, "cd"}}});
}

TEST_CASE("reduce_by_key_and_window with an inverse keeps keys unless a filter drops them") {
  check_records(
      table<pairs>{{{1, 1}}, {}, {{2, 2}}},
      [](auto in) { return in.reduce_by_key_and_window(std::plus<>{}, std::minus<>{}, 1h); },
      table<pairs>{{{1, 1}}, {{1, 0}}, {{1, 0}, {2, 2}}});
}

TEST_CASE("reduce_by_key_and_window computes a key anew that its filter dropped too early") {
  check_records(table<pairs>{{{1, 5}}, {{1, -5}}, {{1, 3}}, {}, {}}, inverted(2h),
                table<pairs>{{{1, 5}}, {}, {{1, -2}}, {{1, 3}}, {}});
}

TEST_CASE("an incremental window equals the recomputed one, with and without inverse") {
  for_seeds(10'000, [](random_stream& random) {
    auto const in = random_pairs(random, 4);
    auto const [length, slide] = random_times(random);
    CAPTURE(length.count());
    CAPTURE(slide.count());
    auto const expected = sorted(run_inline(in, recomputed(length, slide)));
    check_same(sorted(run_inline(in, reduced(length, slide))), expected);
    check_same(sorted(run_inline(in, inverted(length, slide))), expected);
  });
}

TEST_CASE("group_by_key_and_window collects values, oldest batch first") {
  check_records(
      table<pairs>{{{1, 1}, {2, 2}, {1, 3}}, {{1, 4}}, {}, {}},
      [](auto in) { return in.group_by_key_and_window(2h); },
      table<std::pair<int, std::vector<int>>>{
          {{1, {1, 3}}, {2, {2}}}, {{1, {1, 3, 4}}, {2, {2}}}, {{1, {4}}}, {}});
}

TEST_CASE("reduce_by_window gives one record per slide and none for an empty window") {
  table<int> const in{{}, {1, 2}, {3}, {}, {}, {}};
  check_records(
      in, [](auto s) { return s.reduce_by_window(std::plus<>{}, 2h); },
      table<int>{{}, {3}, {6}, {3}, {}, {}});
  check_records(
      in, [](auto s) { return s.reduce_by_window(std::plus<>{}, std::minus<>{}, 2h, 1h); },
      table<int>{{}, {3}, {6}, {3}, {0}, {0}});
}

TEST_CASE("count_by_window is silent before the first record, then counts, 0 among them") {
  check_records(
      table<int>{{}, {1, 2}, {3}, {}, {}}, [](auto s) { return s.count_by_window(2h); },
      table<std::int64_t>{{}, {2}, {3}, {1}, {0}});
}

TEST_CASE("count_by_value_and_window counts the distinct records of the window") {
  check_records(
      table<int>{{7, 8, 7}, {7}, {}, {}}, [](auto s) { return s.count_by_value_and_window(2h); },
      table<counts>{{{7, 2}, {8, 1}}, {{7, 3}, {8, 1}}, {{7, 1}}, {}});
}

TEST_CASE("the classic queue demo gives 200, 400, 300, 100 per digit") {
  std::vector<int> digits(1000);
  std::iota(digits.begin(), digits.end(), 0);
  for (auto& d : digits) d %= 10;
  auto in = table<int>(5, digits);
  in.resize(8);
  auto const ones = [](auto s) {
    return s.map([](int d) {
              return std::pair{d, 1};
            })
        .reduce_by_key_and_window(std::plus<>{}, std::minus<>{}, positive, 4h, 2h);
  };
  table<pairs> expected;
  for (auto count : {200, 400, 300, 100}) {
    auto& batch = expected.emplace_back();
    for (int d = 0; d != 10; ++d) batch.emplace_back(d, count);
  }
  check_records(in, ones, expected);
}

TEST_CASE(
    "a window's function that throws fails the batch, and the batches before stay committed") {
  check_failure(table<pairs>{{{1, 1}}, {{1, 2}}},
                [](auto in) {
                  return in.reduce_by_key_and_window(
                      [](int, int) -> int { throw std::runtime_error{"no sums"}; }, 2h);
                },
                table<pairs>{{{1, 1}}}, {"'reduce_by_key_and_window#2'", "batch 2", "no sums"});
}

TEST_CASE("windows refuse times that do not fit the grid, naming operator, value and rule") {
  streaming_context ssc{with_parallelism(2)};
  auto const in = ssc.queue_stream<pairs>({{{1, 1}}});
  check_says(message_of([&] { in.reduce_by_key_and_window(std::plus<>{}, 90min); }),
             {"reduce_by_key_and_window: a length of 5400000000 us", "no multiple", "3600000000"});
  check_says(message_of([&] { in.count_by_window(2h, 0h); }),
             {"count_by_window: a slide is 0 us", "positive"});
  check_says(message_of([&] { in.group_by_key_and_window(-1h); }),
             {"group_by_key_and_window", "positive"});
}
