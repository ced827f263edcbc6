/// Every schedule that is near to the order of waiting, one after the other.
///
/// Thread rule: one thread at a time. Promise: no schedule comes twice, none within the bounds is
/// left out, and one that fails is named so that `guided_choices` repeats it.
///
///     for_all_schedules([](simulation& sim) {
///       streaming_context ssc{table_options(), sim.where()};
///       ...
///     });
///
/// @source Musuvathi and Qadeer, "Iterative context bounding for systematic testing", 2007
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <sluice/testkit/experiment.hpp>
#include <sluice/testkit/simulation.hpp>
#include <string>

namespace sluice::testkit {

/// How far from the order of waiting.
struct schedule_bounds {
  /// Steps of one run at which another than the one that has waited longest goes.
  std::size_t max_deviations = 1;
  /// Steps from the beginning among which these are.
  std::size_t max_steps = ~std::size_t{0};
  /// Runs, then no more: `complete` tells whether that was enough.
  std::uint64_t max_runs = 1'000'000;
  /// Of everything in a run but its turns.
  std::uint64_t seed = 1;
};

struct schedules_summary {
  std::uint64_t runs = 0;
  std::uint64_t steps = 0;  ///< of all runs
  std::size_t choices = 0;  ///< of the run in the order of waiting
  std::size_t widest = 0;   ///< who could go at one step, at most
  bool complete = true;     ///< no schedule within the bounds was left out
};

/// A run has failed under a schedule that somebody gave.
class schedule_failure : public error {
 public:
  schedule_failure(std::map<std::size_t, std::size_t> picks, std::uint64_t seed,
                   std::string const& why);
  /// For `guided_choices`.
  std::map<std::size_t, std::size_t> const& picks() const { return picks_; }

 private:
  std::map<std::size_t, std::size_t> picks_;
};

/// @param run  makes a context in the simulation, runs it, and throws if something is wrong
/// @throws schedule_failure for the first run that throws
schedules_summary for_all_schedules(std::function<void(simulation&)> const& run,
                                    schedule_bounds within = {});

/// The same for a pipeline that is judged as in `for_seeds`; faults are those of the seed.
/// @throws falsified for the first run that fails
schedules_summary for_all_schedules(pipeline_builder build, experiment_options o,
                                    schedule_bounds within = {});

}  // namespace sluice::testkit
