#include "table.hpp"

#include <atomic>

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

/// Runs a stream with two uses; `middle` is what both use. @return how often its function ran
template <class Middle>
int calls_of(execution where, Middle middle) {
  std::atomic<int> calls{0};
  streaming_context ssc{with_parallelism(2), std::move(where)};
  auto const counted = middle(
      ssc.queue_stream<int>({{1, 2, 3}, {}, {4}}).map([&](int x) { return ++calls, x * 2; }));
  auto const one = collect(counted);
  auto const two = collect(counted.filter([](int x) { return x > 2; }));
  ssc.start();
  ssc.run_until_idle();
  ssc.stop();
  check_same(one->batches(), {{2, 4, 6}, {}, {8}});
  check_same(two->batches(), {{4, 6}, {}, {8}});
  return calls;
}

}  // namespace

TEST_CASE("cache computes the stream once per batch for all that use it") {
  in_every_way([](execution where) {
    CHECK(calls_of(std::move(where), [](auto in) { return in.cache(); }) == 4);
  });
}

TEST_CASE("cache left out means that each use computes the fused steps") {
  in_every_way(
      [](execution where) { CHECK(calls_of(std::move(where), [](auto in) { return in; }) == 8); });
}

TEST_CASE("cache passes every batch on as it is, empty ones included") {
  check_table(
      table<int>{{}, {3, 1, 2}, {}, {5}}, [](auto in) { return in.cache().cache(); },
      table<int>{{}, {3, 1, 2}, {}, {5}});
}

TEST_CASE("cache owns records that are views, also of a temporary") {
  check_table(
      table<std::string>{{"to be"}, {}},
      [](auto in) {
        auto const words = in.map([](std::string const& l) { return l + " and more of the same"; })
                               .flat_map(split_words)
                               .cache();
        static_assert(std::is_same_v<typename decltype(words)::value_type, std::string>);
        return words;
      },
      table<std::string>{{"to", "be", "and", "more", "of", "the", "same"}, {}});
}

TEST_CASE("cache of a window is valid at the window's times only") {
  check_records(
      table<int>{{1}, {2}, {3}, {4}, {5}}, [](auto in) { return in.window(2h, 2h).cache(); },
      table<int>{{1, 2}, {3, 4}});
}

TEST_CASE("cache runs in the stage of its stream") {
  streaming_context ssc{with_parallelism(2)};
  auto const kept = ssc.queue_stream<int>({{1}}).map([](int x) { return x; }).cache();
  collect(kept);
  CHECK(ssc.explain().find("cache#3 <- map#2 <- queue#1") != std::string::npos);
}

TEST_CASE("cache leaves the failure of a step before it to that step") {
  check_failure(
      table<int>{{1}, {2}},
      [](auto in) {
        return in.map([](int x) { return x == 2 ? throw std::runtime_error{"two"} : x; }).cache();
      },
      table<int>{{1}}, {"'map#2'", "batch 2", "two"});
}
