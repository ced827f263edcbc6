#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;

namespace {

using pairs = std::pair<std::string, int>;

}  // namespace

TEST_CASE("map_values changes the values and passes the keys, in order") {
  check_table(
      table<pairs>{{}, {{"a", 1}, {"b", 2}, {"a", 3}}, {{"", 0}}},
      [](auto in) { return in.map_values([](int v) { return v * 10; }); },
      table<pairs>{{}, {{"a", 10}, {"b", 20}, {"a", 30}}, {{"", 0}}});
}

TEST_CASE("map_values passes keys that are views, and gives values a new type") {
  check_table(
      table<std::string>{{"a=1", "key=value"}, {}},
      [](auto in) {
        return in
            .map([](std::string const& line) {
              auto const at = line.find('=');
              return std::pair{std::string_view{line}.substr(0, at), line.substr(at + 1)};
            })
            .map_values([](std::string const& value) { return value.size(); });
      },
      table<std::pair<std::string, std::size_t>>{{{"a", 1}, {"key", 5}}, {}});
}

TEST_CASE("map_values may return a view of the value") {
  check_table(
      table<std::pair<int, std::string>>{{{1, "first and more than a small string"}}, {{2, "x"}}},
      [](auto in) {
        return in.map_values([](std::string const& v) { return std::string_view{v}.substr(0, 5); });
      },
      table<std::pair<int, std::string>>{{{1, "first"}}, {{2, "x"}}});
}

TEST_CASE("map_values is a map that leaves the key alone") {
  for_seeds(100, [](random_stream& random) {
    auto const in = random_table(random, 50);
    auto const keyed = [](int x) { return std::pair{x % 5, x}; };
    check_same(
        run_inline(in,
                   [&](auto s) { return s.map(keyed).map_values([](int v) { return v + 7; }); }),
        run_inline(in, [](auto s) {
          return s.map([](int x) { return std::pair{x % 5, x + 7}; });
        }));
  });
}

TEST_CASE(
    "map_values whose function throws fails the batch, and the batches before stay committed") {
  check_failure(table<pairs>{{{"a", 1}}, {{"b", 0}}},
                [](auto in) {
                  return in.map_values(
                      [](int v) { return v == 0 ? throw std::domain_error{"zero"} : 100 / v; });
                },
                table<pairs>{{{"a", 100}}}, {"'map_values#2'", "batch 2", "zero"});
}

template <class Stream>
concept has_map_values = requires(Stream s) {
  s.map_values(std::identity{});
};

TEST_CASE("map_values exists for pairs only") {
  static_assert(!has_map_values<dstream<int>>);
  static_assert(has_map_values<dstream<std::pair<int, int>>>);
}
