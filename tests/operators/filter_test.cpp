#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;

namespace {

auto const even = [](int x) { return x % 2 == 0; };
auto const small = [](int x) { return x < 50; };

}  // namespace

TEST_CASE("filter keeps the records for which its predicate holds, in order") {
  check_table(
      table<int>{{}, {1, 2, 3, 4, 5, 6, 8}, {1}, {2}, {}}, [](auto in) { return in.filter(even); },
      table<int>{{}, {2, 4, 6, 8}, {}, {2}, {}});
}

TEST_CASE("filter that nothing passes leaves empty batches, not absent ones") {
  check_table(
      table<int>{{1, 2}, {}, {3}}, [](auto in) { return in.filter([](int) { return false; }); },
      table<int>{{}, {}, {}});
}

TEST_CASE("filter passes views and owned text on as they are") {
  auto const filled = [](std::string_view line) { return !line.empty(); };
  auto const in = table<std::string>{{"a", "", "a much longer line than fits into a small string"}};
  auto const out = table<std::string>{{"a", "a much longer line than fits into a small string"}};
  check_table(
      in, [&](auto lines) { return lines.filter(filled); }, out);
  check_table(
      in,
      [&](auto lines) {
        return lines.map([](std::string const& l) { return std::string_view{l}; }).filter(filled);
      },
      out);
}

TEST_CASE("filter takes what can be tested, not bool alone") {
  check_table(
      table<int>{{0, 1, 2}}, [](auto in) { return in.filter([](int x) { return x & 1; }); },
      table<int>{{1}});
  using record = std::pair<int, bool>;
  check_table(
      table<record>{{{1, true}, {2, false}}}, [](auto in) { return in.filter(&record::second); },
      table<record>{{{1, true}}});
}

TEST_CASE("filter after filter is the filter of both") {
  for_seeds(300, [](random_stream& random) {
    auto const in = random_table(random, 100);
    check_same(
        run_inline(in, [](auto s) { return s.filter(even).filter(small); }),
        run_inline(in, [](auto s) { return s.filter([](int x) { return even(x) && small(x); }); }));
  });
}

TEST_CASE("filter and its opposite together have every record once") {
  for_seeds(100, [](random_stream& random) {
    auto const in = random_table(random, 100);
    auto const parts = run_inline(in, [](auto s) {
      return s.filter(even).union_with(s.filter([](int x) { return !even(x); }));
    });
    check_same(sorted(parts), sorted(in));
  });
}

TEST_CASE("filter whose predicate throws fails the batch, and the batches before stay committed") {
  check_failure(
      table<int>{{2}, {4}, {6, 7}},
      [](auto in) {
        return in.filter([](int x) { return x == 7 ? throw std::domain_error{"seven"} : even(x); });
      },
      table<int>{{2}, {4}}, {"'filter#2'", "batch 3", "seven"});
}

TEST_CASE("filter keeps the type of the records") {
  using views = dstream<std::string_view>;
  using kept = decltype(std::declval<views>().filter([](std::string_view) { return true; }));
  static_assert(std::is_same_v<kept::value_type, std::string_view>);
}
