#include <doctest/doctest.h>
#include <actors/src/flow/wait_board.hpp>
#include <actors/src/roles/setup.hpp>

using namespace sluice;
using namespace std::chrono_literals;
using flow::credit;
using flow::wait_board;
using flow::waiter;

namespace {

constexpr waiter first{waiter::kind::link, 7};
constexpr waiter second{waiter::kind::input, 0};

std::vector<wait_board::news> look(wait_board& board, wait_board::time now) {
  std::optional<wait_board::time> again;
  return board.look(now, again);
}

}  // namespace

TEST_CASE("wait_board lists who waits, the oldest first, and forgets who does not any more") {
  wait_board board{1s};
  board.begin(first, {4, 10, 20}, {4, 100, 200}, 5s);
  board.begin(second, {}, {}, 3s);
  auto const waits = board.waiting();
  REQUIRE(waits.size() == 2);
  CHECK(waits[0].who == second);
  CHECK(waits[1].held == credit{4, 10, 20});
  board.end(second, 6s);
  CHECK(board.waiting().size() == 1);
}

TEST_CASE("wait_board tells a stall once, when it has lasted, and once when it is over") {
  wait_board board{1s};
  board.begin(first, {}, {}, 0s);
  CHECK(look(board, 999ms).empty());
  auto const begun = look(board, 1s);
  REQUIRE(begun.size() == 1);
  CHECK_FALSE(begun[0].over);
  CHECK(look(board, 5s).empty());
  board.end(first, 6s);
  CHECK(look(board, 6999ms).empty());
  auto const over = look(board, 7s);
  REQUIRE(over.size() == 1);
  CHECK(over[0].over);
  CHECK(over[0].lasted == 6s);
  CHECK(look(board, 20s).empty());
}

TEST_CASE("wait_board says nothing of waits that are short, however many there are") {
  wait_board board{1s};
  for (int i = 0; i != 100; ++i) {
    board.begin(first, {}, {}, i * 1s);
    board.end(first, i * 1s + 900ms);
    CHECK(look(board, i * 1s + 950ms).empty());
  }
}

TEST_CASE("wait_board takes a stall that is interrupted for a moment for one stall") {
  wait_board board{1s};
  board.begin(first, {}, {}, 0s);
  CHECK(look(board, 1s).size() == 1);
  for (auto t = 2s; t != 10s; t += 1s) {
    board.end(first, t);
    board.begin(first, {}, {}, t + 500ms);
    CHECK(look(board, t + 500ms).empty());
    CHECK(board.waiting().at(0).since == 0s);
  }
  board.end(first, 10s);
  CHECK(look(board, 11s).size() == 1);
}

TEST_CASE(
    "wait_board asks for one look however many begin to wait, and for the next when it is due") {
  wait_board board{1s};
  int calls = 0;
  board.set_alarm([&] { ++calls; });
  board.begin(first, {}, {}, 0s);
  board.begin(second, {}, {}, 300ms);
  CHECK(calls == 1);
  std::optional<wait_board::time> again;
  CHECK(board.look(1s, again).size() == 1);
  CHECK(again == 300ms);
  again.reset();
  CHECK(board.look(1300ms, again).size() == 1);
  CHECK_FALSE(again.has_value());
  board.end(first, 2s);
  CHECK(calls == 2);
}

TEST_CASE("wait_board forgets links and generator with their region, inputs wait on") {
  wait_board board{1s};
  board.begin(first, {}, {}, 0s);
  board.begin({waiter::kind::generator, 0}, {}, {}, 0s);
  board.begin(second, {}, {}, 0s);
  board.forget_region(1s);
  REQUIRE(board.waiting().size() == 1);
  CHECK(board.waiting()[0].who == second);
}

TEST_CASE("link_numbers finds the ends of the link that it has numbered") {
  plan p;
  for (std::size_t id = 0; id != 3; ++id) {
    p.stages.emplace_back();
    p.stages.back().id = id;
    p.stages.back().partitions = 2 + id;
  }
  p.stages[0].input_index = 0;
  p.stages[1].ports.push_back({0, 0, 0, 0, exchange::hash, 2});
  p.stages[2].ports.push_back({0, 0, 0, 0, exchange::hash, 2});
  p.stages[2].ports.push_back({0, 0, 1, 0, exchange::hash, 3});
  link_numbers const numbers{p};
  for (std::size_t r = 0; r != 2; ++r) {
    auto const at = numbers.find(numbers.of_input(0, r));
    CHECK(at.to_stage == 0);
    CHECK_FALSE(at.port.has_value());
    CHECK(at.receiver == r);
  }
  for (std::size_t to = 1; to != 3; ++to)
    for (std::size_t port = 0; port != p.stages[to].ports.size(); ++port)
      for (std::size_t s = 0; s != p.stages[to].ports[port].upstream_partitions; ++s)
        for (std::size_t r = 0; r != p.stages[to].partitions; ++r) {
          auto const at = numbers.find(numbers.of(to, port, s, r));
          CHECK(at.to_stage == to);
          CHECK(at.port == port);
          CHECK(at.sender == s);
          CHECK(at.receiver == r);
        }
}
