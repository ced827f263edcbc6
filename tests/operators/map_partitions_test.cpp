#include <ranges>

#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

auto const size_of = [](auto const& records) { return std::array{records.size()}; };

}  // namespace

TEST_CASE("map_partitions sees each partition once, in order") {
  check_table(
      table<int>{{}, {1, 2, 3, 4, 5, 6, 7, 8, 9}, {10}},
      [](auto in) { return in.map_partitions([](std::vector<int> const& all) { return all; }); },
      table<int>{{}, {1, 2, 3, 4, 5, 6, 7, 8, 9}, {10}});
}

TEST_CASE("map_partitions calls its function for empty partitions too") {
  auto const sizes = [](auto in) { return in.map_partitions(size_of); };
  CHECK(run_inline(table<int>{{}, {1, 2, 3, 4}, {5}}, sizes, 3) ==
        table<std::size_t>{{0, 0, 0}, {1, 1, 2}, {0, 0, 1}});
  CHECK(run_inline(table<int>{{}, {1, 2, 3, 4}}, sizes, 1) == table<std::size_t>{{0}, {4}});
}

TEST_CASE("map_partitions is not called in a batch that its stream does not have") {
  check_table(
      table<int>{{1}, {2}, {3}, {4}},
      [](auto in) { return in.window(2h, 2h).map_partitions(size_of).reduce(std::plus<>{}); },
      table<std::size_t>{{2}, {2}});
}

TEST_CASE("map_partitions sees views and gives owned records") {
  auto const longest = [](std::vector<std::string_view> const& words) {
    auto const found = std::max_element(words.begin(), words.end(),
                                        [](auto a, auto b) { return a.size() < b.size(); });
    return std::vector<std::string_view>(found, found == words.end() ? found : found + 1);
  };
  auto const operators = [&](auto in) {
    return in.map([](std::string const& l) { return std::string_view{l}; })
        .flat_map(split_words)
        .map_partitions(longest);
  };
  using out = std::invoke_result_t<decltype(operators), dstream<std::string>>;
  static_assert(std::is_same_v<out::value_type, std::string>);
  check_table(
      table<std::string>{{"a longest b"}, {}},
      [&](auto in) { return operators(dstream<std::string>{in.repartition(1)}); },
      table<std::string>{{"longest"}, {}});
}

TEST_CASE("map_partitions may return a view of its argument") {
  check_table(
      table<int>{{1, 2, 3}, {}},
      [](auto in) {
        return in.repartition(1).map_partitions(
            [](std::vector<int> const& all) { return std::span{all}.first(all.size() / 2); });
      },
      table<int>{{1}, {}});
}

TEST_CASE("map_partitions whose function throws fails the batch, also while its range is read") {
  check_failure(table<int>{{1}, {2}},
                [](auto in) {
                  return in.map_partitions([](std::vector<int> const& all) {
                    return !all.empty() && all[0] == 2 ? throw std::runtime_error{"two"} : all;
                  });
                },
                table<int>{{1}}, {"'map_partitions#2'", "batch 2", "two"});
  check_failure(table<int>{{1}, {2}},
                [](auto in) {
                  return in.map_partitions([](std::vector<int> const& all) {
                    return std::views::transform(
                        all, [](int x) { return x == 2 ? throw std::runtime_error{"lazily"} : x; });
                  });
                },
                table<int>{{1}}, {"'map_partitions#2'", "batch 2", "lazily"});
}
