// What the queries keep: memory that is allocated more for each further event.

#include "queries/tables.hpp"

#include <malloc.h>

#include "cases.hpp"

namespace bench::nexmark {

namespace {

// Longer than anything that belongs together lies apart.
constexpr auto retention = 10 * second;

struct run_result {
  double bytes = 0;
  checksum sum;
};

template <class Query>
run_result run(event_log const& log, batch_plan const& plan, Query query) {
  malloc_trim(0);
  auto const before = allocated_bytes();
  query_runs stream{log, plan, query, whole_rows, 1};
  auto const sum = stream.run();
  malloc_trim(0);
  return {static_cast<double>(allocated_bytes()) - static_cast<double>(before), sum};
}

struct growth {
  double bytes_per_event = 0;
  checksum sum;
};

/// From half of the events to all of them. No time passes behind the last one.
template <class Query>
growth measure(event_log const& log, Query query) {
  batch_plan all{.closing = 0};
  auto half = all;
  half.most_blocks = static_cast<std::uint32_t>(log.blocks.size() / 2);
  auto const first = run(log, half, query);
  auto const [bytes, sum] = run(log, all, query);
  return {(bytes - first.bytes) / (static_cast<double>(log.events) / 2), sum};
}

void add(report& results, std::string what, growth const& of) {
  results.add({std::move(what), "memory", {of.bytes_per_event}, {}, true});
}

void compare(report& results, std::string const& name, growth const& forever, growth const& kept) {
  expect("the rows of " + name + " with retention", forever.sum.rows, kept.sum.rows);
  expect("the sum of their hashes", forever.sum.hash, kept.sum.hash);
  add(results, name + ", bytes per event, kept forever", forever);
  add(results, name + ", bytes per event, kept for 10 s", kept);
}

}  // namespace

void state_bytes(report& results) {
  auto const& log = events_for(results.how());
  auto const keep = kept_for(retention);
  compare(results, "q3", measure(log, q3), measure(log, q3_with(keep)));
  compare(results, "q4", measure(log, q4), measure(log, q4_with(keep)));
  compare(results, "q20", measure(log, q20), measure(log, q20_with(keep)));
  add(results, "q17, bytes per event, kept forever", measure(log, q17));
  results.note("from half of " + std::to_string(log.events) +
               " events to all; kept for 10 s: after its last event, with the same rows");
}

}  // namespace bench::nexmark
