// The batches that a kept stream remembers.
#include <atomic>
#include <thread>

#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

using level = storage_level;

/// Five batches of a kept stream, an hour apart.
struct five_batches {
  explicit five_batches(execution where, duration remember, level at = level::memory_only,
                        std::size_t memory = 1'000'000)
      : ssc{settings(memory), std::move(where)},
        kept{ssc.queue_stream<int>({{1}, {2, 2}, {}, {4}, {5}}).persist(at)} {
    if (remember > 0us) ssc.remember(remember);
    kept.foreach_rdd([this](rdd<int> const&, batch_time t) { times.push_back(t); });
    ssc.start();
    ssc.run_until_idle();
  }
  static options settings(std::size_t memory) {
    auto o = with_parallelism(2);
    o.storage.memory = memory;
    o.log_level = "off";
    return o;
  }
  table<int> slice(batch_time from, batch_time to) const {
    table<int> result;
    for (auto const& batch : kept.slice(from, to)) result.push_back(batch.collect());
    return result;
  }

  streaming_context ssc;
  dstream<int> kept;
  std::vector<batch_time> times;
};

}  // namespace

TEST_CASE("slice gives the batches of a time span, empty ones included, at every level") {
  for (auto at : {level::memory_only, level::memory_and_disk, level::disk_only}) {
    CAPTURE(to_string(at));
    in_every_way([&](execution where) {
      five_batches const all{std::move(where), 100h, at};
      auto const& t = all.times;
      REQUIRE(t.size() == 5);
      check_same(all.slice(t[0], t[4]), {{1}, {2, 2}, {}, {4}, {5}});
      check_same(all.slice(t[1], t[3]), {{2, 2}, {}, {4}});
      check_same(all.slice(t[3], t[3]), {{4}});
      check_same(all.slice(t[3], t[1]), {});
    });
  }
}

TEST_CASE("slice floors both ends to the grid") {
  five_batches const all{in_calling_thread(), 100h};
  auto const& t = all.times;
  check_same(all.slice(t[1] + 59min, t[2] + 59min), {{2, 2}, {}});
  check_same(all.slice(t[1] - 1us, t[1] - 1us), {{1}});
}

TEST_CASE("slice skips times that have no batch: up to the start, and those to come") {
  five_batches const all{in_calling_thread(), 100h};
  auto const& t = all.times;
  check_same(all.slice(t[0] - 50h, t[1]), {{1}, {2, 2}});
  check_same(all.slice(t[0] - 50h, t[0] - 1h), {});
  check_same(all.slice(t[4], t[4] + 50h), {{5}});
  check_same(all.slice(t[4] + 1h, t[4] + 50h), {});
}

TEST_CASE("slice has the newest batch without remember, and with it those of that duration") {
  in_every_way([](execution where) {
    five_batches const newest{std::move(where), 0us};
    auto const& t = newest.times;
    check_same(newest.slice(t[4], t[4]), {{5}});
    CHECK_THROWS_AS(newest.slice(t[3], t[4]), usage_error);
  });
  in_every_way([](execution where) {
    five_batches const some{std::move(where), 3h};
    auto const& t = some.times;
    check_same(some.slice(t[2], t[4]), {{}, {4}, {5}});
    auto const ms = [](batch_time time) {
      return std::to_string(
          std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count());
    };
    check_says(message_of([&] { some.slice(t[0] - 7h, t[4]); }),
               {"slice", "persist#2", ms(t[0]) + " ms", "from " + ms(t[2]), "remember"});
    check_says(message_of([&] { some.slice(t[1], t[1]); }), {ms(t[1]) + " ms", "remember"});
  });
}

TEST_CASE("slice says what to do about batches for which there was no room") {
  five_batches const all{in_calling_thread(), 100h, level::memory_only, 4};
  auto const& t = all.times;
  check_same(all.slice(t[4], t[4]), {{5}});
  CHECK_THROWS_AS(all.slice(t[0], t[4]), runtime_failure);
  check_says(message_of([&] { all.slice(t[0], t[4]); }),
             {"slice", "persist#2", "4 bytes", "options.storage.memory", "memory_and_disk"});
  five_batches const spilled{in_calling_thread(), 100h, level::memory_and_disk, 4};
  check_same(spilled.slice(spilled.times[0], spilled.times[4]), {{1}, {2, 2}, {}, {4}, {5}});
  CHECK(spilled.ssc.storage().memory <= 4);
  CHECK(spilled.ssc.storage().spilled > 0);
}

TEST_CASE("slice needs a started context, a kept stream and an output") {
  streaming_context ssc{with_parallelism(2), in_calling_thread()};
  auto const numbers = ssc.queue_stream<int>({{1}, {2}});
  auto const kept = numbers.cache();
  auto const unused = numbers.cache().named("unused");
  collect(kept);
  batch_time const now{};
  check_says(message_of([&] { kept.slice(now, now); }), {"slice", "cache#2", "start()"});
  ssc.start();
  CHECK(kept.slice(now, now).empty());
  ssc.run_until_idle();
  check_says(message_of([&] { numbers.slice(now, now); }),
             {"slice", "queue#1", "cache()", "persist()"});
  check_says(message_of([&] { unused.slice(now, now); }), {"slice", "unused", "no output"});
}

TEST_CASE("slice follows the slide of a window") {
  in_every_way([](execution where) {
    streaming_context ssc{with_parallelism(1), std::move(where)};
    auto const kept = ssc.queue_stream<int>({{1}, {2}, {3}, {4}, {5}}).window(2h, 2h).cache();
    ssc.remember(100h);
    std::vector<batch_time> times;
    kept.foreach_rdd([&](rdd<int> const&, batch_time t) { times.push_back(t); });
    ssc.start();
    ssc.run_until_idle();
    REQUIRE(times.size() == 2);
    table<int> found;
    for (auto const& batch : kept.slice(times[0] + 1h, times[1] + 1h))
      found.push_back(batch.collect());
    check_same(found, {{1, 2}, {3, 4}});
  });
}

TEST_CASE("slice gives nothing of a batch that failed after it was kept") {
  in_every_way([](execution where) {
    streaming_context ssc{with_parallelism(2), std::move(where)};
    auto const kept = ssc.queue_stream<int>({{1}, {2}, {3}}).cache();
    ssc.remember(100h);
    std::vector<batch_time> times;
    kept.foreach_rdd([&](rdd<int> const& batch, batch_time t) {
      if (batch.first() == 2) throw std::runtime_error{"two"};
      times.push_back(t);
    });
    ssc.start();
    check_says(message_of([&] { ssc.run_until_idle(); }), {"two"});
    REQUIRE(times.size() == 1);
    auto const found = kept.slice(times[0], times[0] + 50h);
    REQUIRE(found.size() == 1);
    CHECK(found[0].collect() == std::vector{1});
  });
}

TEST_CASE("slice may be called by any thread while the stream runs") {
  streaming_context ssc{with_parallelism(2)};
  table<int> batches;
  for (int i = 0; i != 200; ++i) batches.push_back({i, i, i});
  auto const kept = ssc.queue_stream<int>(batches).persist();
  ssc.remember(10000h);
  std::atomic<std::int64_t> first{0};
  kept.foreach_rdd([&](rdd<int> const&, batch_time t) {
    std::int64_t none = 0;
    first.compare_exchange_strong(none, t.time_since_epoch().count());
  });
  ssc.start();
  std::atomic<bool> done{false};
  std::thread reader{[&] {
    while (!done) {
      auto const from = batch_time{duration{first}};
      int expected = 0;
      for (auto const& batch : kept.slice(from, from + 10000h))
        CHECK(batch.collect() == batches[static_cast<std::size_t>(expected++)]);
    }
  }};
  ssc.run_until_idle();
  done = true;
  reader.join();
  CHECK(kept.slice(batch_time{duration{first}}, batch_time{duration{first}} + 199h).size() == 200);
}

TEST_CASE("remember must be positive, set once and before the start") {
  streaming_context ssc{with_parallelism(2), in_calling_thread()};
  check_says(message_of([&] { ssc.remember(0us); }), {"remember", "0 us", "positive"});
  check_says(message_of([&] { ssc.remember(-1h); }), {"remember", "positive"});
  ssc.remember(1h);
  check_says(message_of([&] { ssc.remember(2h); }), {"remember", "3600000000 us", "once"});
  collect(ssc.queue_stream(table<int>{{}}));
  ssc.start();
  check_says(message_of([&] { ssc.remember(2h); }), {"remember", "started"});
}

TEST_CASE("persist passes every batch on as it is, at every level") {
  for (auto at : {level::memory_only, level::memory_and_disk, level::disk_only})
    check_table(
        table<int>{{}, {3, 1, 2}, {}, {5}}, [at](auto in) { return in.persist(at); },
        table<int>{{}, {3, 1, 2}, {}, {5}});
}

TEST_CASE("persist of a stream at storage_level::none is a usage_error") {
  streaming_context ssc{with_parallelism(2), in_calling_thread()};
  auto const numbers = ssc.queue_stream<int>({{1}});
  check_says(message_of([&] { static_cast<void>(numbers.persist(level::none)); }),
             {"persist", "storage_level::none"});
}
