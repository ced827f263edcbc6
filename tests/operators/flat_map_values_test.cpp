#include "table.hpp"

#include <ranges>

using namespace sluice;
using namespace sluice::tests;

namespace {

using pairs = std::pair<std::string, int>;

auto const up_to = [](int n) { return std::views::iota(0, n); };

}  // namespace

TEST_CASE("flat_map_values pairs the key with each new value, in order") {
  check_table(
      table<pairs>{{}, {{"a", 2}, {"b", 0}, {"a", 1}}, {{"", 3}}},
      [](auto in) { return in.flat_map_values(up_to); },
      table<pairs>{{}, {{"a", 0}, {"a", 1}, {"a", 0}}, {{"", 0}, {"", 1}, {"", 2}}});
}

TEST_CASE("flat_map_values splits a text into views under a key") {
  using text = std::pair<int, std::string>;
  check_table(
      table<text>{{{1, "x,yy"}, {2, ""}}, {}},
      [](auto in) {
        return in.flat_map_values([](std::string const& v) {
          std::vector<std::string_view> fields;
          for (std::string_view rest = v; !rest.empty();) {
            fields.push_back(rest.substr(0, rest.find(',')));
            rest.remove_prefix(std::min(rest.size(), fields.back().size() + 1));
          }
          return fields;
        });
      },
      table<text>{{{1, "x"}, {1, "yy"}}, {}});
}

TEST_CASE("flat_map_values of one value each is map_values") {
  for_seeds(100, [](random_stream& random) {
    auto const in = random_table(random, 50);
    auto const keyed = [](int x) { return std::pair{x % 5, x}; };
    check_same(
        run_inline(in,
                   [&](auto s) {
                     return s.map(keyed).flat_map_values([](int v) { return std::array{v + 1}; });
                   }),
        run_inline(in,
                   [&](auto s) { return s.map(keyed).map_values([](int v) { return v + 1; }); }));
  });
}

TEST_CASE("flat_map_values whose function throws fails the batch, also while its range is read") {
  check_failure(table<pairs>{{{"a", 1}}, {{"b", 7}}},
                [](auto in) {
                  return in.flat_map_values(
                      [](int v) { return v == 7 ? throw std::domain_error{"seven"} : up_to(v); });
                },
                table<pairs>{{{"a", 0}}}, {"'flat_map_values#2'", "batch 2", "seven"});
  check_failure(table<pairs>{{{"a", 1}}, {{"b", 2}}},
                [](auto in) {
                  return in.flat_map_values([](int v) {
                    return up_to(v) | std::views::transform([](int x) {
                             return x == 1 ? throw std::runtime_error{"lazily"} : x;
                           });
                  });
                },
                table<pairs>{{{"a", 0}}}, {"'flat_map_values#2'", "batch 2", "lazily"});
}
