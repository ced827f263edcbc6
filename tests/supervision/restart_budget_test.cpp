#include <doctest/doctest.h>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <sluice/operators/error.hpp>
#include <sluice/supervision/backoff.hpp>
#include <sluice/supervision/restart_budget.hpp>
#include <sluice/supervision/world.hpp>
#include <string>
#include <vector>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

using durations = std::vector<duration>;

random_source no_chance() {
  return [] { return std::uint64_t{0}; };
}

durations waits(backoff_policy const& policy, std::size_t count, random_source random) {
  auto timer = backoff{policy, 0s, std::move(random)};
  auto found = durations{};
  for (std::size_t i = 0; i < count; ++i) found.push_back(timer.next());
  return found;
}

supervision_policy policy_of(int max_restarts, duration within, std::optional<int> cap = {}) {
  return {.max_restarts = max_restarts,
          .within = within,
          .lifetime_cap = cap,
          .backoff = {0s, 0s, backoff_jitter::none}};
}

// Failures at these seconds, each recovered at once: for each the letter of the action.
std::string play(restart_budget& budget, std::vector<int> const& seconds) {
  auto told = std::string{};
  for (auto const at : seconds) {
    auto const verdict = budget.failed(std::chrono::seconds{at});
    told += std::string{"rje"}[static_cast<std::size_t>(verdict.action)];
    if (verdict.action == restart_action::restart) budget.recovered();
  }
  return told;
}

}  // namespace

TEST_CASE("backoff without jitter doubles up to the maximum") {
  CHECK(waits({100ms, 1s, backoff_jitter::none}, 6, no_chance()) ==
        durations{100ms, 200ms, 400ms, 800ms, 1s, 1s});
  CHECK(waits({5s, 5s, backoff_jitter::none}, 2, no_chance()) == durations{5s, 5s});
  CHECK(waits({0s, 0s, backoff_jitter::full}, 2, no_chance()) == durations{0s, 0s});
}

TEST_CASE("backoff draws at the lower end what the jitter allows") {
  CHECK(waits({100ms, 1s, backoff_jitter::full}, 3, no_chance()) == durations{0s, 0s, 0s});
  CHECK(waits({100ms, 1s, backoff_jitter::equal}, 5, no_chance()) ==
        durations{50ms, 100ms, 200ms, 400ms, 500ms});
  CHECK(waits({100ms, 1s, backoff_jitter::decorrelated}, 3, no_chance()) ==
        durations{100ms, 100ms, 100ms});
}

TEST_CASE("backoff stays within its bounds, jitter included, and still spreads at the maximum") {
  auto const policy = backoff_policy{10ms, 700ms, backoff_jitter::none};
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    for (auto jitter :
         {backoff_jitter::full, backoff_jitter::equal, backoff_jitter::decorrelated}) {
      CAPTURE(to_string(jitter));
      auto jittered = policy;
      jittered.jitter = jitter;
      auto const found = waits(jittered, 40, random_stream{seed});
      auto base = policy.min;
      for (auto const wait : found) {
        CHECK(wait <= policy.max);
        if (jitter == backoff_jitter::full) CHECK(wait <= base);
        if (jitter == backoff_jitter::equal) CHECK(wait >= base / 2);
        if (jitter == backoff_jitter::decorrelated) CHECK(wait >= policy.min);
        base = std::min(base * 2, policy.max);
      }
      auto const distinct = [&] {
        auto late = durations(found.begin() + 20, found.end());
        std::sort(late.begin(), late.end());
        return std::unique(late.begin(), late.end()) - late.begin();
      }();
      CHECK(distinct > 1);
      CHECK(found == waits(jittered, 40, random_stream{seed}));
    }
  }
}

TEST_CASE("backoff does not overflow after many failures or with the longest maximum") {
  for (auto jitter : {backoff_jitter::none, backoff_jitter::full, backoff_jitter::equal,
                      backoff_jitter::decorrelated}) {
    CAPTURE(to_string(jitter));
    auto const found = waits({1us, duration::max() / 2, jitter}, 500, random_stream{7});
    CHECK(std::all_of(found.begin(), found.end(), [](duration wait) { return wait >= 0us; }));
  }
}

TEST_CASE("backoff starts over only after batches were committed for long enough") {
  auto timer = backoff{{1s, 60s, backoff_jitter::none}, 10s, no_chance()};
  CHECK(timer.next() == 1s);
  CHECK(timer.next() == 2s);
  SUBCASE("one batch proves nothing, however long ago") {
    timer.progress(100s);
    CHECK(timer.next() == 4s);
  }
  SUBCASE("batches for a shorter time prove nothing") {
    timer.progress(100s);
    timer.progress(109s);
    CHECK(timer.next() == 4s);
  }
  SUBCASE("batches for that time do") {
    timer.progress(100s);
    timer.progress(105s);
    timer.progress(110s);
    CHECK(timer.next() == 1s);
  }
  SUBCASE("a failure in between starts the time again") {
    timer.progress(100s);
    CHECK(timer.next() == 4s);
    timer.progress(110s);
    CHECK(timer.next() == 8s);
  }
}

TEST_CASE("backoff with no time of health starts over with the first batch") {
  auto timer = backoff{{1s, 60s, backoff_jitter::none}, 0s, no_chance()};
  timer.next();
  timer.next();
  timer.progress(5s);
  CHECK(timer.in_a_row() == 0);
  CHECK(timer.next() == 1s);
}

TEST_CASE("restart_budget: failure times in, restarts and escalation out") {
  struct row {
    supervision_policy policy;
    std::vector<int> failures;  // seconds
    std::string actions;        // r restart, e escalate
  };
  auto const rows = std::vector<row>{
      {policy_of(0, 10s), {0}, "e"},
      {policy_of(1, 10s), {0, 9}, "re"},
      {policy_of(1, 10s), {0, 10, 20, 30}, "rrrr"},
      {policy_of(3, 10s), {0, 1, 2, 3}, "rrre"},
      {policy_of(3, 10s), {0, 0, 0, 0}, "rrre"},
      // Two bursts on both sides of an edge: a window that starts over at 10 would let them pass.
      {policy_of(3, 10s), {8, 9, 9, 11, 12}, "rrree"},
      {policy_of(3, 10s), {0, 4, 8, 10, 14, 18, 20}, "rrrrrrr"},
      {policy_of(3, 10s), {0, 4, 8, 10, 13}, "rrrre"},
      // Suspended is suspended, also when the window has passed.
      {policy_of(1, 10s), {0, 1, 100}, "ree"},
      {policy_of(2, 10s, 3), {0, 20, 40, 60}, "rrre"},
      {policy_of(2, 10s, 2), {0, 20, 40}, "rre"}};
  for (auto const& row : rows) {
    auto budget = restart_budget{row.policy, no_chance()};
    CAPTURE(row.actions);
    CHECK(play(budget, row.failures) == row.actions);
  }
}

TEST_CASE("restart_budget says which limit is spent") {
  auto window = restart_budget{policy_of(1, 10s), no_chance()};
  CHECK(play(window, {0}) == "r");
  CHECK(window.failed(1s).reason == "max_restarts of 1 within 10000000us is spent");
  CHECK(window.failed(50s).reason == "max_restarts of 1 within 10000000us is spent");
  auto life = restart_budget{policy_of(1, 10s, 1), no_chance()};
  CHECK(play(life, {0}) == "r");
  CHECK(life.failed(50s).reason == "lifetime_cap of 1 restarts is spent");
}

TEST_CASE("restart_budget counts all deaths of one recovery as one incident") {
  auto budget = restart_budget{policy_of(2, 10s), no_chance()};
  CHECK(budget.failed(0s).action == restart_action::restart);
  CHECK(budget.failed(0s).action == restart_action::joined);
  CHECK(budget.failed(1s).action == restart_action::joined);
  CHECK(budget.used() == 1);
  CHECK(budget.left(1s) == 1);
  budget.recovered();
  CHECK(budget.failed(2s).action == restart_action::restart);
  CHECK(budget.used() == 2);
}

TEST_CASE("restart_budget counts failing restores against their own limit") {
  auto policy = policy_of(1, 100s);
  policy.max_restore_attempts = 3;
  policy.backoff = {1s, 60s, backoff_jitter::none};
  auto budget = restart_budget{policy, no_chance()};
  CHECK(budget.failed(0s).delay == 1s);
  auto const second = budget.restore_failed(1s);
  CHECK(second.action == restart_action::restart);
  CHECK(second.delay == 2s);
  CHECK(budget.used() == 1);
  CHECK(budget.restore_failed(3s).delay == 4s);
  auto const spent = budget.restore_failed(7s);
  CHECK(spent.action == restart_action::escalate);
  CHECK(spent.reason == "max_restore_attempts of 3 is spent");
  CHECK(budget.suspended());
  CHECK(budget.used() == 1);
}

TEST_CASE("restart_budget counts attempts to restore per incident") {
  auto policy = policy_of(5, 100s);
  policy.max_restore_attempts = 2;
  auto budget = restart_budget{policy, no_chance()};
  for (int incident = 0; incident < 5; ++incident) {
    CHECK(budget.failed(0s).action == restart_action::restart);
    CHECK(budget.restore_failed(0s).action == restart_action::restart);
    budget.recovered();
  }
  CHECK(budget.restore_failed(0s).action == restart_action::escalate);
}

TEST_CASE("restart_budget tells how much is left before it is needed") {
  auto budget = restart_budget{policy_of(3, 10s, 4), no_chance()};
  CHECK(budget.left(0s) == 3);
  play(budget, {0, 1});
  CHECK(budget.left(1s) == 1);
  CHECK(budget.left(10s) == 2);
  CHECK(budget.left(11s) == 2);  // by the window three, over the life two
  play(budget, {20, 20, 20});
  CHECK(budget.suspended());
  CHECK(budget.left(1000s) == 0);
}

TEST_CASE("restart_budget goes on from what earlier processes have used") {
  auto budget = restart_budget{policy_of(3, 10s, 10), no_chance(), 9};
  CHECK(budget.left(0s) == 1);
  CHECK(play(budget, {0, 20}) == "re");
  CHECK(budget.used() == 10);
}

TEST_CASE("restart_budget is lifted by hand, but not over the cap of a lifetime") {
  auto budget = restart_budget{policy_of(1, 100s, 2), no_chance()};
  CHECK(play(budget, {0, 1}) == "re");
  budget.resume();
  CHECK(budget.left(2s) == 1);
  CHECK(play(budget, {2, 3}) == "re");
  budget.resume();
  CHECK(budget.suspended());
  CHECK(play(budget, {1000}) == "e");
}

TEST_CASE("restart_budget lengthens its delays until committed batches have proved health") {
  auto policy = policy_of(100, 1s);
  policy.backoff = {1s, 60s, backoff_jitter::none};
  policy.lifetime_cap = 1000;
  policy.healthy_after = 10s;
  auto budget = restart_budget{policy, no_chance()};
  auto const fails_at = [&](std::chrono::seconds at) {
    auto const delay = budget.failed(at).delay;
    budget.committed(at);  // from before: it proves nothing
    budget.recovered();
    return delay;
  };
  CHECK(fails_at(0s) == 1s);
  CHECK(fails_at(100s) == 2s);
  budget.committed(101s);
  CHECK(fails_at(200s) == 4s);
  budget.committed(201s);
  budget.committed(211s);
  CHECK(fails_at(300s) == 1s);
}

TEST_CASE("restart_budget never restarts more often than it may, whatever happens") {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    CAPTURE(seed);
    auto chance = random_stream{seed};
    auto const most = static_cast<int>(chance.below(5));
    auto const within = std::chrono::seconds{1 + chance.below(20)};
    auto budget = restart_budget{policy_of(most, within, most + 20), random_stream{seed}};
    auto now = std::chrono::seconds{0};
    auto incidents = std::vector<std::chrono::seconds>{};
    for (int step = 0; step < 60 && !budget.suspended(); ++step) {
      now += std::chrono::seconds{chance.below(6)};
      auto const left = budget.left(now);
      auto const recovering = budget.recovering();
      auto const verdict = budget.failed(now);
      CHECK((verdict.action == restart_action::joined) == recovering);
      if (verdict.action == restart_action::restart) {
        CHECK(left > 0);
        incidents.push_back(now);
      } else if (verdict.action == restart_action::escalate) {
        CHECK(left == 0);
      }
      auto const recent = std::count_if(incidents.begin(), incidents.end(),
                                        [&](auto at) { return now - at < within; });
      CHECK(recent <= most);
      if (chance.below(2) == 0) budget.recovered();
    }
    CHECK(budget.used() == incidents.size());
    CHECK(incidents.size() <= static_cast<std::size_t>(most + 20));
  }
}

TEST_CASE("restart_budget refuses a policy that contradicts itself") {
  CHECK_THROWS_AS(restart_budget(policy_of(-1, 1s), no_chance()), usage_error);
}
