#include <doctest/doctest.h>
#include <algorithm>
#include <atomic>
#include <sluice/testkit.hpp>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

options quiet(trigger t) {
  auto o = testkit::table_options();
  o.trigger = t;
  o.log_level = "off";
  return o;
}

struct pressure_listener final : streaming_listener {
  std::vector<backpressure_info> seen;
  void on_backpressure(backpressure_info const& info) override { seen.push_back(info); }
};

bool has(std::string const& text, std::string const& part) {
  return text.find(part) != std::string::npos;
}

std::string flood(int lines) {
  std::string text;
  for (int i = 0; i != lines; ++i) text += "some words to count\n";
  return text;
}

}  // namespace

TEST_CASE("explain_backpressure says that nothing waits while nothing waits") {
  testkit::simulation sim{1};
  streaming_context ssc{quiet(every(1s)), sim.where()};
  ssc.queue_stream<int>({{1, 2}}).collect_into(std::make_shared<collected<int>>());
  CHECK(ssc.explain_backpressure() == "the context has not been started\n");
  ssc.start();
  ssc.run_until_idle();
  CHECK(ssc.explain_backpressure() == "nothing waits for credit or room\n");
  ssc.stop();
}

TEST_CASE("explain_backpressure names a receiver that has no room, told once and once when over") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    testkit::simulation sim{seed};
    auto o = quiet(every(1s));
    o.receiver_buffer.bytes = 100'000;
    sim.outside().network().listen("feed", 9999).accept(testkit::sim_script{}.send(flood(20'000)));
    streaming_context ssc{o, sim.where()};
    auto const listener = std::make_shared<pressure_listener>();
    ssc.add_listener(listener);
    ssc.socket_text_stream("feed", 9999)
        .named("feed")
        .count()
        .collect_into(std::make_shared<collected<std::int64_t>>());
    ssc.start();
    ssc.pause();
    ssc.await_termination_for(30s);
    auto const text = ssc.explain_backpressure();
    CAPTURE(text);
    CHECK(has(text, "input 0 (feed) waits for room in its buffer: "));
    CHECK(has(text, ", since "));
    REQUIRE(listener->seen.size() == 1);
    CHECK_FALSE(listener->seen[0].over);
    CHECK(listener->seen[0].waiting == "input 0 (feed)");
    CHECK(listener->seen[0].bytes > 0);
    ssc.resume();
    ssc.await_termination_for(60s);
    REQUIRE(listener->seen.size() == 2);
    CHECK(listener->seen[1].over);
    CHECK(listener->seen[1].lasted > 25s);
    CHECK(ssc.explain_backpressure() == "nothing waits for credit or room\n");
    ssc.stop();
  }
}

TEST_CASE("explain_backpressure names the link whose credit is spent, and both of its ends") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    testkit::simulation sim{seed};
    auto o = quiet(on_demand());
    o.parallelism = 1;
    o.link_buffer.records = 3;
    std::vector<std::vector<int>> batches(8, std::vector{1, 2, 3, 4});
    streaming_context ssc{o, sim.where()};
    std::vector<std::string> texts;
    // Asked while the output holds a batch back: from inside, for a simulation has one thread.
    ssc.queue_stream<int>(batches).named("numbers").foreach_rdd(
        [&](rdd<int> const&) { texts.push_back(ssc.explain_backpressure()); });
    // Where somebody listens, a commit has to be asked for: time in which the link fills up under
    // every schedule.
    ssc.add_listener(std::make_shared<streaming_listener>());
    ssc.start();
    ssc.run_until_idle();
    ssc.stop();
    auto const seen = std::count_if(texts.begin(), texts.end(), [](std::string const& text) {
      return has(text, "stage 0/0 (numbers) waits for credit of sink 0 (") &&
             has(text, "4 of 3 records") && has(text, "sink 0 (") &&
             has(text, "is at work on batch");
    });
    CHECK(seen > 0);
  }
}

TEST_CASE("a batch that is slow to commit is a stall of the batch generator") {
  testkit::simulation sim{3};
  auto o = quiet(on_demand());
  o.max_in_flight_batches = 1;
  std::vector<std::vector<int>> batches(3, std::vector{1});
  streaming_context ssc{o, sim.where()};
  std::string text;
  ssc.queue_stream<int>(batches).foreach_rdd([&](rdd<int> const&) {
    if (text.empty()) text = ssc.explain_backpressure();
  });
  ssc.start();
  ssc.run_until_idle();
  ssc.stop();
  CHECK(has(text, "batch generator waits for commits: 1 of 1 batches, since 0.0 s"));
}

TEST_CASE("explain_backpressure can be asked from any thread while the stream stands still") {
  struct eager final : receiver<int> {
    void on_start(receiver_handle<int>& into) override {
      while (!into.stopped()) into.store(std::vector<int>(100));
    }
    void on_stop() override {}
  };
  struct stall_of_input final : streaming_listener {
    std::atomic<bool> told = false;
    void on_backpressure(backpressure_info const& info) override {
      if (info.waiting == "input 0 (eager)" && !info.over) told = true;
    }
  };
  auto o = quiet(on_demand());
  o.receiver_buffer.records = 1'000;
  o.backpressure.stall_after = 1ms;
  std::atomic<bool> closed = true;
  streaming_context ssc{o};
  auto const listener = std::make_shared<stall_of_input>();
  ssc.add_listener(listener);
  ssc.receiver_stream<int>(std::make_unique<eager>()).named("eager").foreach_rdd([&](auto const&) {
    closed.wait(true);
  });
  ssc.start();
  std::string text;
  while (!has(text, "input 0 (eager) waits for room in its buffer: 1,000 of 1,000 records") ||
         !has(text, "is at work on batch 1, since ") || !listener->told)
    text = ssc.explain_backpressure();
  closed = false;
  closed.notify_all();
  ssc.stop(stop_mode::now);
}

TEST_CASE("stall_after must be positive, and the error says so") {
  auto o = quiet(every(1s));
  o.backpressure.stall_after = 0ms;
  CHECK_THROWS_WITH_AS(streaming_context{o},
                       "backpressure.stall_after is 0 ms; give at least 1 ms, the time after which "
                       "a wait is told",
                       usage_error);
}
