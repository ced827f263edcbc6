#include <doctest/doctest.h>
#include <algorithm>
#include <chrono>
#include <sluice/operators/error.hpp>
#include <sluice/supervision/restart_scope.hpp>
#include <sluice/supervision/supervision_policy.hpp>
#include <string>
#include <vector>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

// What validation says; empty if it accepts.
std::string complaint(supervision_policy const& policy) {
  try {
    validate(policy, "supervision of stage a");
  } catch (usage_error const& refused) {
    return refused.what();
  }
  return "";
}

using indices = std::vector<std::size_t>;

indices affected_by(restart_strategy strategy, indices const& failed,
                    supervised_children const& children) {
  return affected(strategy, failed, children);
}

}  // namespace

TEST_CASE("supervision_policy: the defaults are valid under every jitter and strategy") {
  for (auto jitter : {backoff_jitter::none, backoff_jitter::full, backoff_jitter::equal,
                      backoff_jitter::decorrelated}) {
    CAPTURE(to_string(jitter));
    CHECK(complaint({.lifetime_cap = {}, .backoff = {.jitter = jitter}}).empty());
  }
  CHECK(complaint({}).empty());
  CHECK(complaint({.max_restarts = 0, .lifetime_cap = 0}).empty());
  CHECK(complaint({.backoff = {.min = 0s, .max = 0s}}).empty());
}

TEST_CASE("supervision_policy: a value that makes no sense is refused by name and rule") {
  struct row {
    supervision_policy policy;
    std::string message;
  };
  auto const rows = std::vector<row>{
      {{.max_restarts = -1},
       "supervision of stage a.max_restarts is -1: it must not be negative; 0 suspends at the "
       "first failure"},
      {{.within = 0s}, "supervision of stage a.within is 0us: it must be above 0"},
      {{.within = -1us}, "supervision of stage a.within is -1us: it must be above 0"},
      {{.lifetime_cap = -2},
       "supervision of stage a.lifetime_cap is -2: it must not be negative; std::nullopt is no "
       "limit"},
      {{.max_restarts = 5, .lifetime_cap = 4},
       "supervision of stage a.lifetime_cap is 4: it must be at least max_restarts, 5"},
      {{.max_restore_attempts = 0},
       "supervision of stage a.max_restore_attempts is 0: it must be at least 1; to never restart, "
       "set max_restarts to 0"},
      {{.backoff = {.min = -1ms}},
       "supervision of stage a.backoff.min is -1000us: it must not be negative"},
      {{.backoff = {.min = 2ms, .max = 1ms}},
       "supervision of stage a.backoff.max is 1000us: it must be at least backoff.min, 2000us"},
      {{.backoff = {.min = 0ms, .max = 1ms}},
       "supervision of stage a.backoff.min is 0us: doubling 0 never reaches backoff.max, 1000us; "
       "set it above 0, or both to 0 for no wait"},
      {{.healthy_after = -1s},
       "supervision of stage a.healthy_after is -1000000us: it must not be negative"}};
  for (auto const& row : rows) CHECK(complaint(row.policy) == row.message);
}

TEST_CASE("supervision_policy: a window that the waits outlast is refused unless life is capped") {
  // 1 + 2 + 4 s of waiting before the third restart, half of it for certain with equal jitter.
  auto policy = supervision_policy{.max_restarts = 3,
                                   .within = 7s,
                                   .lifetime_cap = {},
                                   .backoff = {1s, 60s, backoff_jitter::none}};
  CHECK(complaint(policy) ==
        "supervision of stage a.within is 7000000us: the waits before 3 restarts (max_restarts) "
        "are longer, so that they can never happen within it; make it longer, lower max_restarts "
        "or backoff, or set lifetime_cap");
  policy.within = 7001ms;
  CHECK(complaint(policy).empty());
  policy.within = 3500ms;
  policy.backoff.jitter = backoff_jitter::equal;
  CHECK_FALSE(complaint(policy).empty());
  policy.backoff.jitter = backoff_jitter::full;
  CHECK(complaint(policy).empty());
  policy.backoff.jitter = backoff_jitter::none;
  policy.lifetime_cap = 100;
  CHECK(complaint(policy).empty());
}

TEST_CASE("affected: each strategy has its children") {
  // 0 -> 1 -> 2 | 3 -> 4: a durable boundary between 2 and 3.
  auto const children =
      supervised_children{.region_of = {0, 0, 0, 1, 1},
                          .regions = {{.inputs = {}, .output_kept = true}, {.inputs = {0}}}};
  struct row {
    restart_strategy strategy;
    indices failed;
    indices restarts;
  };
  auto const rows = std::vector<row>{
      {restart_strategy::one_for_one, {2}, {2}},
      {restart_strategy::one_for_one, {4, 1, 4}, {1, 4}},
      {restart_strategy::all_for_one, {2}, {0, 1, 2, 3, 4}},
      {restart_strategy::rest_for_one, {0}, {0, 1, 2, 3, 4}},
      {restart_strategy::rest_for_one, {4, 2}, {2, 3, 4}},
      {restart_strategy::rest_for_one, {4}, {4}},
      {restart_strategy::region, {3}, {3, 4}},
      {restart_strategy::region, {1}, {0, 1, 2, 3, 4}},
  };
  for (auto const& row : rows) {
    CAPTURE(to_string(row.strategy));
    CHECK(affected_by(row.strategy, row.failed, children) == row.restarts);
    CHECK(affected_by(row.strategy, {}, children).empty());
  }
}

TEST_CASE("affected: a region takes along the regions whose output it needs and which is gone") {
  // Child i is region i. 0 and 1 feed 2, 2 feeds 3, 1 feeds 4; 5 stands alone.
  auto children = supervised_children{
      .region_of = {0, 1, 2, 3, 4, 5},
      .regions = {{}, {}, {.inputs = {0, 1}}, {.inputs = {2}}, {.inputs = {1}}, {}}};
  struct row {
    indices kept;
    indices failed;
    indices restarts;
  };
  auto const rows = std::vector<row>{
      {{}, {3}, {0, 1, 2, 3, 4}},         // nothing is kept: all that is connected
      {{2}, {3}, {3}},                    // its input can be read again
      {{0}, {3}, {1, 2, 3, 4}},           // 2 needs 1, and 4 reads what 1 makes anew
      {{0, 1}, {2}, {2, 3}},              // both inputs can be read again
      {{0, 1, 2}, {1}, {1, 2, 3, 4}},     // kept or not, it failed
      {{0, 1, 2}, {5}, {5}},              // alone
      {{0, 1, 2}, {4, 5}, {4, 5}},        // two at once
      {{0, 1, 2, 3, 4}, {0}, {0, 2, 3}},  // consumers of what fails restart
  };
  for (auto const& row : rows) {
    for (std::size_t region = 0; region < children.regions.size(); ++region)
      children.regions[region].output_kept =
          std::find(row.kept.begin(), row.kept.end(), region) != row.kept.end();
    CHECK(affected_by(restart_strategy::region, row.failed, children) == row.restarts);
  }
}

TEST_CASE("affected: regions may feed each other in a circle") {
  auto const children =
      supervised_children{.region_of = {0, 1}, .regions = {{.inputs = {1}}, {.inputs = {0}}}};
  CHECK(affected_by(restart_strategy::region, {0}, children) == indices{0, 1});
}

TEST_CASE("affected: an index that leads nowhere is refused") {
  CHECK_THROWS_WITH_AS(affected_by(restart_strategy::one_for_one, {1}, {{0}, {{}}}),
                       "affected: there is no child 1; there are 1, counted from 0", usage_error);
  CHECK_THROWS_WITH_AS(affected_by(restart_strategy::region, {0}, {{0}, {}}),
                       "affected: there is no region 0; there are 0, counted from 0", usage_error);
  CHECK_THROWS_AS(affected_by(restart_strategy::region, {0}, {{0}, {{.inputs = {1}}}}),
                  usage_error);
}
