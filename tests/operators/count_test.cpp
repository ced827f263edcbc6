#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

using counts = table<std::int64_t>;

}  // namespace

TEST_CASE("count emits one number per batch, 0 for an empty one") {
  check_table(
      table<int>{{}, {1, 2, 3}, {7}, {}, {1, 1, 1, 1, 1, 1, 1, 1}},
      [](auto in) { return in.count(); }, counts{{0}, {3}, {1}, {0}, {8}});
}

TEST_CASE("count counts what comes out of the steps before it") {
  check_table(
      table<std::string>{{"to be or", "not"}, {}, {""}},
      [](auto in) { return in.flat_map(split_words).count(); }, counts{{4}, {0}, {0}});
}

TEST_CASE("count calls the functions before it once per record") {
  in_every_way([](execution where) {
    auto const calls = std::make_shared<std::atomic<int>>(0);
    auto const out = testkit::run_to_idle(
        std::move(where),
        program_of(
            table<int>{{1, 2, 3}, {}},
            [calls](auto in) { return in.map([calls](int x) { return ++*calls, x; }).count(); }),
        with_parallelism(2));
    check_same(out, counts{{3}, {0}});
    CHECK(*calls == 3);
  });
}

TEST_CASE("count of a window is valid at the window's times only, and 0 if the window is empty") {
  check_table(
      table<int>{{1}, {2, 3}, {}, {}, {5}, {}}, [](auto in) { return in.window(2h, 2h).count(); },
      counts{{3}, {0}, {1}});
}

TEST_CASE("count of a count is 1") {
  check_table(
      table<int>{{}, {1, 2, 3}}, [](auto in) { return in.count().count(); }, counts{{1}, {1}});
}

TEST_CASE("count of a union is the sum of the counts") {
  for_seeds(60, [](random_stream& random) {
    auto const in = random_table(random, 100);
    auto const small = [](int x) { return x < 30; };
    auto const united =
        run_inline(in, [&](auto s) { return s.union_with(s.filter(small)).count(); });
    auto const all = run_inline(in, [](auto s) { return s.count(); });
    auto const part = run_inline(in, [&](auto s) { return s.filter(small).count(); });
    for (std::size_t b = 0; b != in.size(); ++b)
      CHECK(united.at(b).at(0) == all.at(b).at(0) + part.at(b).at(0));
  });
}

TEST_CASE("count leaves the failure of a step before it to that step") {
  check_failure(table<int>{{1}, {2}},
                [](auto in) {
                  return in
                      .filter([](int x) { return x == 2 ? throw std::runtime_error{"two"} : true; })
                      .count();
                },
                counts{{1}}, {"'filter#2'", "batch 2", "two"});
}
