// Jobs on rdds: the thread that asks works too, actors of the context help.

#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <sluice/testkit.hpp>
#include <thread>

using namespace sluice;

namespace {

options with_workers(std::size_t n) {
  auto o = testkit::table_options();
  o.parallelism = n;
  return o;
}

auto const digit = [](int x) { return std::pair{x % 10, 1}; };

rdd<std::pair<int, int>> digits_of(streaming_context& ssc, int up_to) {
  std::vector<int> all;
  for (int i = 0; i != up_to; ++i) all.push_back(i);
  return ssc.parallelize(all, 8).map(digit).reduce_by_key(std::plus<>{});
}

}  // namespace

TEST_CASE("a job on actors has the result of one in the calling thread, order included") {
  streaming_context inline_context{with_workers(3), in_calling_thread()};
  auto const expected = digits_of(inline_context, 1'000).collect();
  streaming_context on_actors{with_workers(3)};
  for (int i = 0; i != 100; ++i) CHECK(digits_of(on_actors, 1'000).collect() == expected);
  testkit::simulation simulated{7};
  streaming_context on_schedule{with_workers(3), simulated.where()};
  CHECK(digits_of(on_schedule, 1'000).collect() == expected);
}

TEST_CASE("jobs run from inside foreach_rdd and transform, on one worker too") {
  for (std::size_t workers : {1, 2}) {
    streaming_context ssc{with_workers(workers)};
    auto const known = digits_of(ssc, 100);
    std::atomic<std::int64_t> sum = 0;
    ssc.queue_stream<int>({{1, 2, 3}, {4}, {}})
        .transform([known](rdd<int> const& batch) {
          CHECK(known.count() == 10);
          return batch.map(digit).join(known);
        })
        .foreach_rdd(
            [&](auto const& joined) { sum += joined.count() * 100 + digits_of(ssc, 50).count(); });
    ssc.start();
    ssc.run_until_idle();
    CHECK(sum == 400 + 3 * 10);
  }
}

TEST_CASE("a job that fails in several partitions reports the first, and can be run again") {
  streaming_context ssc{with_workers(4)};
  std::atomic<bool> broken = true;
  auto const numbers = ssc.parallelize(std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}, 8);
  auto const checked = numbers.map([&](int x) {
    if (broken && x > 2) throw std::runtime_error{"number " + std::to_string(x)};
    return x;
  });
  for (int i = 0; i != 20; ++i) {
    std::string said;
    try {
      checked.collect();
    } catch (stream_failure const& failed) {
      said = failed.what();
    }
    CHECK(said.find("partition 3: number 3") != said.npos);
  }
  broken = false;
  CHECK(checked.count() == 8);
}

TEST_CASE("actions on one rdd may come from many threads") {
  streaming_context ssc{with_workers(2)};
  auto const counts = digits_of(ssc, 500);
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t != 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i != 50; ++i) right += counts.keys().count() == 10 ? 1 : 0;
    });
  for (auto& t : threads) t.join();
  CHECK(right == 200);
}
