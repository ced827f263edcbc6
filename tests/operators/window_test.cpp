#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

auto windowed(duration length, std::optional<duration> slide = {}) {
  return [=](auto in) { return in.window(length, slide); };
}

/// Batch `i` (from 1) holds the number `i`.
table<int> one_to(int n) {
  table<int> batches;
  for (int i = 1; i <= n; ++i) batches.push_back({i});
  return batches;
}

std::string misuse(duration length, std::optional<duration> slide = {},
                   options o = with_parallelism(2)) {
  streaming_context ssc{std::move(o)};
  auto const in = ssc.queue_stream<int>({{1}});
  return message_of([&] { in.window(length, slide); });
}

}  // namespace

TEST_CASE("window has the batches of its length, oldest first") {
  check_table(table<int>{{1}, {2, 3}, {}, {4}}, windowed(1h), table<int>{{1}, {2, 3}, {}, {4}});
  check_records(one_to(6), windowed(3h),
                table<int>{{1}, {1, 2}, {1, 2, 3}, {2, 3, 4}, {3, 4, 5}, {4, 5, 6}});
  check_same(run_inline(table<int>{{9, 8}, {7}, {6, 5}}, windowed(2h), 1),
             {{9, 8}, {9, 8, 7}, {7, 6, 5}});
}

TEST_CASE("window is partial as long as there are not enough batches") {
  check_records(one_to(3), windowed(24h), table<int>{{1}, {1, 2}, {1, 2, 3}});
}

TEST_CASE("window drops a batch when it leaves the window, also when nothing comes in") {
  check_records(table<int>{{1}, {2}, {}, {}, {}}, windowed(2h),
                table<int>{{1}, {1, 2}, {2}, {}, {}});
}

TEST_CASE("window emits at multiples of its slide and has no batch in between") {
  check_records(one_to(7), windowed(2h, 2h), table<int>{{1, 2}, {3, 4}, {5, 6}});
  check_records(one_to(7), windowed(3h, 2h), table<int>{{1, 2}, {2, 3, 4}, {4, 5, 6}});
  check_records(table<int>{{}, {}, {}, {4}}, windowed(2h, 2h), table<int>{{}, {4}});
}

TEST_CASE("window with a slide longer than itself leaves gaps") {
  check_records(one_to(7), windowed(1h, 3h), table<int>{{3}, {6}});
}

TEST_CASE("window whose slide is that of its parent is valid for every batch") {
  check_records(one_to(3), windowed(2h, 1h), table<int>{{1}, {1, 2}, {2, 3}});
}

TEST_CASE("window of a window slides by its parent's slide unless told otherwise") {
  check_records(
      one_to(8), [](auto in) { return in.window(2h, 2h).window(4h); },
      table<int>{{1, 2}, {1, 2, 3, 4}, {3, 4, 5, 6}, {5, 6, 7, 8}});
  check_records(
      one_to(8), [](auto in) { return in.window(2h, 2h).window(4h, 4h); },
      table<int>{{1, 2, 3, 4}, {5, 6, 7, 8}});
}

TEST_CASE("window has the times of its grid") {
  in_every_way([](execution where) {
    streaming_context ssc{with_parallelism(2), std::move(where)};
    auto const out = collect(ssc.queue_stream(one_to(7)).window(2h, 2h));
    ssc.start();
    ssc.run_until_idle();
    auto const refs = out->refs();
    REQUIRE(refs.size() == 3);
    CHECK(refs[0].id == 2);
    CHECK(refs[1].id == 4);
    CHECK(refs[2].time - refs[1].time == 2h);
  });
}

TEST_CASE("window owns records that were views of their batch") {
  check_records(
      table<std::string>{{"to be"}, {"or"}, {}},
      [](auto in) { return in.flat_map(split_words).window(2h); },
      table<std::string>{{"to", "be"}, {"to", "be", "or"}, {"or"}});
}

TEST_CASE("window serves two lengths of one stream") {
  check_records_everywhere<int>(
      [](streaming_context& ssc) {
        auto const in = ssc.queue_stream(one_to(4));
        collect(in.window(4h));
        return collect(in.window(2h));
      },
      {{1}, {1, 2}, {2, 3}, {3, 4}});
}

TEST_CASE("window is the union of the last batches") {
  for_seeds(150, [](random_stream& random) {
    auto const in = random_table(random, 100, 12);
    auto const length = 1 + random.below(5);
    auto const slide = 1 + random.below(4);
    table<int> expected;
    for (std::size_t t = slide; t <= in.size(); t += slide) {
      auto& out = expected.emplace_back();
      for (auto b = t > length ? t - length : 0; b != t; ++b)
        out.insert(out.end(), in[b].begin(), in[b].end());
    }
    check_same(sorted(run_inline(in, windowed(length * 1h, slide * 1h), 1 + random.below(4))),
               sorted(expected));
  });
}

TEST_CASE("window of a map is the map of the window") {
  for_seeds(60, [](random_stream& random) {
    auto const in = random_table(random, 100);
    auto const f = [](int x) { return x * 7; };
    check_same(run_inline(in, [&](auto s) { return s.map(f).window(3h, 2h); }),
               run_inline(in, [&](auto s) { return s.window(3h, 2h).map(f); }));
  });
}

TEST_CASE("window without a clock emits with the first batch at or after each multiple") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    testkit::simulation sim{seed, testkit::schedule::fifo};
    auto o = with_parallelism(2);
    o.trigger = on_demand();
    streaming_context ssc{o, sim.where()};
    auto const queue = std::make_shared<batch_queue<int>>();
    auto const in = ssc.queue_stream(queue);
    auto const all = collect(in.window(10s, 10s));
    ssc.start();
    // At 4, 8, 12, 16, 20, 24 and 28 seconds.
    for (int i = 1; i <= 7; ++i) {
      ssc.await_termination_for(4s);
      queue->push({i});
    }
    ssc.run_until_idle();
    auto const got = sorted(all->batches());
    REQUIRE(got.size() == 2);
    check_same(got, {{1, 2, 3}, {3, 4, 5}});
  }
}

TEST_CASE("window whose length or slide is no multiple of the batch interval is a usage_error") {
  check_says(misuse(90min), {"window", "length of 5400000000 us", "slide of 3600000000 us"});
  check_says(misuse(2h, 90min), {"window", "slide of 5400000000 us", "3600000000 us"});
  check_says(misuse(1ms), {"window", "length of 1000 us"});
}

TEST_CASE("window over a window takes multiples of the inner slide only") {
  streaming_context ssc{with_parallelism(2)};
  auto const two_hours = ssc.queue_stream<int>({{1}}).window(2h, 2h);
  check_says(message_of([&] { two_hours.window(3h); }),
             {"window", "length of 10800000000 us", "slide of 7200000000 us"});
  check_says(message_of([&] { two_hours.window(4h, 1h); }), {"window", "slide of 3600000000 us"});
}

TEST_CASE("window without length or slide is a usage_error, with a clock and without") {
  auto without = with_parallelism(2);
  without.trigger = on_demand();
  for (auto const& o : {with_parallelism(2), without}) {
    check_says(misuse(0h, {}, o), {"window", "length is 0 us", "positive"});
    check_says(misuse(-1h, {}, o), {"window", "length is -3600000000 us", "positive"});
    check_says(misuse(1h, 0h, o), {"window", "slide is 0 us", "positive"});
    check_says(misuse(1h, -1h, o), {"window", "slide is -3600000000 us", "positive"});
  }
  CHECK(misuse(1500us, 700us, without) == "nothing was thrown");
}
