#include "table.hpp"

#include <array>

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

auto const sum = [](auto in) { return in.reduce(std::plus<>{}); };

}  // namespace

TEST_CASE("reduce makes one record of each batch, and none of an empty one") {
  check_table(table<int>{{1, 2, 3}, {}, {4}, {5, 6, 7, 8, 9, 10, 11, 12}, {}}, sum,
              table<int>{{6}, {}, {4}, {68}, {}});
}

TEST_CASE("reduce of records that a filter has dropped emits nothing") {
  check_table(
      table<int>{{1, 2}, {3}},
      [](auto in) { return in.filter([](int x) { return x > 2; }).reduce(std::plus<>{}); },
      table<int>{{}, {3}});
}

TEST_CASE("reduce needs no commutative function: records come in their order") {
  check_table(table<std::string>{{"a", "b", "c", "d", "e", "f", "g", "h", "i"}, {}, {"x"}}, sum,
              table<std::string>{{"abcdefghi"}, {}, {"x"}});
}

TEST_CASE("reduce does not call its function for a single record") {
  check_table(
      table<int>{{7}, {}},
      [](auto in) {
        return in.reduce([](int, int) -> int { throw std::logic_error{"nothing to combine"}; });
      },
      table<int>{{7}, {}});
}

TEST_CASE("reduce folds numbers in their order, past records that give nothing") {
  check_table(
      table<int>{{0, 2, 0, 1, 13, 3}, {0, 0}, {13}, {1, 13}},
      [](auto in) {
        auto const copies = [](int n, auto&& emit) {
          for (int i = 0; i != n; ++i) emit(n + i);
        };
        return in.template flat_map<int>(copies)
            .filter([](int x) { return x < 13; })
            .map([](int x) {
              return std::array{x, x};
            })
            .reduce([](auto const& a, auto const& b) {
              return std::array{a[0], b[1]};
            })
            .map([](auto const& ends) { return ends[0] * 100 + ends[1]; });
      },
      table<int>{{205}, {}, {}, {101}});
}

TEST_CASE("reduce takes bools") {
  auto const positive = [](int x) { return x > 0; };
  auto const as_int = [](bool yes) { return yes ? 1 : 0; };
  check_table(
      table<int>{{-1, 2}, {}, {-3}},
      [&](auto in) {
        return in.map(positive).repartition(2).reduce(std::logical_or<>{}).map(as_int);
      },
      table<int>{{1}, {}, {0}});
}

TEST_CASE("reduce of views owns its result") {
  check_table(
      table<std::string>{{"short", "the longest of the lines", "middling"}, {}},
      [](auto in) {
        auto const longest = in.map([](std::string const& l) {
                                 return std::string_view{l};
                               }).reduce([](std::string_view a, std::string_view b) {
          return std::string{a.size() < b.size() ? b : a};
        });
        static_assert(std::is_same_v<typename decltype(longest)::value_type, std::string>);
        return longest;
      },
      table<std::string>{{"the longest of the lines"}, {}});
}

TEST_CASE("reduce of a window is valid at the window's times only") {
  check_table(
      table<int>{{1}, {2}, {3}, {4}, {}, {}, {9}},
      [](auto in) { return in.window(2h, 2h).reduce(std::plus<>{}); }, table<int>{{3}, {7}, {}});
}

TEST_CASE("reduce is the sum of the batch, whatever its partitions") {
  for_seeds(150, [](random_stream& random) {
    auto const in = random_table(random, 1000, 6, 60);
    table<int> expected;
    for (auto const& batch : in) {
      auto& out = expected.emplace_back();
      for (auto x : batch) out.empty() ? out.push_back(x) : void(out[0] += x);
    }
    check_same(run_inline(in, sum, 1 + random.below(6)), expected);
  });
}

TEST_CASE("reduce whose function throws fails the batch, before and behind the exchange") {
  auto const picky = [](auto in) {
    return in.reduce(
        [](int a, int b) { return a + b == 3 ? throw std::runtime_error{"no threes"} : a + b; });
  };
  check_failure(table<int>{{5, 5}, {1, 2}}, picky, table<int>{{10}},
                {"'reduce#2'", "batch 2", "no threes"});
  check_failure(table<int>{{5, 5}, {1, 2, 9, 9}}, picky, table<int>{{10}},
                {"'reduce#2'", "batch 2", "no threes"});
}
