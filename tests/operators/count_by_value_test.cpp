#include "table.hpp"

#include <map>

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

template <class T>
using counts = table<std::pair<T, std::int64_t>>;

auto const counted = [](auto in) { return in.count_by_value(); };

}  // namespace

TEST_CASE("count_by_value counts every distinct record of a batch") {
  check_records(table<int>{{}, {3, 1, 3, 3, 2, 1}, {3}, {}}, counted,
                counts<int>{{}, {{3, 3}, {1, 2}, {2, 1}}, {{3, 1}}, {}});
}

TEST_CASE("count_by_value counts words that are views, and owns the result") {
  check_records(
      table<std::string>{{"a rather long word and a word", "word"}, {}},
      [](auto in) { return in.flat_map(split_words).count_by_value(); },
      counts<std::string>{{{"a", 2}, {"rather", 1}, {"long", 1}, {"word", 3}, {"and", 1}}, {}});
}

TEST_CASE("count_by_value counts pairs as a whole, not by their keys") {
  using pair = std::pair<int, bool>;
  check_records(table<pair>{{{1, true}, {1, false}, {1, true}}}, counted,
                counts<pair>{{{{1, true}, 2}, {{1, false}, 1}}});
}

TEST_CASE("count_by_value has the partitions that it was asked for") {
  auto const sizes = run_inline(table<int>{{1, 2, 3, 1}}, [](auto in) {
    return in.count_by_value(6).map_partitions(
        [](auto const& all) { return std::array{all.size()}; });
  });
  REQUIRE(sizes.at(0).size() == 6);
  CHECK(std::count_if(sizes[0].begin(), sizes[0].end(), [](auto n) { return n > 3; }) == 0);
}

TEST_CASE("count_by_value of a window is valid at the window's times only") {
  check_records(
      table<int>{{1}, {1}, {2}, {}, {1}},
      [](auto in) { return in.window(2h, 2h).count_by_value(); }, counts<int>{{{1, 2}}, {{2, 1}}});
}

TEST_CASE("count_by_value is what a map of counts says") {
  for_seeds(150, [](random_stream& random) {
    auto const in = random_table(random, 12, 6, 60);
    counts<int> expected;
    for (auto const& batch : in) {
      std::map<int, std::int64_t> tally;
      for (auto x : batch) ++tally[x];
      expected.emplace_back(tally.begin(), tally.end());
    }
    check_same(sorted(run_inline(in, counted, 1 + random.below(5))), expected);
  });
}
