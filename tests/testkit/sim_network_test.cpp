#include <doctest/doctest.h>
#include <optional>
#include <sluice/operators/error.hpp>
#include <sluice/testkit/sim_world.hpp>
#include <string>

#include "tests/print_results.hpp"

using namespace sluice;
using namespace sluice::testkit;
using namespace std::chrono_literals;

namespace {

using connected = io_result<std::shared_ptr<connection>>;

io_buffer buffer(std::size_t capacity) { return {std::make_unique<char[]>(capacity), capacity}; }

std::string text(read_result const& result) { return {result.buffer.data.get(), result.bytes}; }

// A world and the loop that drives it.
struct stage {
  explicit stage(std::uint64_t seed = 1) : world{seed}, choice{seed} {}

  sim_world world;
  random_stream choice;
  sim_network& net = world.network();

  void run_due() {
    while (world.events().run_one(choice)) {
    }
  }
  void run_for(std::chrono::nanoseconds time) {
    auto const end = world.clock().monotonic() + time;
    for (;;) {
      run_due();
      auto const due = world.events().next_due();
      if (!due || *due > end) break;
      world.clock().set(*due);
    }
    world.clock().set(end);
  }
  std::optional<connected> connect(std::string host, std::uint16_t port,
                                   std::chrono::milliseconds timeout = 1s) {
    auto result = std::make_shared<std::optional<connected>>();
    net.connect(std::move(host), port, timeout, [result](connected got) { *result = got; });
    CHECK_FALSE(result->has_value());
    run_due();
    return *result;
  }
  std::shared_ptr<connection> open(sim_peer& peer) {
    auto const result = connect("feed", 9999);
    REQUIRE(result.has_value());
    REQUIRE(*result);
    CHECK(peer.accepted() > 0);
    return **result;
  }
  // None while the read is outstanding.
  std::optional<read_result> read(connection& from, std::size_t capacity = 64) {
    auto result = std::make_shared<std::optional<read_result>>();
    from.read(buffer(capacity), 0, [result](read_result got) { *result = std::move(got); });
    CHECK_FALSE(result->has_value());
    run_due();
    return std::move(*result);
  }
  std::string read_text(connection& from, std::size_t capacity = 64) {
    auto const result = read(from, capacity);
    REQUIRE(result);
    REQUIRE_FALSE(result->failed);
    return text(*result);
  }
};

}  // namespace

TEST_CASE("peer sends what its script says, when it says it") {
  stage at;
  auto& peer = at.net.listen("feed", 9999);
  peer.accept(sim_script{}.send("one\n").send("two\n", 10ms).close(5ms));
  auto const client = at.open(peer);
  CHECK(at.read_text(*client) == "one\n");
  auto second = std::optional<read_result>{};
  client->read(buffer(64), 0, [&](read_result got) { second = std::move(got); });
  at.run_for(9ms);
  CHECK_FALSE(second);
  at.run_for(1ms);
  REQUIRE(second);
  CHECK(text(*second) == "two\n");
  at.run_for(5ms);
  auto const end = at.read(*client);
  REQUIRE(end);
  CHECK(end->bytes == 0);
  CHECK_FALSE(end->failed);
  CHECK(peer.open() == 0);
}

TEST_CASE("peer delivers what it sent before it closed") {
  stage at;
  auto& peer = at.net.listen("feed", 9999);
  peer.accept(sim_script{}.send("last words").close());
  auto const client = at.open(peer);
  CHECK(at.read_text(*client, 4) == "last");
  CHECK(at.read_text(*client) == " words");
  CHECK(at.read_text(*client).empty());
  CHECK(at.read_text(*client).empty());
}

TEST_CASE("peer that resets loses what was not read") {
  stage at;
  auto& peer = at.net.listen("feed", 9999);
  peer.accept(sim_script{}.send("lost").reset());
  auto const client = at.open(peer);
  auto const result = at.read(*client);
  REQUIRE(result);
  REQUIRE(result->failed);
  CHECK(result->failed->message() == "feed:9999: Connection reset by peer");
  CHECK(result->buffer.capacity == 64);
}

TEST_CASE("peer fails an outstanding read when the network breaks") {
  stage at;
  auto& peer = at.net.listen("feed", 9999);
  auto const client = at.open(peer);
  auto result = std::optional<read_result>{};
  client->read(buffer(8), 0, [&](read_result got) { result = std::move(got); });
  CHECK(peer.session(0).reading());
  peer.session(0).cut();
  at.run_due();
  REQUIRE(result);
  CHECK(result->failed->code == std::errc::connection_reset);
}

TEST_CASE("peer plays one script per connection, later ones are silent") {
  stage at;
  auto& peer = at.net.listen("feed", 9999);
  peer.accept(sim_script{}.send("first")).accept(sim_script{}.send("second"));
  auto const one = at.open(peer);
  auto const two = at.open(peer);
  auto const three = at.open(peer);
  CHECK(at.read_text(*two) == "second");
  CHECK(at.read_text(*one) == "first");
  CHECK_FALSE(at.read(*three));
  peer.session(2).play(sim_script{}.send("at last"));
  at.run_due();
  CHECK(peer.bytes_taken() == 18);
  CHECK(peer.open() == 3);
}

TEST_CASE("peer without a reader blocks when the socket buffer is full") {
  stage at;
  auto& peer = at.net.listen("feed", 9999);
  peer.set_buffer(100).accept(sim_script{}.send(std::string(250, 'x')).send("late", 1ms).close());
  auto const client = at.open(peer);
  at.run_for(1s);
  auto const& session = peer.session(0);
  CHECK(session.bytes_taken() == 0);
  CHECK(session.bytes_buffered() == 100);
  CHECK(peer.bytes_blocked() == 150);
  CHECK(at.read_text(*client, 60).size() == 60);
  CHECK(session.bytes_taken() == 60);
  CHECK(session.bytes_blocked() == 90);
  CHECK(at.read_text(*client, 1000).size() == 100);
  CHECK(at.read_text(*client, 1000).size() == 90);
  CHECK(session.bytes_blocked() == 0);
  // The delay of the next step counts from the moment the blocked one ended.
  CHECK(session.bytes_buffered() == 0);
  at.run_for(1ms);
  CHECK(at.read_text(*client) == "late");
  CHECK(at.read_text(*client).empty());
}

TEST_CASE("peer has a default socket buffer of 64 KiB") {
  stage at;
  auto& peer = at.net.listen("feed", 9999);
  peer.accept(sim_script{}.send(std::string(100'000, 'x')));
  auto const client = at.open(peer);
  CHECK(peer.session(0).bytes_buffered() == 65'536);
  CHECK(peer.bytes_blocked() == 100'000 - 65'536);
}

TEST_CASE("peer refuses and ignores as many attempts as it was told") {
  stage at;
  auto& peer = at.net.listen("feed", 9999);
  peer.refuse(1).ignore(1);
  auto const refused = at.connect("feed", 9999);
  REQUIRE(refused);
  CHECK(refused->error().message() == "feed:9999: Connection refused");
  auto late = std::optional<connected>{};
  at.net.connect("feed", 9999, 50ms, [&](connected got) { late = got; });
  at.run_for(49ms);
  CHECK_FALSE(late);
  at.run_for(1ms);
  REQUIRE(late);
  CHECK(late->error().code == std::errc::timed_out);
  CHECK(at.open(peer));
  CHECK(peer.attempts() == 3);
  CHECK(peer.accepted() == 1);
}

TEST_CASE("peer answers after its latency, too late if that is longer than the timeout") {
  stage at;
  auto& peer = at.net.listen("feed", 9999);
  peer.set_latency(20ms);
  auto soon = std::optional<connected>{};
  auto never = std::optional<connected>{};
  at.net.connect("feed", 9999, 20ms, [&](connected got) { soon = got; });
  at.net.connect("feed", 9999, 19ms, [&](connected got) { never = got; });
  at.run_for(20ms);
  REQUIRE(soon);
  CHECK(*soon);
  REQUIRE(never);
  CHECK(never->error().code == std::errc::timed_out);
}

TEST_CASE("network refuses addresses where nobody listens") {
  stage at;
  at.net.listen("feed", 9999);
  CHECK((*at.connect("feed", 1)).error().message() == "feed:1: Connection refused");
  CHECK((*at.connect("other", 9999)).error().code == std::errc::connection_refused);
}

TEST_CASE("connection in simulation refuses reads that cannot be") {
  stage at;
  auto& peer = at.net.listen("feed", 9999);
  auto const client = at.open(peer);
  CHECK(at.read(*client, 0)->failed->code == std::errc::invalid_argument);
  auto first = std::optional<read_result>{};
  client->read(buffer(8), 0, [&](read_result got) { first = std::move(got); });
  CHECK(at.read(*client)->failed->code == std::errc::operation_in_progress);
  client->close();
  client->close();
  CHECK_FALSE(first);
  at.run_due();
  REQUIRE(first);
  CHECK(first->failed->code == std::errc::operation_canceled);
  CHECK(at.read(*client)->failed->code == std::errc::operation_canceled);
  CHECK(peer.open() == 0);
}

TEST_CASE("connection in simulation reads behind an offset") {
  stage at;
  auto& peer = at.net.listen("feed", 9999);
  peer.accept(sim_script{}.send("cdef"));
  auto const client = at.open(peer);
  auto partly_full = buffer(4);
  std::string_view{"abxx"}.copy(partly_full.data.get(), 4);
  auto result = std::optional<read_result>{};
  client->read(std::move(partly_full), 2, [&](read_result got) { result = std::move(got); });
  at.run_due();
  REQUIRE(result);
  CHECK(result->bytes == 2);
  CHECK(std::string_view{result->buffer.data.get(), 4} == "abcd");
}

TEST_CASE("connection dropped while its read is outstanding completes it") {
  stage at;
  auto& peer = at.net.listen("feed", 9999);
  auto client = at.open(peer);
  auto result = std::optional<read_result>{};
  client->read(buffer(8), 0, [&](read_result got) { result = std::move(got); });
  client.reset();
  at.run_due();
  REQUIRE(result);
  CHECK(result->failed->code == std::errc::operation_canceled);
}

TEST_CASE("network splits reads anywhere but keeps every byte in order") {
  auto whole = std::string{};
  for (int number = 0; number < 200; ++number) whole += std::to_string(number) + "\n";
  auto const sizes_of = [&](std::uint64_t seed) {
    stage at{seed};
    at.net.set_split_reads(true);
    auto& peer = at.net.listen("feed", 9999);
    peer.set_buffer(50).accept(sim_script{}.send(whole).close());
    auto const client = at.open(peer);
    auto sizes = std::vector<std::size_t>{};
    auto received = std::string{};
    do {
      received += at.read_text(*client, 30);
      sizes.push_back(received.size());
    } while (sizes.size() < 2 || sizes.back() != sizes[sizes.size() - 2]);
    CHECK(received == whole);
    return sizes;
  };
  CHECK(sizes_of(1) == sizes_of(1));
  CHECK(sizes_of(1) != sizes_of(2));
  CHECK(sizes_of(1).size() > whole.size() / 30 + 10);
}

TEST_CASE("network forgets connections and attempts of a process that died") {
  stage at;
  auto& peer = at.net.listen("feed", 9999);
  auto const client = at.open(peer);
  client->read(buffer(8), 0, [client](read_result) { FAIL("nobody is there to be told"); });
  at.net.connect("feed", 9999, 1s, [](connected) { FAIL("nobody is there to be told"); });
  at.net.crash();
  at.run_due();
  CHECK(peer.open() == 0);
  CHECK(at.open(peer));
  CHECK(peer.accepted() == 2);
}

TEST_CASE("connection may outlive its network") {
  auto at = std::make_unique<stage>();
  auto& peer = at->net.listen("feed", 9999);
  auto const client = at->open(peer);
  client->read(buffer(8), 0, [](read_result) { FAIL("the world is gone"); });
  at.reset();
  client->close();
}

TEST_CASE("peer refuses settings and questions without meaning") {
  stage at;
  auto& peer = at.net.listen("feed", 9999);
  CHECK_THROWS_AS(peer.set_buffer(0), usage_error);
  CHECK_THROWS_WITH_AS(peer.session(0),
                       "sim_peer feed:9999: there is no connection 0, only 0 so far", usage_error);
  CHECK(&at.net.listen("feed", 9999) == &peer);
}
