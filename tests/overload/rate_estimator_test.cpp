#include <doctest/doctest.h>
#include <actors/src/pace/rate_estimator.hpp>
#include <vector>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

struct row {
  char const* what;
  std::chrono::milliseconds ended;
  std::uint64_t records;
  std::chrono::milliseconds processing;
  std::chrono::milliseconds scheduling;
  std::optional<double> rate;
};

void check_rows(rate_estimator::gains how, std::vector<row> const& rows) {
  rate_estimator learning{how, 1s};
  for (auto const& r : rows) {
    CAPTURE(r.what);
    auto const rate = learning.learn({batch_time{r.ended}, r.records, r.processing, r.scheduling});
    REQUIRE(rate.has_value() == r.rate.has_value());
    if (rate) CHECK(*rate == doctest::Approx(*r.rate));
  }
}

}  // namespace

TEST_CASE("rate_estimator gives the measured speed less a share of what has piled up") {
  check_rows({}, {
                     {"the first batch sets the speed", 1s, 1000, 500ms, 0ms, {}},
                     {"the speed of this batch", 2s, 1000, 1s, 0ms, 1000.0},
                     {"500 records have piled up: a fifth less", 3s, 1000, 1s, 500ms, 900.0},
                     {"twice as fast", 4s, 1000, 500ms, 0ms, 2000.0},
                     {"waited for two intervals", 5s, 1000, 500ms, 2s, 1200.0},
                     {"never below min_rate", 6s, 10, 1s, 0ms, 100.0},
                 });
}

TEST_CASE("rate_estimator learns nothing from batches that are old, empty or took no time") {
  check_rows({}, {
                     {"the first batch sets the speed", 2s, 1000, 500ms, 0ms, {}},
                     {"older than the one before", 1s, 1000, 1s, 0ms, {}},
                     {"as old as the one before", 2s, 1000, 1s, 0ms, {}},
                     {"no record", 3s, 0, 1s, 0ms, {}},
                     {"no time", 3s, 1000, 0ms, 0ms, {}},
                     {"all of that has changed nothing", 3s, 1000, 1s, 0ms, 1000.0},
                 });
}

TEST_CASE("rate_estimator weighs the error, its sum and its change as it is told") {
  check_rows({0.5, 0.0, 0.0, 1.0}, {
                                       {"the first", 1s, 1000, 1s, 0ms, {}},
                                       {"half of the way", 2s, 2000, 1s, 0ms, 1500.0},
                                       {"and again", 3s, 2000, 1s, 0ms, 1750.0},
                                   });
  check_rows({0.0, 0.0, 0.5, 1.0}, {
                                       {"the first", 1s, 1000, 1s, 0ms, {}},
                                       {"error of -1000 in 2 s", 3s, 2000, 1s, 0ms, 1250.0},
                                       {"error from -1000 to 250", 4s, 1000, 1s, 0ms, 625.0},
                                   });
  check_rows({0.0, 1.0, 0.0, 1.0}, {
                                       {"the first", 1s, 1000, 1s, 0ms, {}},
                                       {"250 ms at 1000 per second", 2s, 1000, 1s, 250ms, 750.0},
                                   });
}
