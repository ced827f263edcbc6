#include <numeric>

#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;

namespace {

using numbers = std::vector<int>;
using parts = table<int>;

streaming_context& jobs() {
  static streaming_context context{with_parallelism(3), in_calling_thread()};
  return context;
}
auto spread(numbers records, std::size_t partitions = 3) {
  return jobs().parallelize(std::move(records), partitions);
}
auto const itself = [](int x) { return x; };

numbers random_numbers(random_stream& random) {
  numbers all(random.below(30));
  for (auto& x : all) x = static_cast<int>(random.below(12));
  return all;
}

std::vector<int> in_order(std::vector<int> all) {
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

TEST_CASE("sort_by puts the ranges of the order into the partitions") {
  CHECK(spread({5, 3, 8, 3, 1, 9}).sort_by(itself).glom().collect() ==
        parts{{1, 3}, {3, 5}, {8, 9}});
  CHECK(spread({5, 3, 8}).sort_by(itself, false, 1).collect() == numbers{8, 5, 3});
  CHECK(spread({}).sort_by(itself).collect().empty());
}

TEST_CASE("sort_by is stable and sort_by_key sorts pairs") {
  auto const pairs = spread({21, 11, 22, 12}, 2).map([](int x) { return std::pair{x % 10, x}; });
  using out = std::vector<std::pair<int, int>>;
  CHECK(pairs.sort_by_key().collect() == out{{1, 21}, {1, 11}, {2, 22}, {2, 12}});
  CHECK(pairs.sort_by_key(false).collect() == out{{2, 22}, {2, 12}, {1, 21}, {1, 11}});
  CHECK(pairs.keys().collect() == numbers{1, 1, 2, 2});
  CHECK(pairs.values().collect() == numbers{21, 11, 22, 12});
}

TEST_CASE("sorting any numbers gives what std::sort gives") {
  for_seeds(2'000, [](random_stream& random) {
    auto const all = random_numbers(random);
    CHECK(spread(all, 1 + random.below(6)).sort_by(itself).collect() == in_order(all));
  });
}

TEST_CASE("zip_with_index numbers the records in the order of collect") {
  using out = std::vector<std::pair<int, std::int64_t>>;
  CHECK(spread({7, 8, 9, 7}).zip_with_index().collect() == out{{7, 0}, {8, 1}, {9, 2}, {7, 3}});
}

TEST_CASE("coalesce merges neighbours and makes no more partitions than there are") {
  CHECK(spread({1, 2, 3, 4}, 4).coalesce(2).glom().collect() == parts{{1, 2}, {3, 4}});
  CHECK(spread({1, 2, 3}, 3).coalesce(2).collect() == numbers{1, 2, 3});
  CHECK(spread({1, 2, 3}, 3).coalesce(9).num_partitions() == 3);
  check_says(message_of([] { spread({1}).coalesce(0); }), {"coalesce", "0 partitions"});
}

TEST_CASE("distinct, intersection and subtract treat an rdd as a set") {
  CHECK(in_order(spread({1, 2, 1, 3, 2}).distinct().collect()) == numbers{1, 2, 3});
  CHECK(in_order(spread({1, 2, 2, 3}).intersection(spread({2, 3, 4})).collect()) == numbers{2, 3});
  CHECK(in_order(spread({1, 2, 2, 3}).subtract(spread({3, 4})).collect()) == numbers{1, 2, 2});
}

TEST_CASE("cartesian pairs everything with everything") {
  auto const all = spread({1, 2, 3}).cartesian(spread({10, 20}, 2));
  CHECK(all.count() == 6);
  CHECK(all.num_partitions() == 6);
  CHECK(all.map([](auto const& p) { return p.first * p.second; }).reduce(std::plus<>{}) == 180);
}

TEST_CASE("sample takes a part that its seed decides") {
  numbers many(10'000);
  std::iota(many.begin(), many.end(), 0);
  auto const all = spread(many);
  auto const tenth = all.sample(false, 0.1, 7).collect();
  CHECK(tenth == all.sample(false, 0.1, 7).collect());
  CHECK(tenth != all.sample(false, 0.1, 8).collect());
  CHECK(tenth.size() > 800);
  CHECK(tenth.size() < 1'200);
  auto const twice = all.sample(true, 2.0, 7).count();
  CHECK(twice > 19'000);
  CHECK(twice < 21'000);
  CHECK(all.sample(false, 0).count() == 0);
  CHECK(all.sample(false, 1).collect() == many);
  check_says(message_of([&] { all.sample(false, 1.5); }), {"sample", "1.5", "between 0 and 1"});
}

TEST_CASE("group_by collects the records that have a key in common") {
  auto const groups = spread({1, 2, 3, 4, 5}).group_by([](int x) { return x % 2; }).as_map();
  CHECK(groups.at(0) == numbers{2, 4});
  CHECK(groups.at(1) == numbers{1, 3, 5});
}

TEST_CASE("combine_by_key and aggregate_by_key make another type of the values") {
  auto const pairs = spread({1, 2, 3, 4, 5}).map([](int x) { return std::pair{x % 2, x}; });
  auto const text = pairs.aggregate_by_key(
      std::string{"#"}, [](std::string s, int x) { return s + std::to_string(x); }, std::plus<>{},
      1);
  using out = std::vector<std::pair<int, std::string>>;
  CHECK(text.collect() == out{{1, "#1#3#5"}, {0, "#2#4"}});
  auto const late = pairs.combine_by_key([](int x) { return std::to_string(x); },
                                         [](std::string s, int x) { return s + std::to_string(x); },
                                         std::plus<>{}, 1, false);
  CHECK(late.collect() == out{{1, "135"}, {0, "24"}});
}

TEST_CASE("top, take_ordered and first") {
  auto const all = spread({5, 3, 8, 3, 1});
  CHECK(all.top(2) == numbers{8, 5});
  CHECK(all.take_ordered(3) == numbers{1, 3, 3});
  CHECK(all.take_ordered(99).size() == 5);
  CHECK(all.first() == 5);
  check_says(message_of([] { spread({}).first(); }), {"first", "empty", "take(1)"});
}

TEST_CASE("take_ordered and top of any records give what a stable sort gives") {
  for_seeds(2'000, [](random_stream& random) {
    auto all = random_numbers(random);
    auto const n = random.below(40);
    auto const records = spread(all, 1 + random.below(6));
    auto const less = [](int a, int b) { return a / 3 < b / 3; };  // many are equal
    auto const more = [](int a, int b) { return b / 3 < a / 3; };
    auto const first_of_sorted = [&](auto order) {
      auto sorted = all;
      std::stable_sort(sorted.begin(), sorted.end(), order);
      sorted.resize(std::min<std::size_t>(sorted.size(), n));
      return sorted;
    };
    CHECK(records.take_ordered(n, less) == first_of_sorted(less));
    CHECK(records.top(n, less) == first_of_sorted(more));
  });
}

TEST_CASE("take_ordered orders views as what they become") {
  auto const all =
      spread({5, 3, 8, 3, 1}).map([](int x) { return std::string_view{"987654321"}.substr(x); });
  auto const shorter = [](std::string const& a, std::string const& b) {
    return a.size() < b.size();
  };
  CHECK(all.take_ordered(2, shorter) == std::vector<std::string>{"1", "4321"});
  CHECK(all.top(2) == std::vector<std::string>{"87654321", "654321"});
}

TEST_CASE("take_ordered tells that its order threw") {
  auto const throws = [](int, int) -> bool { throw std::runtime_error{"no order"}; };
  check_says(message_of([&] {
               spread({2, 1, 3, 4}, 1).take_ordered(1, throws);
             }),
             {"take_ordered", "no order"});
}

TEST_CASE("fold and aggregate begin with zero in every partition and across them") {
  auto const all = spread({1, 2, 3, 4}, 2);
  CHECK(all.fold(0, std::plus<>{}) == 10);
  CHECK(all.fold(100, std::plus<>{}) == 310);
  auto const longest = all.aggregate(
      std::size_t{0}, [](std::size_t n, int) { return n + 1; },
      [](std::size_t a, std::size_t b) { return std::max(a, b); });
  CHECK(longest == 2);
}

TEST_CASE("count_by_value and count_by_key give maps") {
  auto const all = spread({7, 8, 7});
  CHECK(all.count_by_value().at(7) == 2);
  CHECK(all.map([](int x) { return std::pair{x, 'x'}; }).count_by_key().at(8) == 1);
}

TEST_CASE("an rdd has the result that a stream has for one batch of the same records") {
  for_seeds(10'000, [](random_stream& random) {
    auto const all = random_numbers(random);
    auto const words = [](auto const& in) {
      return in.map([](int x) { return std::pair{x % 5, x}; }).reduce_by_key(std::plus<>{}, 2);
    };
    auto const streamed = run_inline(table<int>{all}, words);
    auto batch = words(jobs().parallelize(all, 2)).collect();
    check_same(sorted(streamed), sorted(table<std::pair<int, int>>{batch}));
  });
}
