// NEXMark queries over events that both sides have in memory, parsed, before the clock starts.

#include <fstream>

#include "nexmark/checksum.hpp"
#include "nexmark/event_lines.hpp"
#include "nexmark/generator.hpp"
#include "nexmark/queries/each_bid.hpp"
#include "nexmark/queries/windows.hpp"
#include "nexmark/query_stream.hpp"
#include "workloads.hpp"

namespace peers {

namespace {

namespace nexmark = bench::nexmark;

// Slow enough for ten tumbling windows to close, and one of ten seconds to be small.
constexpr std::uint64_t events_per_second = 20'000;
constexpr std::uint64_t events_per_block = 1'000;
constexpr std::size_t bytes_per_event = 200;

/// Reads the file once per process.
nexmark::event_log const& events_in(std::string const& directory) {
  static std::map<std::string, std::unique_ptr<nexmark::event_log>> known;
  auto& log = known[directory];
  if (!log) log = nexmark::read_lines(directory + "/events", events_per_block);
  return *log;
}

template <class Query>
workload run(Query query) {
  return [query](std::string const& directory) {
    auto const& log = events_in(directory);
    nexmark::batch_plan const plan{events_per_second / events_per_block};
    auto const sum = [](auto const& row) { return nexmark::checksum_of(row); };
    nexmark::query_runs runs{log, plan, query, sum, workers};
    stopwatch const watch;
    auto const total = runs.run();
    return watch.stop(log.events, std::to_string(total.rows) + "/" + std::to_string(total.hash));
  };
}

}  // namespace

void write_nexmark(std::string const& directory, std::size_t bytes) {
  nexmark::event_plan plan;
  plan.events = bytes / bytes_per_event;
  plan.events_per_second = events_per_second;
  std::ofstream out{directory + "/events", std::ios::binary};
  nexmark::write_lines(out, *nexmark::make_events(plan));
  if (!out.flush()) throw std::runtime_error{"cannot write into " + directory};
}

std::map<std::string, workload> nexmark_workloads() {
  return {{"q0", run(nexmark::q0)},
          {"q1", run(nexmark::q1)},
          {"q2", run(nexmark::q2)},
          {"q5", run(nexmark::q5)},
          {"q8", run(nexmark::q8)}};
}

}  // namespace peers
