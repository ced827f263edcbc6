#include <doctest/doctest.h>
#include <actors/src/pace/batch_sizer.hpp>
#include <sluice/supervision/world.hpp>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

/// What processing costs: so much per batch, and per 1000 records.
struct cost {
  duration per_batch;
  duration per_thousand;
  duration of(std::uint64_t records) const {
    return per_batch + per_thousand * static_cast<std::int64_t>(records) / 1000;
  }
};

/// Batches of as many records as are allowed. @return their sizes
std::vector<std::uint64_t> full_batches(batch_sizer& sizer, cost how, int n) {
  std::vector<std::uint64_t> sizes;
  for (int i = 0; i != n; ++i) {
    sizes.push_back(sizer.limit());
    sizer.learn(sizes.back(), how.of(sizes.back()));
  }
  return sizes;
}

}  // namespace

TEST_CASE("batch_sizer begins small and grows to what fits the budget, never beyond it") {
  for (auto const& how : {cost{0us, 50us}, cost{100us, 50us}, cost{1ms, 10us}, cost{2ms, 400us}}) {
    batch_sizer sizer{5ms};
    auto const sizes = full_batches(sizer, how, 60);
    CHECK(sizes.front() == batch_sizer::first_limit);
    for (auto const size : sizes) CHECK(how.of(size) <= 5ms);
    CHECK(how.of(sizes.back()) >= 4800us);
  }
}

TEST_CASE("batch_sizer shrinks at once when a batch was beyond the budget") {
  batch_sizer sizer{5ms};
  sizer.learn(1'000, 50ms);
  CHECK(sizer.limit() == 100);
  auto const slow = cost{500us, 45ms};
  for (int i = 0; i != 40; ++i) sizer.learn(sizer.limit(), slow.of(sizer.limit()));
  CHECK(slow.of(sizer.limit()) <= 5100us);
}

TEST_CASE("batch_sizer is not misled by small batches and learns nothing from empty ones") {
  batch_sizer sizer{5ms};
  full_batches(sizer, {100us, 50us}, 30);
  auto const learned = sizer.limit();
  sizer.learn(0, 20ms);
  for (int i = 0; i != 100; ++i) sizer.learn(1, 101us);
  CHECK(sizer.limit() == learned);
}

TEST_CASE("batch_sizer always allows a record") {
  batch_sizer sizer{1us};
  for (int i = 0; i != 10; ++i) sizer.learn(sizer.limit(), 1s);
  CHECK(sizer.limit() == 1);
}

TEST_CASE("batch_sizer keeps batches within the budget whatever came before, for random costs") {
  auto chance = random_for(7, "costs");
  for (int round = 0; round != 200; ++round) {
    batch_sizer sizer{10ms};
    cost const how{duration{static_cast<std::int64_t>(chance.below(4'000))},
                   duration{static_cast<std::int64_t>(1 + chance.below(20'000))}};
    CAPTURE(how.per_batch.count());
    CAPTURE(how.per_thousand.count());
    full_batches(sizer, how, 60);
    for (int i = 0; i != 50; ++i) {
      auto const size = 1 + chance.below(sizer.limit());
      sizer.learn(size, how.of(size));
    }
    CHECK(how.of(sizer.limit()) <= 10'100us);
  }
}
