#include <doctest/doctest.h>
#include <actors/src/context_core.hpp>
#include <future>
#include <sluice/testkit.hpp>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

options hourly() { return testkit::table_options(); }

std::string message_of(std::function<void()> const& f) {
  try {
    f();
  } catch (error const& e) {
    return e.what();
  }
  return "nothing was thrown";
}

bool contains(std::string const& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("start without an output is a usage_error that names the outputs there are") {
  streaming_context ssc{hourly()};
  auto words = ssc.queue_stream<int>({{1}});
  CHECK_THROWS_AS(ssc.start(), usage_error);
  CHECK(contains(message_of([&] { ssc.start(); }), "print()"));
}

TEST_CASE("start twice, and start after stop, are usage_errors") {
  streaming_context ssc{hourly()};
  ssc.queue_stream<int>({{1}}).collect_into(std::make_shared<collected<int>>());
  ssc.start();
  CHECK(ssc.state() == context_state::active);
  CHECK_THROWS_AS(ssc.start(), usage_error);
  ssc.stop();
  CHECK(ssc.state() == context_state::stopped);
  CHECK_THROWS_AS(ssc.start(), usage_error);
  ssc.stop();
}

TEST_CASE("an operator, an input or an output after start is a usage_error") {
  streaming_context ssc{hourly()};
  auto numbers = ssc.queue_stream<int>({{1}});
  numbers.collect_into(std::make_shared<collected<int>>());
  ssc.start();
  CHECK_THROWS_AS(numbers.map([](int x) { return x; }), usage_error);
  CHECK_THROWS_AS(numbers.print(), usage_error);
  CHECK_THROWS_AS(ssc.queue_stream<int>({{1}}), usage_error);
  ssc.stop();
}

TEST_CASE("wrong options are usage_errors that name option and value") {
  auto no_batches = hourly();
  no_batches.max_in_flight_batches = 0;
  CHECK(contains(message_of([&] { streaming_context ssc{no_batches}; }),
                 "max_in_flight_batches is 0"));
  auto bad_level = hourly();
  bad_level.log_level = "loud";
  CHECK(contains(message_of([&] { streaming_context ssc{bad_level}; }), "\"loud\" is no level"));
  auto no_room = hourly();
  no_room.receiver_buffer.bytes = 0;
  CHECK(contains(message_of([&] { streaming_context ssc{no_room}; }), "receiver_buffer"));
  CHECK_THROWS_AS(every(0s), usage_error);
  CHECK_THROWS_AS(sluice::size(0), usage_error);
  CHECK_THROWS_AS(on_demand(0), usage_error);
  auto unreachable = hourly();
  unreachable.trigger = sluice::size(100);
  unreachable.receiver_buffer.records = 10;
  CHECK(contains(message_of([&] { streaming_context ssc{unreachable}; }), "never be reached"));
}

TEST_CASE("a throwing function stops the stream with operator, batch and cause, on every way") {
  for (auto const& [way, where] :
       {std::pair{"inline", in_calling_thread()}, std::pair{"actors", own_actor_system()}}) {
    CAPTURE(way);
    streaming_context ssc{hourly(), where};
    auto out = std::make_shared<collected<int>>();
    ssc.queue_stream<int>({{1}, {2, 3}, {4}})
        .map([](int x) {
          if (x == 3) throw std::runtime_error{"three is odd"};
          return x;
        })
        .named("picky")
        .collect_into(out);
    ssc.start();
    auto const text = message_of([&] { ssc.run_until_idle(); });
    CHECK(contains(text, "'picky'"));
    CHECK(contains(text, "batch 2"));
    CHECK(contains(text, "three is odd"));
    CHECK_THROWS_AS(ssc.await_termination(), stream_failure);
    CHECK(ssc.state() == context_state::stopped);
    CHECK(out->batches() == std::vector<std::vector<int>>{{1}});
  }
}

TEST_CASE("the user's own exception is nested in the failure") {
  streaming_context ssc{hourly()};
  ssc.queue_stream<int>({{1}}).foreach_rdd(
      [](rdd<int> const&) { throw std::out_of_range{"mine"}; });
  ssc.start();
  try {
    ssc.run_until_idle();
    FAIL("nothing was thrown");
  } catch (stream_failure const& failed) {
    CHECK(contains(failed.what(), "foreach_rdd"));
    CHECK_THROWS_AS(std::rethrow_if_nested(failed), std::out_of_range);
  }
}

TEST_CASE("stop from inside a function of the stream is a usage_error instead of a dead-lock") {
  streaming_context ssc{hourly()};
  std::promise<std::string> said;
  ssc.queue_stream<int>({{1}}).foreach_rdd(
      [&](rdd<int> const&) { said.set_value(message_of([&] { ssc.stop(); })); });
  ssc.start();
  ssc.run_until_idle();
  CHECK(contains(said.get_future().get(), "from inside the stream"));
}

TEST_CASE("batches of a queue have the times of the grid, whatever the clock does") {
  testkit::simulation sim{7};
  streaming_context ssc{hourly(), sim.where()};
  auto out = std::make_shared<collected<int>>();
  ssc.queue_stream<int>({{1}, {}, {3}}).collect_into(out);
  ssc.start();
  ssc.run_until_idle();
  auto const refs = out->refs();
  REQUIRE(refs.size() == 3);
  CHECK(refs[0].id == 1);
  CHECK(refs[1].time - refs[0].time == 1h);
  CHECK(refs[2].time - refs[1].time == 1h);
  CHECK(refs[0].time.time_since_epoch() % 1h == 0h);
}

TEST_CASE("every cuts by the clock, empty batches included") {
  testkit::simulation sim{3};
  auto o = hourly();
  o.trigger = every(1s);
  streaming_context ssc{o, sim.where()};
  auto out = std::make_shared<collected<int>>();
  ssc.queue_stream<int>({{1}, {2}}).collect_into(out);
  ssc.start();
  CHECK_FALSE(ssc.await_termination_for(4500ms));
  CHECK(out->batches() == std::vector<std::vector<int>>{{1}, {2}, {}, {}});
  ssc.stop();
}

TEST_CASE("pause lets no batch be cut, resume goes on at the next grid time") {
  testkit::simulation sim{5};
  auto o = hourly();
  o.trigger = every(1s);
  streaming_context ssc{o, sim.where()};
  auto out = std::make_shared<collected<int>>();
  ssc.queue_stream<int>({{1}, {2}, {3}}).collect_into(out);
  ssc.start();
  ssc.await_termination_for(1500ms);
  ssc.pause();
  ssc.await_termination_for(3000ms);
  CHECK(out->batches() == std::vector<std::vector<int>>{{1}});
  ssc.resume();
  ssc.await_termination_for(1000ms);
  auto const refs = out->refs();
  REQUIRE(refs.size() == 2);
  CHECK(refs[1].time - refs[0].time == 4s);
  ssc.stop();
}

TEST_CASE("request_batch cuts at once") {
  testkit::simulation sim{5};
  streaming_context ssc{hourly(), sim.where()};
  auto out = std::make_shared<collected<int>>();
  ssc.queue_stream<int>({{1}, {2}}).collect_into(out);
  ssc.start();
  ssc.request_batch();
  ssc.await_termination_for(1ms);
  CHECK(out->batches() == std::vector<std::vector<int>>{{1}});
}

TEST_CASE("on_demand cuts when a batch is pushed, without a clock") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    testkit::simulation sim{seed};
    auto o = hourly();
    o.trigger = on_demand();
    streaming_context ssc{o, sim.where()};
    auto queue = std::make_shared<batch_queue<int>>();
    auto out = std::make_shared<collected<int>>();
    ssc.queue_stream(queue).collect_into(out);
    ssc.start();
    queue->push({1, 2});
    ssc.await_termination_for(10ms);
    queue->push({3});
    ssc.await_termination_for(10ms);
    CAPTURE(seed);
    CHECK(out->batches() == std::vector<std::vector<int>>{{1, 2}, {3}});
    ssc.stop();
  }
}

TEST_CASE("available_now processes what exists and stops by itself") {
  for (auto const& where : {own_actor_system()}) {
    auto o = hourly();
    o.trigger = available_now();
    streaming_context ssc{o, where};
    auto out = std::make_shared<collected<int>>();
    ssc.queue_stream<int>({{1}, {2}, {3}}).collect_into(out);
    ssc.start();
    ssc.await_termination();
    CHECK(out->batches() == std::vector<std::vector<int>>{{1}, {2}, {3}});
  }
}

TEST_CASE("once processes one batch and stops by itself") {
  auto o = hourly();
  o.trigger = once();
  streaming_context ssc{o};
  auto out = std::make_shared<collected<int>>();
  ssc.queue_stream<int>({{1}, {2}}, {.one_at_a_time = false}).collect_into(out);
  ssc.start();
  ssc.await_termination();
  CHECK(out->batches() == std::vector<std::vector<int>>{{1, 2}});
}

TEST_CASE("stop with drain processes every batch that was handed over") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    testkit::simulation sim{seed};
    streaming_context ssc{hourly(), sim.where()};
    auto out = std::make_shared<collected<int>>();
    ssc.queue_stream<int>({{1}, {2}, {3}, {4}, {5}, {6}, {7}}).collect_into(out);
    ssc.start();
    ssc.stop(stop_mode::drain);
    CAPTURE(seed);
    CHECK(out->records() == std::vector{1, 2, 3, 4, 5, 6, 7});
  }
}

TEST_CASE("stop now ends at once and keeps the batches that were committed in order") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    testkit::simulation sim{seed};
    auto o = hourly();
    o.trigger = every(1s);
    streaming_context ssc{o, sim.where()};
    auto out = std::make_shared<collected<int>>();
    ssc.queue_stream<int>({{1}, {2}, {3}, {4}}).collect_into(out);
    ssc.start();
    ssc.await_termination_for(2100ms);
    ssc.stop(stop_mode::now);
    CAPTURE(seed);
    auto const got = out->records();
    CHECK(got.size() <= 2);
    for (std::size_t i = 0; i != got.size(); ++i) CHECK(got[i] == static_cast<int>(i) + 1);
  }
}

TEST_CASE("outputs of a batch run in the order of registration, batches in theirs") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    testkit::simulation sim{seed};
    streaming_context ssc{hourly(), sim.where()};
    std::vector<std::string> log;
    auto in = ssc.queue_stream<int>({{1}, {2}, {3}, {4}, {5}});
    in.map([](int x) { return x; })
        .reduce([](int a, int b) { return a + b; })
        .foreach_rdd([&](rdd<int> r) { log.push_back("a" + std::to_string(r.take(1).at(0))); });
    in.foreach_rdd([&](rdd<int> r) { log.push_back("b" + std::to_string(r.take(1).at(0))); });
    ssc.start();
    ssc.run_until_idle();
    CAPTURE(seed);
    CHECK(log ==
          std::vector<std::string>{"a1", "b1", "a2", "b2", "a3", "b3", "a4", "b4", "a5", "b5"});
  }
}

TEST_CASE("listeners hear of a batch in order, with its records and delays") {
  struct recorder : streaming_listener {
    std::vector<std::string> events;
    std::vector<batch_info> completed;
    void on_streaming_started(batch_time) override { events.push_back("streaming"); }
    void on_batch_submitted(batch_info const& b) override { note("submitted", b); }
    void on_batch_started(batch_info const& b) override { note("started", b); }
    void on_output_started(batch_info const& b, output_info const&) override { note("output", b); }
    void on_output_completed(batch_info const& b, output_info const& o) override {
      note("done:" + o.name, b);
    }
    void on_batch_completed(batch_info const& b) override {
      note("completed", b);
      completed.push_back(b);
    }
    void note(std::string what, batch_info const& b) {
      events.push_back(what + ' ' + std::to_string(b.batch.id));
    }
  };
  testkit::simulation sim{0, testkit::schedule::fifo};
  auto o = hourly();
  o.max_in_flight_batches = 1;
  auto const heard = std::make_shared<recorder>();
  {
    streaming_context ssc{o, sim.where()};
    ssc.add_listener(heard);
    ssc.queue_stream<int>({{1, 2, 3}, {4}}).collect_into(std::make_shared<collected<int>>());
    ssc.start();
    ssc.run_until_idle();
    ssc.stop();
  }
  CHECK(heard->events ==
        std::vector<std::string>{"streaming", "submitted 1", "started 1", "output 1",
                                 "done:collect_into#2 1", "completed 1", "submitted 2", "started 2",
                                 "output 2", "done:collect_into#2 2", "completed 2"});
  REQUIRE(heard->completed.size() == 2);
  CHECK(heard->completed[0].records == 3);
  CHECK(heard->completed[0].inputs.at(0).records == 3);
  CHECK(heard->completed[0].scheduling_delay().has_value());
  CHECK(*heard->completed[0].total_delay() ==
        *heard->completed[0].scheduling_delay() + *heard->completed[0].processing_delay());
}

TEST_CASE("several contexts of one process do not disturb each other") {
  streaming_context one{hourly()};
  streaming_context two{hourly()};
  auto a = std::make_shared<collected<int>>();
  auto b = std::make_shared<collected<int>>();
  one.queue_stream<int>({{1}, {2}}).collect_into(a);
  two.queue_stream<int>({{3}}).collect_into(b);
  one.start();
  two.start();
  two.run_until_idle();
  one.run_until_idle();
  CHECK(a->records() == std::vector{1, 2});
  CHECK(b->records() == std::vector{3});
}

TEST_CASE("union_with of two contexts is a usage_error") {
  streaming_context one{hourly()};
  streaming_context two{hourly()};
  auto a = one.queue_stream<int>({{1}});
  auto b = two.queue_stream<int>({{1}});
  CHECK(contains(message_of([&] { a.union_with(b); }), "another context"));
}

TEST_CASE("named refuses an empty name and one that is taken") {
  streaming_context ssc{hourly()};
  auto a = ssc.queue_stream<int>({{1}}).map([](int x) { return x; }).named("twice");
  auto b = a.map([](int x) { return x; });
  CHECK(contains(message_of([&] { b.named("twice"); }), "\"twice\""));
  CHECK_THROWS_AS(b.named(""), usage_error);
}

TEST_CASE("explain names stages, fused steps and exchanges") {
  streaming_context ssc{hourly()};
  ssc.queue_stream<std::string>({{"a"}})
      .flat_map(split_words)
      .map([](std::string_view w) {
        return std::pair{w, 1L};
      })
      .reduce_by_key(std::plus<>{})
      .named("counts")
      .print();
  auto const text = ssc.explain();
  CAPTURE(text);
  CHECK(contains(text, "[hash]: flat_map#2 -> map#3 -> counts"));
  CHECK(contains(text, "stage 1 (2 partitions)"));
  CHECK(contains(text, "[gather]"));
}
