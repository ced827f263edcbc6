// Deaths of actors in a simulation, and what a stream has to be for any number of them.
#pragma once

#include <doctest/doctest.h>
#include <sluice/testkit.hpp>

namespace sluice::tests {

/// Of a stream whose actors may die as often as they like.
inline options unbreakable() {
  auto o = testkit::table_options();
  o.log_level = "off";
  o.supervision.stages.max_restarts = 1'000'000;
  o.supervision.stages.lifetime_cap = std::nullopt;
  o.supervision.receivers = o.supervision.stages;
  return o;
}

/// For `update_state_by_key`: adds what is new to the sum of before.
inline constexpr auto add_up = [](std::span<long const> news, std::optional<long> old) {
  long sum = old.value_or(0);
  for (auto n : news) sum += n;
  return std::optional{sum};
};

/// Runs once for each role and each message that one of this role gets: it dies before it.
/// @param run  (simulation&) -> what is compared with `expected`
template <std::size_t N, class T, class F>
void die_before_each_message(std::string const (&roles)[N], T const& expected, F run) {
  for (auto const& role : roles) {
    std::uint64_t boundary = 0;
    for (bool died = true; died; ++boundary) {
      CAPTURE(role);
      CAPTURE(boundary);
      testkit::simulation sim{1, testkit::schedule::fifo};
      sim.kill(role, boundary);
      REQUIRE(run(sim) == expected);
      died = sim.killed() != 0;
    }
    MESSAGE(role, ": ", boundary - 1, " boundaries");
    CHECK(boundary > 5);
  }
}

/// Runs once for each seed: eight actors of any roles die under a random schedule.
template <std::size_t N, class T, class F>
void die_in_any_mixture(std::string const (&roles)[N], std::uint64_t seeds, T const& expected,
                        F run) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    testkit::simulation sim{seed};
    auto chance = random_for(seed, "mixture");
    for (int i = 0; i != 8; ++i) sim.kill(roles[chance.below(N)], chance.below(40));
    REQUIRE(run(sim) == expected);
  }
}

}  // namespace sluice::tests
