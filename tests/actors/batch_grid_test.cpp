#include <doctest/doctest.h>
#include <actors/src/batch_grid.hpp>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

batch_time at(std::chrono::milliseconds t) { return batch_time{t}; }

}  // namespace

TEST_CASE("batch_grid begins at the first multiple of the interval after the start") {
  batch_grid grid{every(1s), at(10'250ms)};
  CHECK(grid.zero() == at(10s));
  CHECK(grid.next_tick(at(10'250ms)) == at(11s));
  CHECK(grid.due(at(10'999ms)) == 0);
  CHECK(grid.due(at(11s)) == 1);
}

TEST_CASE("batch_grid started on a grid point waits for the next one") {
  batch_grid grid{every(1s), at(10s)};
  CHECK(grid.next_tick(at(10s)) == at(11s));
}

TEST_CASE("batch_grid catches up missed ticks one by one") {
  batch_grid grid{every(100ms), at(0ms)};
  CHECK(grid.due(at(350ms)) == 3);
  CHECK(grid.on_tick() == at(100ms));
  CHECK(grid.on_tick() == at(200ms));
  CHECK(grid.on_tick() == at(300ms));
  CHECK(grid.due(at(350ms)) == 0);
}

TEST_CASE("batch_grid cuts on request in virtual grid steps ahead of the clock") {
  batch_grid grid{every(1s), at(500ms)};
  CHECK(grid.on_request(at(500ms)) == at(1s));
  CHECK(grid.on_request(at(500ms)) == at(2s));
  CHECK(grid.due(at(2s)) == 0);
  CHECK(grid.next_tick(at(600ms)) == at(3s));
}

TEST_CASE("batch_grid on request after a long quiet time follows the clock") {
  batch_grid grid{every(1s), at(500ms)};
  CHECK(grid.on_request(at(60'200ms)) == at(60s));
}

TEST_CASE("batch_grid lets the ticks of a pause pass") {
  batch_grid grid{every(1s), at(0ms)};
  grid.skip_to(at(5'500ms));
  CHECK(grid.due(at(5'500ms)) == 0);
  CHECK(grid.due(at(6s)) == 1);
}

TEST_CASE("batch_grid without a clock gives strictly increasing times") {
  batch_grid grid{on_demand(), at(100ms)};
  auto const first = grid.on_request(at(100ms));
  auto const second = grid.on_request(at(100ms));
  CHECK(first > grid.zero());
  CHECK(second > first);
  CHECK(grid.on_request(at(200ms)) == at(200ms));
}

TEST_CASE("batch_grid survives a clock that jumps back") {
  batch_grid grid{every(1s), at(10'500ms)};
  CHECK(grid.on_tick() == at(11s));
  CHECK(grid.due(at(3s)) == 0);
  CHECK(grid.next_tick(at(3s)) == at(12s));
  CHECK(grid.on_request(at(3s)) == at(12s));
}
