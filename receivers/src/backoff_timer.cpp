#include "backoff_timer.hpp"

#include <algorithm>
#include <cmath>
#include <sluice/operators/error.hpp>

namespace sluice {

void check_backoff(std::string const& who, reconnect_backoff const& how) {
  auto const fail = [&](std::string const& what) { throw usage_error{who + ": " + what}; };
  auto const shown = [](auto count) { return std::to_string(count); };
  if (how.min.count() < 1)
    fail("backoff.min is " + shown(how.min.count()) + " ms; give at least 1 ms");
  if (how.max < how.min) {
    fail("backoff.max is " + shown(how.max.count()) + " ms, below backoff.min of " +
         shown(how.min.count()) + " ms; raise one or lower the other");
  }
  // Written so that not-a-number fails as well.
  if (!(how.factor >= 1)) fail("backoff.factor is " + shown(how.factor) + "; give at least 1");
  if (!(how.jitter >= 0 && how.jitter <= 1))
    fail("backoff.jitter is " + shown(how.jitter) + "; give 0 to 1");
}

std::chrono::milliseconds backoff_timer::next() {
  auto const most = static_cast<double>(how_.max.count());
  auto const grown = static_cast<double>(how_.min.count()) *
                     std::pow(how_.factor, static_cast<double>(failures_++));
  constexpr auto steps = std::uint64_t{1} << 20;
  auto const chance = static_cast<double>(chance_.below(steps + 1)) / static_cast<double>(steps);
  auto const moved = std::min(grown, most) * (1 + how_.jitter * (2 * chance - 1));
  auto const wait = std::clamp(moved, 1.0, most);
  return std::chrono::milliseconds{static_cast<std::int64_t>(wait)};
}

}  // namespace sluice
