#include <doctest/doctest.h>
#include <limits>
#include <sluice/operators/error.hpp>
#include <string>
#include <vector>

#include "receivers/src/backoff_timer.hpp"

using namespace sluice;
using namespace std::chrono_literals;

namespace {

std::vector<std::int64_t> waits(backoff_timer timer, std::size_t count) {
  auto all = std::vector<std::int64_t>{};
  while (all.size() < count) all.push_back(timer.next().count());
  return all;
}

std::string complaint(reconnect_backoff const& how) {
  try {
    check_backoff("input", how);
  } catch (usage_error const& e) {
    return e.what();
  }
  return {};
}

}  // namespace

TEST_CASE("backoff grows by its factor up to its longest wait") {
  auto const how = reconnect_backoff{.min = 100ms, .max = 1000ms, .factor = 2, .jitter = 0};
  CHECK(waits({how, random_stream{1}}, 6) ==
        std::vector<std::int64_t>{100, 200, 400, 800, 1000, 1000});
}

TEST_CASE("backoff cuts the wait after chance has moved it") {
  auto const how = reconnect_backoff{.min = 100ms, .max = 150ms, .factor = 2, .jitter = 0.5};
  auto lowest = std::numeric_limits<std::int64_t>::max();
  auto highest = std::int64_t{0};
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    for (auto const wait : waits({how, random_stream{seed}}, 5)) {
      lowest = std::min(lowest, wait);
      highest = std::max(highest, wait);
    }
  }
  CHECK(lowest >= 50);
  CHECK(lowest < 60);
  CHECK(highest == 150);
}

TEST_CASE("backoff gives the same waits for the same generator") {
  auto const how = reconnect_backoff{};
  CHECK(waits({how, random_stream{7}}, 20) == waits({how, random_stream{7}}, 20));
  CHECK(waits({how, random_stream{7}}, 20) != waits({how, random_stream{8}}, 20));
}

TEST_CASE("backoff begins anew after a reset and survives any number of failures") {
  auto const how = reconnect_backoff{.min = 10ms, .max = 60'000ms, .factor = 10, .jitter = 0};
  auto timer = backoff_timer{how, random_stream{1}};
  for (auto i = 0; i < 2000; ++i) timer.next();
  CHECK(timer.next() == 60'000ms);
  CHECK(timer.failures() == 2001);
  timer.reset();
  CHECK(timer.next() == 10ms);
}

TEST_CASE("backoff options out of range are named with their value") {
  CHECK(complaint({.min = 0ms}) == "input: backoff.min is 0 ms; give at least 1 ms");
  CHECK(complaint({.min = 10ms, .max = 9ms}).find("backoff.max is 9 ms") != std::string::npos);
  CHECK(complaint({.factor = 0.5}).find("backoff.factor is 0.5") != std::string::npos);
  CHECK(complaint({.factor = std::numeric_limits<double>::quiet_NaN()}) != "");
  CHECK(complaint({.jitter = 1.5}).find("backoff.jitter is 1.5") != std::string::npos);
  CHECK(complaint({.jitter = -0.1}) != "");
  CHECK(complaint({}).empty());
}
