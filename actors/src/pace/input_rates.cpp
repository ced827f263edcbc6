#include "input_rates.hpp"

namespace sluice {

intake_rate make_intake_rate(options const& o, intake_rules const& of,
                             std::chrono::nanoseconds now) {
  auto const& t = o.trigger;
  intake_rate::rules rules{of.max_rate, 0};
  if (t.what == trigger::kind::every) rules.burst = t.interval;
  if (t.what == trigger::kind::size) rules.least_burst = t.max_records;
  auto const& b = o.backpressure;
  if (!b.enabled || !of.controlled) return {rules, now};
  rules.initial_rate = b.initial_rate;
  // Without a clock trigger the interval is a second.
  rate_estimator::gains const gains{b.proportional, b.integral, b.derivative,
                                    static_cast<double>(b.min_rate)};
  return {rules, now, rate_estimator{gains, t.interval}};
}

std::string rate_name(std::string const& input_id) { return "learned rate of " + input_id; }

}  // namespace sluice
