#include <doctest/doctest.h>
#include <numeric>
#include <sluice/receivers/receiver_input.hpp>
#include <sluice/receivers/socket_text_input.hpp>

#include "tests/receivers/fake_host.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

struct scripted final : receiver<int> {
  explicit scripted(std::function<void(receiver_handle<int>&)> start) : start_{std::move(start)} {}
  void on_start(receiver_handle<int>& into) override { start_(into); }
  void on_stop() override {}

 private:
  std::function<void(receiver_handle<int>&)> start_;
};

/// A receiver whose stores are made by the test.
struct stage {
  explicit stage(receiver_options how, buffer_limits limits = {std::size_t{1} << 20, 10})
      : sim{limits}, input{std::make_unique<scripted>([this](auto& h) { handle = &h; }), how} {
    input.start(sim.host);
    sim.settle();
  }
  void store(int from, int to) {
    std::vector<int> block(static_cast<std::size_t>(to - from));
    std::iota(block.begin(), block.end(), from);
    handle->store(std::move(block));
  }
  std::vector<int> next(batch_id batch, std::uint64_t most = everything) {
    return records_of<int>(input.cut({batch, {}}, most).parts);
  }
  std::uint64_t counter(std::string const& name) {
    auto const all = input.counters();
    auto const found = all.find(name);
    return found == all.end() ? 0 : found->second;
  }

  simulation sim;
  receiver_handle<int>* handle = nullptr;
  receiver_input<int> input;
};

std::vector<int> list(std::initializer_list<std::pair<int, int>> ranges) {
  std::vector<int> all;
  for (auto [from, to] : ranges)
    for (; from != to; ++from) all.push_back(from);
  return all;
}

}  // namespace

TEST_CASE("overflow decides which records of a full receiver are dropped, and counts them") {
  struct row {
    sluice::overflow policy;
    std::vector<int> kept;
    char const* counter;
    std::uint64_t dropped;
  };
  // The buffer has room for 10 records; blocks of 4 come.
  for (auto const& r : {row{overflow::drop_head, list({{8, 16}}), "dropped_head", 8},
                        row{overflow::drop_tail, list({{0, 4}, {12, 16}}), "dropped_tail", 8},
                        row{overflow::drop_new, list({{0, 8}}), "dropped_new", 8}}) {
    CAPTURE(r.counter);
    stage s{{.overflow = r.policy}};
    for (int from = 0; from != 16; from += 4) s.store(from, from + 4);
    s.sim.settle();
    CHECK(s.next(1) == r.kept);
    CHECK(s.counter(r.counter) == r.dropped);
    CHECK(s.counter("records") == 16);
    CHECK(s.sim.host->count(receiver_event::type::error) >= 1);
  }
}

TEST_CASE("overflow drops single records, too, and nothing that is in a batch already") {
  for (auto policy : {overflow::drop_head, overflow::drop_tail, overflow::drop_new}) {
    CAPTURE(to_string(policy));
    stage s{{.overflow = policy}};
    for (int i = 0; i != 6; ++i) s.handle->store(i);
    CHECK(s.next(1) == list({{0, 6}}));
    for (int i = 6; i != 100; ++i) s.handle->store(i);
    auto const waiting = s.next(2);
    CHECK(waiting.size() <= 4);
    CHECK(waiting.size() >= 1);
    auto const dropped =
        s.counter("dropped_head") + s.counter("dropped_tail") + s.counter("dropped_new");
    CHECK(6 + waiting.size() + dropped == 100);
    CHECK(s.counter("records") == 100);
    s.input.committed(2);
    s.handle->store(100);
    CHECK(s.next(3) == std::vector{100});
  }
}

TEST_CASE("overflow tells of drops at 1, 2, 4, 8, not once per record") {
  stage s{{.overflow = overflow::drop_new}};
  for (int i = 0; i != 5'000; ++i) {
    s.handle->store(i);
    s.sim.settle();
  }
  auto const told = s.sim.host->reasons(receiver_event::type::error);
  CHECK(told.size() <= 13);
  CHECK(told.back().find("records dropped since the start") != std::string::npos);
  CHECK(told.back().find("overflow::drop_new") != std::string::npos);
}

TEST_CASE("overflow fail ends the receiver with an error and keeps what it took") {
  stage s{{.overflow = overflow::fail}};
  s.store(0, 10);
  CHECK_THROWS_AS(s.handle->store(10), receiver_stopped);
  CHECK_THROWS_AS(s.handle->store(11), receiver_stopped);
  s.sim.settle();
  CHECK(s.handle->stopped());
  CHECK(s.sim.host->count(receiver_event::type::stopped) == 1);
  auto const told = s.sim.host->reasons(receiver_event::type::error);
  REQUIRE(told.size() == 1);
  CHECK(told[0].find("overflow::fail") != std::string::npos);
  CHECK(s.next(1) == list({{0, 10}}));
}

TEST_CASE("overflow that drops takes the exactly-once guarantee of a replayable receiver") {
  auto const guarantee = [](sluice::overflow policy) {
    return stage{{.replayable = true, .overflow = policy}}.input.guarantee();
  };
  for (auto policy : {overflow::backpressure, overflow::fail, overflow::spill})
    CHECK(guarantee(policy) == delivery::exactly_once);
  for (auto policy : {overflow::drop_head, overflow::drop_tail, overflow::drop_new})
    CHECK(guarantee(policy) == delivery::at_most_once);
}

TEST_CASE("overflow never gives a record twice to the process after, though some were dropped") {
  for (auto policy : {overflow::drop_head, overflow::drop_tail, overflow::drop_new})
    for (std::uint64_t most = 1; most != 12; ++most) {
      CAPTURE(to_string(policy));
      CAPTURE(most);
      receiver_options const how{.replayable = true, .overflow = policy};
      stage before{how};
      for (int at = 0; at != 5; ++at) {
        std::vector<int> block(4);
        std::iota(block.begin(), block.end(), 4 * at);
        before.handle->store_at(static_cast<std::uint64_t>(at), std::move(block));
      }
      auto seen = before.next(1, most);
      stage after{how};
      after.input.stop();
      receiver_handle<int>* handle = nullptr;
      receiver_input<int> next{std::make_unique<scripted>([&](auto& h) { handle = &h; }), how};
      if (auto const position = before.input.position(); !position.empty())
        next.go_on_from(position);
      next.start(after.sim.host);
      auto const last = handle->last_position();
      for (auto at = last ? *last + 1 : 0; at != 5; ++at) {
        std::vector<int> block(4);
        std::iota(block.begin(), block.end(), static_cast<int>(4 * at));
        handle->store_at(at, std::move(block));
      }
      for (auto n : records_of<int>(next.cut({2, {}}, everything).parts)) {
        CHECK(std::count(seen.begin(), seen.end(), n) == 0);
        seen.push_back(n);
      }
      next.stop();
    }
}

TEST_CASE("overflow drops lines of a socket instead of letting the peer wait") {
  for (auto policy : {overflow::drop_head, overflow::drop_tail, overflow::drop_new}) {
    CAPTURE(to_string(policy));
    simulation sim{{20'000, 1'000'000}};
    std::string flood;
    for (int i = 0; i != 10'000; ++i) flood += "line " + std::to_string(i) + "\n";
    auto& peer = sim.world.network().listen("feed", 9999);
    peer.accept(testkit::sim_script{}.send(flood));
    socket_text_input input{"feed", 9999, {.overflow = policy}};
    input.start(sim.host);
    sim.advance(10s);
    CHECK(peer.bytes_taken() == flood.size());
    auto const status = input.status(false);
    CHECK(status.bytes <= 30'000);
    auto const lines = lines_of(input.cut({1, {}}, everything).parts);
    auto const counters = input.counters();
    auto const dropped =
        counters.at("dropped_head") + counters.at("dropped_tail") + counters.at("dropped_new");
    CHECK(dropped > 0);
    CHECK(lines.size() + dropped == 10'000);
    CHECK(counters.at("records") == 10'000);
    if (policy == overflow::drop_head) CHECK(lines.back() == "line 9999");
    if (policy == overflow::drop_new) CHECK(lines.front() == "line 0");
    input.stop();
  }
}

TEST_CASE("overflow fail ends a socket input with an error") {
  simulation sim{{20'000, 1'000'000}};
  std::string flood;
  for (int i = 0; i != 10'000; ++i) flood += "some line of text\n";
  sim.world.network().listen("feed", 9999).accept(testkit::sim_script{}.send(flood));
  socket_text_input input{"feed", 9999, {.overflow = overflow::fail}};
  input.start(sim.host);
  sim.advance(10s);
  auto const told = sim.host->reasons(receiver_event::type::stopped);
  REQUIRE(told.size() == 1);
  CHECK(told[0].find("overflow::fail") != std::string::npos);
  CHECK(input.status(false).records > 0);
  input.stop();
}
