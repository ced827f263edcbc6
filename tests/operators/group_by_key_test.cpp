#include "table.hpp"

#include <map>

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

using pairs = table<std::pair<int, int>>;
using groups = table<std::pair<int, std::vector<int>>>;

auto const grouped = [](auto in) { return in.group_by_key(); };

}  // namespace

TEST_CASE("group_by_key collects the values of each key, in order, batch by batch") {
  check_records(pairs{{}, {{1, 9}, {2, 8}, {1, 7}, {1, 9}, {2, 0}}, {{1, 5}}, {}}, grouped,
                groups{{}, {{1, {9, 7, 9}}, {2, {8, 0}}}, {{1, {5}}}, {}});
}

// With so many keys a table looks records up in groups.
TEST_CASE("group_by_key of many keys keeps the order of keys and of the values of each") {
  std::vector<std::pair<int, int>> batch;
  std::vector<std::pair<int, std::vector<int>>> expected;
  for (int key = 0; key != 60'000; ++key) {
    batch.emplace_back(key, 1);
    expected.push_back({key, {1}});
    if (key % 2 == 0) continue;
    batch.emplace_back(key / 2, key);
    expected[static_cast<std::size_t>(key) / 2].second.push_back(key);
  }
  check_same(run_inline(
                 pairs{batch, {}, batch}, [](auto s) { return s.group_by_key(1); }, 1),
             groups{expected, {}, expected});
}

TEST_CASE("group_by_key owns keys and values that are views of the text") {
  check_records(
      table<std::string>{{"key=the first value of all", "key=b", "other=c"}, {}},
      [](auto in) {
        auto const grouped = in.map([](std::string const& line) {
                                 auto const text = std::string_view{line};
                                 auto const at = text.find('=');
                                 return std::pair{text.substr(0, at), text.substr(at + 1)};
                               }).group_by_key();
        using record = typename decltype(grouped)::value_type;
        static_assert(std::is_same_v<record, std::pair<std::string, std::vector<std::string>>>);
        return grouped;
      },
      table<std::pair<std::string, std::vector<std::string>>>{
          {{"key", {"the first value of all", "b"}}, {"other", {"c"}}}, {}});
}

TEST_CASE("group_by_key emits the keys of a partition in the order of their first appearance") {
  check_same(run_inline(pairs{{{7, 1}, {3, 2}, {7, 3}, {5, 4}}}, grouped, 1),
             groups{{{7, {1, 3}}, {3, {2}}, {5, {4}}}});
}

TEST_CASE("group_by_key has the partitions that it was asked for") {
  auto const sizes = run_inline(pairs{{{1, 1}, {2, 2}, {1, 3}, {3, 4}}}, [](auto in) {
    return in.group_by_key(4).map_partitions(
        [](auto const& all) { return std::array{all.size()}; });
  });
  REQUIRE(sizes.at(0).size() == 4);
  CHECK(sizes[0][0] + sizes[0][1] + sizes[0][2] + sizes[0][3] == 3);
}

TEST_CASE("group_by_key of a window is valid at the window's times only") {
  check_records(
      pairs{{{1, 1}}, {{1, 2}}, {{2, 3}}, {}},
      [](auto in) { return in.window(2h, 2h).group_by_key(); }, groups{{{1, {1, 2}}}, {{2, {3}}}});
}

TEST_CASE("group_by_key and a sum of each group are reduce_by_key") {
  for_seeds(100, [](random_stream& random) {
    auto const in = random_table(random, 100, 6, 40);
    auto const keyed = [](int x) { return std::pair{x % 7, x}; };
    auto const sum = [](std::vector<int> const& all) {
      int total = 0;
      for (auto x : all) total += x;
      return total;
    };
    check_same(sorted(run_inline(
                   in, [&](auto s) { return s.map(keyed).group_by_key().map_values(sum); }, 3)),
               sorted(run_inline(
                   in, [&](auto s) { return s.map(keyed).reduce_by_key(std::plus<>{}); }, 3)));
  });
}

TEST_CASE("group_by_key leaves the failure of a step before it to that step") {
  check_failure(table<int>{{1}, {2}},
                [](auto in) {
                  return in
                      .map([](int x) {
                        return std::pair{x == 2 ? throw std::runtime_error{"two"} : x, x};
                      })
                      .group_by_key();
                },
                groups{{{1, {1}}}}, {"'map#2'", "batch 2", "two"});
}

template <class Stream>
concept has_group_by_key = requires(Stream s) {
  s.group_by_key();
};

TEST_CASE("group_by_key exists for pairs only") {
  static_assert(!has_group_by_key<dstream<int>>);
  static_assert(has_group_by_key<dstream<std::pair<int, int>>>);
}
