#include "turns.hpp"

#include <algorithm>

namespace bench {

namespace {

double of(cost const& c, by time) {
  return time == by::wall ? c.wall : time == by::cpu ? c.cpu : c.busiest;
}

double foreign_in(std::vector<cost> const& costs) {
  double most = 0;
  for (auto const& c : costs) most = std::max(most, c.foreign);
  return most;
}

}  // namespace

timed_turns take_turns(report const& to, std::vector<timed> const& contenders) {
  timed_turns costs;
  for (auto const& each : contenders) each.run();
  for (std::size_t round = 0; round != to.how().rounds; ++round)
    for (auto const& each : contenders) costs[each.name].push_back(each.run());
  return costs;
}

finding compared(timed_turns const& costs, comparison const& which) {
  auto const& product = costs.at(which.product);
  auto const& baseline = costs.at(which.baseline);
  finding result{which.product + " / " + which.baseline,
                 which.time == by::wall  ? "wall"
                 : which.time == by::cpu ? "cpu"
                                         : "thread",
                 {},
                 which.bar};
  for (std::size_t i = 0; i != product.size(); ++i)
    result.samples.push_back(of(baseline[i], which.time) / of(product[i], which.time));
  result.data = {{"product_seconds", of(product.back(), which.time)},
                 {"baseline_seconds", of(baseline.back(), which.time)},
                 {"foreign_load", std::max(foreign_in(product), foreign_in(baseline))}};
  return result;
}

finding against(timed_turns const& costs, std::string const& product, double allowed_seconds,
                std::string const& what) {
  finding result{what, "wall", {}, 1.0, true};
  for (auto const& c : costs.at(product)) result.samples.push_back(c.wall / allowed_seconds);
  result.data = {{"foreign_load", foreign_in(costs.at(product))}};
  return result;
}

}  // namespace bench
