#include <doctest/doctest.h>
#include <set>
#include <sluice/operators/error.hpp>
#include <sluice/testkit/sim_world.hpp>
#include <string>
#include <vector>

#include "tests/print_results.hpp"

using namespace sluice;
using namespace sluice::testkit;
using namespace std::chrono_literals;

TEST_CASE("sim_clock stands still until it is advanced, and moves both clocks") {
  sim_clock time;
  CHECK(time.now() == sim_clock::epoch);
  CHECK(time.monotonic() == 0ns);
  time.advance(1500us);
  CHECK(time.now() == sim_clock::epoch + 1500us);
  CHECK(time.monotonic() == 1500us);
  time.set(2ms);
  CHECK(time.now() == sim_clock::epoch + 2ms);
}

TEST_CASE("sim_clock goes back by a jump of the wall clock only") {
  sim_clock time;
  time.advance(10s);
  time.jump(-1h);
  CHECK(time.now() == sim_clock::epoch + 10s - 1h);
  CHECK(time.monotonic() == 10s);
  CHECK_THROWS_AS(time.advance(-1ns), usage_error);
  CHECK_THROWS_AS(time.set(9s), usage_error);
}

TEST_CASE("sim_events run when they are due, never earlier") {
  sim_clock time;
  sim_events events{time};
  random_stream choice{1};
  auto ran = 0;
  events.post(
      "later", [&] { ++ran; }, 5ms);
  CHECK_FALSE(events.ready());
  CHECK_FALSE(events.run_one(choice));
  CHECK(*events.next_due() == 5ms);
  time.advance(5ms);
  CHECK(events.ready());
  CHECK(events.run_one(choice));
  CHECK(ran == 1);
  CHECK(events.last() == "later");
  CHECK_FALSE(events.next_due());
}

TEST_CASE("sim_events draw the order of what is due, the same for the same seed") {
  auto const order_of = [](std::uint64_t seed) {
    sim_clock time;
    sim_events events{time};
    random_stream choice{seed};
    auto order = std::string{};
    for (auto const letter : {'a', 'b', 'c', 'd'}) {
      events.post("letter", [&order, letter] { order += letter; });
    }
    events.post(
        "late", [&order] { order += 'z'; }, 1ns);
    while (events.run_one(choice)) {
    }
    CHECK(events.pending() == 1);
    return order;
  };
  auto orders = std::set<std::string>{};
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    CHECK(order_of(seed) == order_of(seed));
    orders.insert(order_of(seed));
  }
  CHECK(orders.size() == 24);
}

TEST_CASE("sim_events let an event post another, which does not run inside it") {
  sim_clock time;
  sim_events events{time};
  random_stream choice{1};
  auto steps = std::string{};
  events.post("outer", [&] {
    events.post("inner", [&] { steps += "inner"; });
    steps += "outer ";
  });
  CHECK(events.run_one(choice));
  CHECK(steps == "outer ");
  CHECK(events.run_one(choice));
  CHECK(steps == "outer inner");
}

TEST_CASE("sim_events forget what waits") {
  sim_clock time;
  sim_events events{time};
  random_stream choice{1};
  events.post("forgotten", [] { FAIL("it was forgotten"); });
  events.clear();
  CHECK(events.pending() == 0);
  CHECK_FALSE(events.run_one(choice));
}

TEST_CASE("sim_world gives each subsystem its own stream from the seed") {
  sim_world world{7};
  sim_world same{7};
  sim_world other{8};
  CHECK(world.random("restarts")() == same.random("restarts")());
  CHECK(world.random("restarts")() != other.random("restarts")());
  CHECK(world.random("restarts")() != world.random("sampling")());
  CHECK(world.random("restarts")() == random_for(7, "restarts")());
  CHECK(world.simulated());
  CHECK(world.seed() == 7);
}

TEST_CASE("sim_world runs the same with the same seed") {
  auto const run = [](std::uint64_t seed) {
    sim_world world{seed};
    auto choice = world.random("schedule");
    auto trace = std::vector<std::string>{};
    world.network().set_split_reads(true);
    world.network().listen("feed", 9999).accept(sim_script{}.send("some text to be cut").close());
    auto const watched = world.storage().watch_directory("/", [&] { trace.push_back("told"); });
    std::shared_ptr<connection> client;
    std::function<void(read_result)> const got = [&](read_result result) {
      trace.push_back(std::string{result.buffer.data.get(), result.bytes});
      world.storage().put(std::to_string(trace.size()), "x");
      if (result.bytes > 0) client->read(std::move(result.buffer), 0, got);
    };
    world.network().connect("feed", 9999, 1s, [&](auto connected) {
      client = *connected;
      client->read({std::make_unique<char[]>(8), 8}, 0, got);
    });
    while (world.events().run_one(choice)) trace.push_back(world.events().last());
    return trace;
  };
  auto different = std::set<std::vector<std::string>>{};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    CHECK(run(seed) == run(seed));
    different.insert(run(seed));
  }
  CHECK(different.size() > 5);
}

TEST_CASE("sim_world that crashes forgets everything that was pending") {
  sim_world world{1};
  random_stream choice{1};
  auto& peer = world.network().listen("feed", 9999);
  auto const watched = world.storage().watch_directory("/", [] { FAIL("the process is dead"); });
  world.network().connect("feed", 9999, 1s, [](auto) { FAIL("the process is dead"); });
  auto const file = world.storage().open_write("a", write_mode::append);
  REQUIRE((*file)->append("not synced"));
  world.crash(crash_loss::everything);
  CHECK(world.events().pending() == 0);
  CHECK_FALSE(world.storage().contents("a"));
  CHECK(peer.accepted() == 0);
  world.network().connect("feed", 9999, 1s, [](auto) {});
  while (world.events().run_one(choice)) {
  }
  CHECK(peer.accepted() == 1);
}

TEST_CASE("sim_world releases what its callbacks own when it goes") {
  auto const owned = std::make_shared<int>(1);
  {
    sim_world world{1};
    random_stream choice{1};
    world.network().listen("feed", 9999);
    world.network().connect("feed", 9999, 1s, [owned](auto connected) {
      auto const client = *connected;
      client->read({std::make_unique<char[]>(8), 8}, 0, [owned, client](read_result) {});
    });
    CHECK(world.events().run_one(choice));
    world.network().connect("feed", 9999, 1s, [owned](auto) {});
    CHECK(owned.use_count() > 2);
  }
  CHECK(owned.use_count() == 1);
}
