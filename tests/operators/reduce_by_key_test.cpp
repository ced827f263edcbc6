#include "table.hpp"

#include <map>

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

using count = std::pair<std::string, int>;

auto const by_last_digit = [](int x) { return std::pair{x % 10, x}; };

}  // namespace

TEST_CASE("reduce_by_key combines the values of each key, batch by batch") {
  check_records(
      table<count>{{{"a", 1}, {"b", 2}, {"a", 3}, {"a", 4}}, {}, {{"b", 5}}, {{"b", 6}, {"b", 7}}},
      [](auto in) { return in.reduce_by_key(std::plus<>{}); },
      table<count>{{{"a", 8}, {"b", 2}}, {}, {{"b", 5}}, {{"b", 13}}});
}

TEST_CASE("reduce_by_key needs no commutative function: values come in their order") {
  check_records(
      table<int>{{12, 1, 22, 2, 31, 42, 11, 52}, {}},
      [](auto in) {
        return in.map([](int x) {
                   return std::pair{x % 10, std::to_string(x) + ' '};
                 })
            .reduce_by_key(std::plus<>{});
      },
      table<std::pair<int, std::string>>{{{2, "12 22 2 42 52 "}, {1, "1 31 11 "}}, {}});
}

TEST_CASE("reduce_by_key does not call its function for a key with one value") {
  check_records(
      table<int>{{1, 2, 3}},
      [](auto in) {
        return in.map(by_last_digit).reduce_by_key([](int, int) -> int {
          throw std::logic_error{"there is nothing to combine"};
        });
      },
      table<std::pair<int, int>>{{{1, 1}, {2, 2}, {3, 3}}});
}

TEST_CASE("reduce_by_key emits the keys of a partition in the order of their first appearance") {
  auto const in = table<int>{{37, 5, 7, 15, 93}};
  auto const summed = [](auto s) { return s.map(by_last_digit).reduce_by_key(std::plus<>{}); };
  check_same(run_inline(in, summed, 1), {{{7, 44}, {5, 20}, {3, 93}}});
}

TEST_CASE("reduce_by_key has the partitions that it was asked for, and each key in one of them") {
  auto const keys_of = [](std::vector<std::pair<int, int>> const& all) {
    std::vector<int> keys;
    for (auto const& pair : all) keys.push_back(pair.first);
    return std::array{keys};
  };
  auto const in = table<int>{{11, 12, 13, 14, 15, 21, 22, 23, 24, 25}, {}};
  auto const parts = run_inline(in, [&](auto s) {
    return s.map(by_last_digit).reduce_by_key(std::plus<>{}, 5).map_partitions(keys_of);
  });
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].size() == 5);
  CHECK(parts[1].size() == 5);
  std::vector<int> all;
  for (auto const& part : parts[0]) all.insert(all.end(), part.begin(), part.end());
  std::sort(all.begin(), all.end());
  CHECK(all == std::vector{1, 2, 3, 4, 5});
}

TEST_CASE("reduce_by_key of a window is valid at the window's times only") {
  check_records(
      table<int>{{1}, {11}, {2}, {3}, {4}},
      [](auto in) { return in.map(by_last_digit).window(2h, 2h).reduce_by_key(std::plus<>{}); },
      table<std::pair<int, int>>{{{1, 12}}, {{2, 2}, {3, 3}}});
}

TEST_CASE("reduce_by_key is what a map of sums says") {
  for_seeds(150, [](random_stream& random) {
    auto const in = random_table(random, 100, 6, 60);
    table<std::pair<int, int>> expected;
    for (auto const& batch : in) {
      std::map<int, int> sums;
      for (auto x : batch) sums[x % 10] += x;
      expected.emplace_back(sums.begin(), sums.end());
    }
    auto const width = 1 + random.below(5);
    auto const partitions = random.below(4);
    check_same(sorted(run_inline(
                   in,
                   [partitions](auto s) {
                     return s.map(by_last_digit).reduce_by_key(std::plus<>{}, partitions);
                   },
                   width)),
               expected);
  });
}

// With so many keys a table looks records up in groups.
TEST_CASE("reduce_by_key of many keys keeps the order of keys and of the values of each") {
  auto const combined = [](auto const& key_of) {
    std::vector<int> batch;
    for (int i = 0; i != 90'000; ++i) batch.push_back(i % 3 == 2 ? i / 2 : i);
    // New keys among old ones, then only old ones.
    batch.insert(batch.end(), batch.begin(), batch.end());
    using key = owned_t<decltype(key_of(0))>;
    std::vector<std::pair<key, std::uint64_t>> expected;
    std::map<key, std::size_t> place;
    for (std::size_t i = 0; i != batch.size(); ++i) {
      auto const [at, fresh] = place.emplace(key_of(batch[i]), expected.size());
      if (fresh)
        expected.emplace_back(at->first, i);
      else
        expected[at->second].second = expected[at->second].second * 31 + i;
    }
    REQUIRE(expected.size() > 65'000);
    auto const got = run_inline(
        table<int>{batch, {}, batch},
        [&](auto s) {
          return s
              .map([&, i = std::uint64_t{0}, n = batch.size()](int x) mutable {
                return std::pair{key_of(x), i++ % n};
              })
              .reduce_by_key([](std::uint64_t a, std::uint64_t b) { return a * 31 + b; }, 1);
        },
        1);
    check_same(got, {expected, {}, expected});
  };
  SUBCASE("numbers") {
    combined([](int x) { return x; });
  }
  SUBCASE("strings") {
    combined([](int x) { return std::to_string(x); });
  }
  SUBCASE("views") {
    std::vector<std::string> names;
    for (int x = 0; x != 90'000; ++x) names.push_back(std::to_string(x));
    combined([&names](int x) { return std::string_view{names[static_cast<std::size_t>(x)]}; });
  }
}

TEST_CASE("reduce_by_key merges what partitions have of many keys") {
  std::vector<std::pair<int, int>> batch, expected;
  for (int i = 0; i != 80'000; ++i) batch.emplace_back(i % 50'000, i);
  for (int i = 0; i != 50'000; ++i) expected.emplace_back(i, i < 30'000 ? i + i + 50'000 : i);
  check_same(sorted(run_inline(
                 table<std::pair<int, int>>{batch, {}},
                 [](auto s) { return s.reduce_by_key(std::plus<>{}, 1); }, 2)),
             {expected, {}});
}

TEST_CASE("reduce_by_key whose function throws fails the batch, before and behind the exchange") {
  auto const picky = [](int a, int b) {
    return a + b == 3 ? throw std::runtime_error{"no threes"} : a + b;
  };
  auto const summed = [picky](auto in) { return in.reduce_by_key(picky).named("sums"); };
  using pairs = table<std::pair<int, int>>;
  // Four records, two partitions: the first two meet before the exchange.
  check_failure(pairs{{{7, 1}}, {{7, 1}, {7, 2}, {8, 0}, {8, 0}}, {{7, 1}}}, summed,
                pairs{{{7, 1}}}, {"'sums'", "batch 2", "no threes"});
  check_failure(pairs{{{7, 1}}, {{7, 1}, {7, 2}}}, summed, pairs{{{7, 1}}},
                {"'sums'", "batch 2", "no threes"});
}

template <class Stream>
concept has_reduce_by_key = requires(Stream s) {
  s.reduce_by_key(std::plus<>{});
};

TEST_CASE("reduce_by_key exists for pairs only") {
  static_assert(!has_reduce_by_key<dstream<int>>);
  static_assert(has_reduce_by_key<dstream<std::pair<int, int>>>);
}
