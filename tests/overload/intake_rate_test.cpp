#include <doctest/doctest.h>
#include <actors/src/pace/input_rates.hpp>

using namespace sluice;
using namespace std::chrono_literals;

TEST_CASE("intake_rate without a rate lets everything in") {
  intake_rate rate{{}, 0s};
  CHECK(rate.allowance(0s) == intake_rate::no_limit);
  rate.took(1'000'000);
  CHECK(rate.allowance(0s) == intake_rate::no_limit);
  CHECK(rate.until(1'000, 0s) == 0s);
}

TEST_CASE("intake_rate lets in what has passed of a second, and no more than a burst") {
  intake_rate rate{{.max_rate = 1'000}, 10s};
  CHECK(rate.allowance(10s) == 0);
  CHECK(rate.allowance(10s + 250ms) == 250);
  rate.took(250);
  CHECK(rate.allowance(10s + 250ms) == 0);
  CHECK(rate.until(100, 10s + 250ms) == 100ms);
  CHECK(rate.allowance(1h) == 1'000);
}

TEST_CASE("intake_rate makes up for a batch that was cut whatever the rate") {
  intake_rate rate{{.max_rate = 100}, 0s};
  rate.took(50);
  CHECK(rate.allowance(500ms) == 0);
  CHECK(rate.allowance(700ms) == 20);
}

TEST_CASE("intake_rate takes the smaller of the learned rate and the bound") {
  rate_estimator::gains const gains{};
  intake_rate rate{{.max_rate = 1'500, .initial_rate = 400}, 0s, rate_estimator{gains, 1s}};
  CHECK(rate.limit() == 400);
  rate.learn({batch_time{1s}, 1'000, 1s, 0s});
  CHECK(rate.limit() == 400);
  rate.learn({batch_time{2s}, 1'000, 1s, 0s});
  CHECK(rate.limit() == 1'000);
  rate.learn({batch_time{3s}, 2'000, 1s, 0s});
  CHECK(rate.limit() == 1'500);
  CHECK(rate.learned() == 2'000);
}

TEST_CASE("intake_rate learns for receivers only, and only if that is enabled") {
  options o;
  auto const learned = [&](intake_rules const& rules) {
    auto rate = make_intake_rate(o, rules, 0s);
    for (int i = 1; i != 4; ++i) rate.learn({batch_time{i * 1s}, 1'000, 1s, 0s});
    return rate.learned();
  };
  CHECK_FALSE(learned({.controlled = true}));
  o.backpressure.enabled = true;
  CHECK(learned({.controlled = true}) == 1'000);
  CHECK_FALSE(learned({.controlled = false}));
}

TEST_CASE("intake_rate can fill a batch of a size that is larger than a second's records") {
  options o;
  o.trigger = sluice::size(500);
  auto rate = make_intake_rate(o, {.max_rate = 100}, 0s);
  CHECK(rate.until(500, 0s) == 5s);
  CHECK(rate.allowance(5s) == 500);
}
