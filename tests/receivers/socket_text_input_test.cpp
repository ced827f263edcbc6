#include <doctest/doctest.h>
#include <algorithm>
#include <sluice/operators/error.hpp>
#include <sluice/receivers/socket_text_input.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tests/receivers/fake_host.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;
using testkit::sim_peer;
using testkit::sim_script;

namespace {

constexpr auto an_error = receiver_event::type::error;

struct fixture : simulation {
  explicit fixture(socket_options how = {}, buffer_limits limits = {}, std::uint64_t seed = 1)
      : simulation{limits, 1, seed}, source{"feed", 9999, how} {}
  ~fixture() { source.stop(); }

  void start() {
    source.start(host);
    settle();
  }
  text_list next() { return next_lines(source, ++batch); }
  std::uint64_t counter(std::string const& name) const { return source.counters().at(name); }

  sim_peer& peer = world.network().listen("feed", 9999);
  socket_text_input source;
  batch_id batch = 0;
};

socket_options quick() {
  return {.backoff = {.min = 100ms, .max = 1000ms, .factor = 2, .jitter = 0}};
}

bool mentions(std::string const& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

template <class F>
std::string complaint(F&& f) {
  try {
    f();
  } catch (usage_error const& e) {
    return e.what();
  }
  return {};
}

std::string many_lines(std::size_t count) {
  auto text = std::string{};
  for (std::size_t i = 0; i < count; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}

}  // namespace

TEST_CASE("socket text input delivers lines as they were sent") {
  auto f = fixture{};
  f.peer.accept(sim_script{}.send("one\n\ntwo \xff\n").send("three\r\n"));
  f.start();
  CHECK(f.source.describe() == "socket_text feed:9999");
  CHECK(f.source.status(false).records == 4);
  CHECK_FALSE(f.source.status(false).idle);
  CHECK(f.next() == text_list{"one", "", "two \xff", "three\r"});
  CHECK(f.source.status(false).idle);
  CHECK(f.next().empty());
  CHECK(f.host->reasons(receiver_event::type::started) == text_list{"feed:9999: connected"});
  CHECK(f.counter("records") == 4);
}

TEST_CASE("socket text input gives the same lines however the reads were cut") {
  auto const text = many_lines(2000) + "the last\n";
  auto expected = text_list{};
  for_each_line(text, [&](std::string_view line) { expected.emplace_back(line); });
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    auto f = fixture{{}, {.bytes = 64 * 1024}, seed};
    f.world.network().set_split_reads(true);
    f.peer.accept(sim_script{}.send(text));
    f.start();
    auto got = text_list{};
    while (got.size() < expected.size()) {
      auto const lines = f.next();
      REQUIRE(!lines.empty());
      got.insert(got.end(), lines.begin(), lines.end());
      f.settle();
    }
    CHECK(got == expected);
  }
}

TEST_CASE("socket text input asks for no read while its buffer has no room") {
  auto const limits = buffer_limits{.bytes = 64 * 1024};
  constexpr auto block = std::uint64_t{4 * 1024};
  auto f = fixture{{}, limits};
  auto const text = many_lines(100'000);
  f.peer.accept(sim_script{}.send(text));
  f.start();
  auto& session = f.peer.session(0);
  CHECK_FALSE(session.reading());
  CHECK(session.bytes_taken() <= limits.bytes + block);
  CHECK(session.bytes_taken() >= limits.bytes - 2 * block);
  CHECK(f.source.status(false).bytes <= limits.bytes + block);

  // Cut is not committed: still no room.
  auto const cut = f.source.cut({1, {}}, everything);
  f.settle();
  CHECK_FALSE(session.reading());
  auto const taken = session.bytes_taken();
  f.source.committed(1);
  f.settle();
  CHECK(session.bytes_taken() > taken);
  CHECK(session.bytes_taken() <= taken + limits.bytes + block);
}

TEST_CASE("socket text input stops reading at the limit of records") {
  auto f = fixture{{}, {.bytes = 1 << 20, .records = 1000}};
  f.peer.accept(sim_script{}.send(std::string(100'000, '\n')));
  f.start();
  CHECK_FALSE(f.peer.session(0).reading());
  CHECK(f.source.status(false).records <= 1000 + 65'536);
  auto total = std::size_t{0};
  while (total < 100'000) {
    auto const lines = f.next().size();
    REQUIRE(lines > 0);
    total += lines;
    f.settle();
  }
  CHECK(total == 100'000);
}

TEST_CASE("socket text input gets every line through a buffer smaller than a block") {
  auto f = fixture{{}, {.bytes = 1000, .records = 3}};
  f.peer.accept(sim_script{}.send(many_lines(3000)));
  f.start();
  auto total = std::size_t{0};
  while (total < 3000) {
    auto const lines = f.next().size();
    REQUIRE(lines > 0);
    total += lines;
    f.settle();
  }
  CHECK(total == 3000);
}

TEST_CASE("socket text input cuts exactly as many lines as it is asked for") {
  auto f = fixture{};
  f.peer.accept(sim_script{}.send(many_lines(10)));
  f.start();
  auto const first = f.source.cut({1, {}}, 3);
  CHECK(lines_of(first.parts) == text_list{"line 0", "line 1", "line 2"});
  CHECK(first.records == 3);
  CHECK(first.after.records == 7);
  CHECK_FALSE(first.after.idle);
  CHECK(first.description == "feed:9999");
  CHECK(lines_of(f.source.cut({2, {}}, 100).parts).size() == 7);
}

TEST_CASE("socket text input connects again after the end of the stream and counts it") {
  auto f = fixture{quick()};
  f.peer.accept(sim_script{}.send("a\n").close()).accept(sim_script{}.send("b\n"));
  f.start();
  CHECK(f.next() == text_list{"a"});
  CHECK(f.host->reasons(an_error) ==
        text_list{"feed:9999: the peer closed the connection; connecting again in 100 ms"});
  f.advance(99ms);
  CHECK(f.peer.attempts() == 1);
  f.advance(1ms);
  CHECK(f.next() == text_list{"b"});
  CHECK(f.host->count(receiver_event::type::restarted) == 1);
  CHECK(f.counter("reconnects") == 1);
  CHECK(f.counter("lost_connections") == 1);
}

TEST_CASE("socket text input connects again after a failed read") {
  auto f = fixture{quick()};
  f.peer.accept(sim_script{}.send("a\n").reset(10ms)).accept(sim_script{}.send("b\n"));
  f.start();
  f.advance(200ms);
  CHECK(f.next() == text_list{"a", "b"});
  REQUIRE(f.host->count(an_error) == 1);
  CHECK(mentions(f.host->reasons(an_error)[0], "feed:9999: Connection reset by peer"));
}

TEST_CASE("socket text input waits longer from refusal to refusal, until data arrives") {
  auto f = fixture{quick()};
  f.peer.refuse(5).accept(sim_script{}.send("x\n").close());
  f.start();
  f.advance(10s);
  CHECK(f.host->delays ==
        std::vector<std::chrono::milliseconds>{100ms, 200ms, 400ms, 800ms, 1000ms, 100ms});
  CHECK(f.counter("failed_connects") == 5);
  REQUIRE(f.host->count(an_error) >= 1);
  CHECK(f.host->reasons(an_error)[0] ==
        "feed:9999: Connection refused; connecting again in 100 ms");
}

TEST_CASE("socket text input does not take a connection without data for progress") {
  auto f = fixture{quick()};
  f.peer.accept(sim_script{}.close()).accept(sim_script{}.close()).accept(sim_script{}.close());
  f.start();
  f.advance(1s);
  CHECK(f.host->delays == std::vector<std::chrono::milliseconds>{100ms, 200ms, 400ms});
}

TEST_CASE("socket text input gives up after the attempts it was given") {
  auto how = quick();
  how.max_connect_attempts = 3;
  auto f = fixture{how};
  f.peer.refuse(100);
  f.start();
  f.advance(60s);
  CHECK(f.peer.attempts() == 3);
  REQUIRE(f.host->count(receiver_event::type::stopped) == 1);
  CHECK(mentions(f.host->events.back().reason, "gave up after 3 attempts"));
  CHECK(f.source.status(true).idle);
}

TEST_CASE("socket text input gives up on a peer that does not answer in time") {
  auto how = quick();
  how.connect_timeout = 5s;
  auto f = fixture{how};
  f.peer.ignore(1).accept(sim_script{}.send("a\n"));
  f.start();
  f.advance(4s);
  CHECK(f.host->count(an_error) == 0);
  f.advance(2s);
  CHECK(f.next() == text_list{"a"});
}

TEST_CASE(
    "socket text input keeps a partial line until the peer is back, then emits and counts it") {
  auto f = fixture{quick()};
  f.peer.accept(sim_script{}.send("a\npart").close()).accept(sim_script{}.send("ial\n"));
  f.start();
  CHECK(f.next() == text_list{"a"});
  CHECK(f.counter("partial_lines") == 0);
  f.advance(1s);
  CHECK(f.next() == text_list{"part", "ial"});
  CHECK(f.counter("partial_lines") == 1);
  CHECK(f.counter("dropped_lines") == 0);
}

TEST_CASE("socket text input drops and counts a partial line if it is told to") {
  auto how = quick();
  how.partial_line = partial_line::drop;
  auto f = fixture{how};
  f.peer.accept(sim_script{}.send("a\npart").close()).accept(sim_script{}.send("b\n"));
  f.start();
  f.advance(1s);
  CHECK(f.next() == text_list{"a", "b"});
  CHECK(f.counter("partial_lines") == 1);
  CHECK(f.counter("dropped_lines") == 1);
  CHECK(f.counter("dropped_bytes") == 4);
}

TEST_CASE("socket text input makes everything received cuttable when it is drained") {
  auto f = fixture{quick()};
  f.peer.accept(sim_script{}.send("a\nb\npart"));
  f.start();
  CHECK(f.peer.session(0).reading());
  f.source.drain();
  CHECK(f.source.status(false).records == 3);
  CHECK(f.next() == text_list{"a", "b", "part"});
  CHECK(f.source.status(false).idle);
  CHECK(f.counter("partial_lines") == 1);
  CHECK(f.peer.open() == 0);
  f.advance(10s);
  CHECK(f.peer.attempts() == 1);
  CHECK(f.host->reasons(receiver_event::type::stopped) == text_list{"drained"});
}

TEST_CASE("socket text input emits the partial line of a lost connection when it is drained") {
  auto f = fixture{quick()};
  f.peer.accept(sim_script{}.send("part").close());
  f.start();
  f.peer.refuse(1000);
  f.advance(1s);
  CHECK(f.next().empty());
  auto const attempts = f.peer.attempts();
  f.source.drain();
  CHECK(f.next() == text_list{"part"});
  f.advance(10s);
  CHECK(f.peer.attempts() == attempts);
}

TEST_CASE("socket text input takes what has arrived but was not yet fetched into a drain") {
  auto f = fixture{quick()};
  f.peer.accept(sim_script{}.send("a\nb"));
  f.source.start(f.host);
  // The bytes are read, the host was told, and did not get to it.
  for (auto steps = 0; steps < 100 && f.peer.bytes_taken() == 0; ++steps) {
    if (!f.world.events().run_one(f.choice)) f.host->run_one();
  }
  REQUIRE(f.peer.bytes_taken() == 3);
  while (f.world.events().run_one(f.choice)) {
  }
  f.source.drain();
  CHECK(f.next() == text_list{"a", "b"});
  f.settle();
  CHECK(f.next().empty());
}

TEST_CASE("socket text input ignores completions that come after its end") {
  // At every moment of a run with connects, reads, timers and ends.
  for (auto steps = 0; steps < 40; ++steps) {
    auto f = fixture{quick()};
    f.peer.refuse(1)
        .accept(sim_script{}.send("a\npart").close(5ms))
        .accept(sim_script{}.send("b\n").reset(1ms));
    f.source.start(f.host);
    for (auto step = 0; step < steps; ++step) {
      if (f.host->run_one() || f.world.events().run_one(f.choice)) continue;
      f.world.clock().advance(10ms);
      f.host->run_due_timers();
    }
    f.source.stop();
    auto const attempts = f.peer.attempts();
    f.advance(10s);
    CHECK(f.peer.attempts() == attempts);
    CHECK(f.peer.open() == 0);
  }
}

TEST_CASE("socket text input may be destroyed while completions are under way") {
  for (auto steps = 0; steps < 20; ++steps) {
    auto sim = simulation{};
    sim.world.network().listen("feed", 9999).accept(sim_script{}.send("a\n").close());
    {
      auto source = socket_text_input{"feed", 9999, quick()};
      source.start(sim.host);
      for (auto step = 0; step < steps; ++step)
        if (!sim.host->run_one()) sim.world.events().run_one(sim.choice);
      source.stop();
    }
    sim.advance(1s);
  }
}

TEST_CASE("socket text input splits, drops or fails at a line above the bound") {
  auto const text = std::string{"ok\n0123456789abc\nend\n"};
  auto how = quick();
  how.max_line_bytes = 10;
  {
    auto f = fixture{how};
    f.peer.accept(sim_script{}.send(text));
    f.start();
    CHECK(f.next() == text_list{"ok", "0123456789", "abc", "end"});
    CHECK(f.counter("long_lines") == 1);
  }
  {
    how.long_line = long_line::drop;
    auto f = fixture{how};
    f.peer.accept(sim_script{}.send(text));
    f.start();
    CHECK(f.next() == text_list{"ok", "end"});
    CHECK(f.counter("dropped_bytes") == 13);
  }
  {
    how.long_line = long_line::fail;
    auto f = fixture{how};
    f.peer.accept(sim_script{}.send(text));
    f.start();
    CHECK(f.next() == text_list{"ok"});
    REQUIRE(f.host->count(an_error) == 1);
    CHECK(mentions(f.host->reasons(an_error)[0], "max_line_bytes = 10"));
    CHECK(f.host->count(receiver_event::type::stopped) == 1);
    f.advance(10s);
    CHECK(f.peer.attempts() == 1);
  }
}

TEST_CASE(
    "socket text input takes the receiver's buffer for the bound of a line if it is smaller") {
  auto f = fixture{quick(), {.bytes = 5000}};
  f.peer.accept(sim_script{}.send(std::string(12'000, 'x')).send("\n"));
  f.start();
  auto sizes = std::vector<std::size_t>{};
  for (auto batches = 0; batches < 10; ++batches) {
    for (auto const& line : f.next()) sizes.push_back(line.size());
    f.settle();
  }
  CHECK(sizes == std::vector<std::size_t>{5000, 5000, 2000});
}

TEST_CASE("socket text input tells its host once of what arrives before the host looks") {
  auto f = fixture{};
  f.peer.accept(sim_script{}.send("a\n").send("b\n").send("c\n"));
  f.source.start(f.host);
  while (f.world.events().run_one(f.choice)) {
  }
  f.host->run();
  auto const before = f.host->posts();
  while (f.world.events().run_one(f.choice)) {
  }
  CHECK(f.host->posts() <= before + 1);
  f.settle();
  CHECK(f.next() == text_list{"a", "b", "c"});
}

TEST_CASE("socket text input names an option that is wrong, its value and the remedy") {
  CHECK(mentions(complaint([] { socket_text_input{"", 1}; }), "the host is empty"));
  CHECK(mentions(complaint([] { socket_text_input{"feed", 0}; }), "port of feed is 0"));
  CHECK(mentions(complaint([] {
                   socket_text_input{"feed", 1, {.max_line_bytes = 0}};
                 }),
                 "max_line_bytes is 0"));
  CHECK(mentions(complaint([] {
                   socket_text_input{"feed", 1, {.connect_timeout = 0ms}};
                 }),
                 "connect_timeout is 0 ms"));
  CHECK(mentions(complaint([] {
                   socket_text_input{"feed", 1, {.backoff = {.min = 0ms}}};
                 }),
                 "socket_text feed:1: backoff.min is 0 ms"));
}
