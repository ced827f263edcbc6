// The proof that the kit finds what it is there to find: the runtime with one deliberate defect at
// a time.
#include <doctest/doctest.h>

#include "supervision/src/mutant.hpp"
#include "tests/testkit/word_count_pipeline.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace sluice::testkit;

namespace {

constexpr std::uint64_t most_seeds = 2000;
constexpr std::size_t most_lines = 15;

struct with_defect {
  explicit with_defect(mutant m) { active_mutant = m; }
  ~with_defect() { active_mutant = mutant::none; }
};

/// Fails the test if the defect is not found, or not told in a few lines.
void expect_found(mutant defect, experiment_options o = {.faults = storm()}) {
  with_defect const broken{defect};
  try {
    for_seeds(most_seeds, declare_word_count, o);
    FAIL("not found");
  } catch (falsified const& found) {
    auto const& what = found.reduced();
    CHECK(what.script.faults.size() <= most_lines);
    MESSAGE("seed ", what.seed, ", ", what.script.faults.size(), " lines: ", what.failure, "\n",
            what.script.text());
    CHECK_THROWS_AS(replay(what.script.text(), what.seed, declare_word_count,
                           {.max_batches = what.max_batches, .drive = o.drive}),
                    falsified);
  }
}

}  // namespace

TEST_CASE("mutant: an output commits before another has prepared") {
  expect_found(mutant::commit_before_prepare);
}
TEST_CASE("mutant: credit is minted on a restart") {
  expect_found(mutant::credit_minted_on_restart);
}
TEST_CASE("mutant: an input cuts a batch anew") { expect_found(mutant::cut_twice); }
TEST_CASE("mutant: the manifest is there before the data") {
  expect_found(mutant::manifest_before_data);
}
TEST_CASE("mutant: the log of batches is not flushed") { expect_found(mutant::missing_flush); }
TEST_CASE("mutant: the timer of a restart is lost") { expect_found(mutant::lost_timer); }
TEST_CASE("mutant: a link has no bound") { expect_found(mutant::unbounded_link); }
TEST_CASE("mutant: a drain leaves the tail behind") {
  expect_found(mutant::dropped_tail_on_drain,
               {.drive = [](streaming_context& ssc, scene&) { ssc.stop(stop_mode::drain); }});
}
TEST_CASE("mutant: a batch is committed twice after a restart") {
  expect_found(mutant::duplicate_on_redelivery);
}
TEST_CASE("mutant: a batch runs twice on the state") { expect_found(mutant::state_run_twice); }
TEST_CASE("mutant: a new generator forgets the open batches") {
  expect_found(mutant::forgotten_batches);
}
TEST_CASE("mutant: a link takes a repeated item") { expect_found(mutant::repeated_item_taken); }
TEST_CASE("mutant: recovery replays one batch too few") {
  expect_found(mutant::replays_one_too_few);
}
TEST_CASE("mutant: a checkpoint points too far into the log") {
  expect_found(mutant::log_position_too_far);
}
TEST_CASE("mutant: a checkpoint has half of the state") { expect_found(mutant::half_a_checkpoint); }
TEST_CASE("mutant: a commit is logged before it is done") {
  expect_found(mutant::commit_logged_early);
}
TEST_CASE("mutant: none, so nothing is found") {
  auto const done = for_seeds(most_seeds, declare_word_count, {.faults = storm()});
  CHECK(done.runs == most_seeds);
}
