/// One table of batches in and batches out, run in every way there is.
///
/// Thread rule: call it from a test. Promise: the same `build` runs in the calling thread, on
/// actors, and on simulated schedules; what each way collected comes back under its name.
#pragma once

#include <memory>
#include <sluice/sluice.hpp>
#include <sluice/testkit/simulation.hpp>
#include <string>
#include <utility>
#include <vector>

namespace sluice::testkit {

/// An hour's grid: no clock cuts a batch while a test runs; `run_until_idle` cuts them all. A batch
/// that fails ends the stream.
inline options table_options() {
  options o;
  o.trigger = every(std::chrono::hours{1});
  o.parallelism = 2;
  o.on_batch_failure = {.retries = 0, .then = failed_batch::stop};
  return o;
}

template <class T>
struct way_result {
  std::string way;  ///< `inline`, `actors`, `simulated fifo`, `simulated seed 7`
  std::vector<std::vector<T>> batches;
};

/// Runs a context on `where` until it is idle and stops it.
template <class Build>
auto run_to_idle(execution where, Build&& build, options const& o) {
  streaming_context ssc{o, std::move(where)};
  auto out = build(ssc);
  ssc.start();
  ssc.run_until_idle();
  ssc.stop();
  return out->batches();
}

/// @param build  `(streaming_context&) -> std::shared_ptr<collected<T>>`
/// @param seeds  how many random schedules
template <class Build>
auto run_everywhere(Build build, options const& o = table_options(), std::uint64_t seeds = 10) {
  using batches = decltype(run_to_idle(in_calling_thread(), build, o));
  using record = typename batches::value_type::value_type;
  std::vector<way_result<record>> results;
  results.push_back({"inline", run_to_idle(in_calling_thread(), build, o)});
  results.push_back({"actors", run_to_idle(own_actor_system(), build, o)});
  {
    simulation fifo{0, schedule::fifo};
    results.push_back({"simulated fifo", run_to_idle(fifo.where(), build, o)});
  }
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    simulation random{seed};
    results.push_back(
        {"simulated seed " + std::to_string(seed), run_to_idle(random.where(), build, o)});
  }
  return results;
}

}  // namespace sluice::testkit
