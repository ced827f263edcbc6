#include <atomic>

#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;

namespace {

using numbers = std::vector<int>;

struct fixture {
  streaming_context ssc{with_parallelism(2)};
  std::shared_ptr<std::atomic<int>> calls = std::make_shared<std::atomic<int>>(0);
  rdd<int> doubled = ssc.parallelize(numbers{1, 2, 3}, 2).map([n = calls](int x) {
    ++*n;
    return 2 * x;
  });
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "an rdd is computed by every action, a cached one by the first") {
  doubled.collect();
  doubled.count();
  CHECK(*calls == 6);
  auto const kept = doubled.cache();
  CHECK(*calls == 6);
  CHECK(kept.collect() == numbers{2, 4, 6});
  CHECK(kept.map([](int x) { return x + 1; }).collect() == numbers{3, 5, 7});
  CHECK(kept.repartition(1).count() == 3);
  CHECK(*calls == 9);
}

TEST_CASE_FIXTURE(fixture, "unpersist frees a cached rdd, which is then computed by every action") {
  auto const kept = doubled.cache();
  kept.count();
  kept.unpersist();
  CHECK(kept.collect() == numbers{2, 4, 6});
  CHECK(kept.collect() == numbers{2, 4, 6});
  CHECK(*calls == 9);
  check_says(message_of([&] { doubled.unpersist(); }), {"unpersist", "cache() returned"});
  check_says(message_of([&] { kept.filter([](int) { return true; }).unpersist(); }),
             {"unpersist", "cache() returned"});
}

TEST_CASE_FIXTURE(fixture, "a cached rdd that failed is computed again") {
  auto const broken = std::make_shared<std::atomic<bool>>(true);
  auto const kept =
      doubled
          .map([broken](int x) { return x == 6 && *broken ? throw std::runtime_error{"six"} : x; })
          .cache();
  check_says(message_of([&] { kept.count(); }), {"six"});
  *broken = false;
  CHECK(kept.collect() == numbers{2, 4, 6});
}

TEST_CASE_FIXTURE(fixture, "debug_string shows what an rdd is computed from, and what is kept") {
  auto const kept = doubled.map([](int x) { return std::pair{x, x}; }).cache();
  auto const sums = kept.reduce_by_key(std::plus<>{}, 3);
  auto const before = sums.debug_string();
  check_says(before, {"(3) reduce_by_key#", "\n  (2) cache#", "map#", "data#1"});
  CHECK(before.find("[kept]") == before.npos);
  sums.count();
  check_says(sums.debug_string(), {"cache#", " [kept]"});
}
