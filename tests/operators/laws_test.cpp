// Laws that hold between operators, on random input; what fails prints its seed.

#include <array>

#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;

namespace {

constexpr std::uint64_t cases = 10'000;

auto const twice = [](int x) { return 2 * x; };
auto const less_seven = [](int x) { return x - 7; };
auto const is_even = [](int x) { return x % 2 == 0; };
auto const small = [](int x) { return x < 20; };
auto const and_next = [](int x) { return std::array{x, x + 1}; };

struct two_tables {
  explicit two_tables(random_stream& random)
      : first{random_table(random, 40)}, second{random_table(random, 40)} {}

  /// What `operators(first, second)` gives.
  template <class Operators>
  auto run(Operators operators) const {
    auto const build = [&](streaming_context& ssc) {
      return collect(operators(ssc.queue_stream(first), ssc.queue_stream(second)));
    };
    return testkit::run_to_idle(in_calling_thread(), build, with_parallelism(2));
  }

  table<int> first;
  table<int> second;
};

}  // namespace

TEST_CASE("law: narrow operators one after the other are one operator that does all of them") {
  for_seeds(cases, [](random_stream& random) {
    auto const in = random_table(random, 40);
    check_same(run_inline(in, [](auto s) { return s.map(twice).map(less_seven); }),
               run_inline(in, [](auto s) { return s.map([](int x) { return 2 * x - 7; }); }));
    check_same(run_inline(in, [](auto s) { return s.filter(is_even).filter(small); }),
               run_inline(in, [](auto s) {
                 return s.filter([](int x) { return is_even(x) && small(x); });
               }));
    check_same(run_inline(in, [](auto s) { return s.flat_map(and_next).map(twice).filter(small); }),
               run_inline(in, [](auto s) {
                 return s.flat_map([](int x) {
                   std::vector<int> kept;
                   for (auto y : and_next(x))
                     if (small(twice(y))) kept.push_back(twice(y));
                   return kept;
                 });
               }));
  });
}

TEST_CASE("law: what is fused and what is cut by a stage boundary gives the same records") {
  for_seeds(cases, [](random_stream& random) {
    auto const in = random_table(random, 40);
    check_same(
        sorted(run_inline(in, [](auto s) { return s.map(twice).repartition(3).filter(small); })),
        sorted(run_inline(in, [](auto s) { return s.map(twice).filter(small); })));
  });
}

TEST_CASE("law: a narrow operator on a union is the union of the operator on each") {
  for_seeds(cases, [](random_stream& random) {
    two_tables const in{random};
    check_same(in.run([](auto a, auto b) { return a.union_with(b).map(twice).filter(small); }),
               in.run([](auto a, auto b) {
                 return a.map(twice).filter(small).union_with(b.map(twice).filter(small));
               }));
  });
}

TEST_CASE("law: a union counts and sums as its parts together") {
  for_seeds(cases, [](random_stream& random) {
    two_tables const in{random};
    auto const sum = [](auto s) { return s.union_with(s).map(twice).reduce(std::plus<>{}); };
    check_same(in.run([&](auto a, auto b) { return sum(a.union_with(b)); }),
               in.run([&](auto a, auto b) {
                 return a.union_with(b).map([](int x) { return 4 * x; }).reduce(std::plus<>{});
               }));
    check_same(in.run([](auto a, auto b) { return a.union_with(b).count(); }),
               in.run([](auto a, auto b) {
                 return a.count().union_with(b.count()).reduce(std::plus<>{});
               }));
  });
}

TEST_CASE("law: the order of the sides of a union changes the order of records alone") {
  for_seeds(cases, [](random_stream& random) {
    two_tables const in{random};
    check_same(sorted(in.run([](auto a, auto b) { return a.union_with(b); })),
               sorted(in.run([](auto a, auto b) { return b.union_with(a); })));
  });
}
