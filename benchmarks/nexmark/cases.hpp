/// The cases of this program: NEXMark queries in the public API against loops by hand.
///
/// Thread rule: each is called by one thread. Promise: every run's rows add up to what a run by
/// hand has found before; that the loops are right is shown by a test.
#pragma once

#include <string>
#include <vector>

#include "hand.hpp"
#include "harness/bench.hpp"
#include "query_stream.hpp"

namespace bench::nexmark {

/// What a query has to reach, and what we would like: with one worker, and with two the bar.
struct goals {
  double bar = 0;
  double aim = 0;
  double two_workers = 0;
};
inline constexpr goals per_bid{0.35, 0.7, 1.0};
inline constexpr goals keyed{0.30, 0.6, 0.8};
inline constexpr goals aggregated{0.50, 0.9, 1.2};

/// The events of all cases, made when they are first asked for.
event_log const& events_for(settings const& how);

inline constexpr auto whole_rows = [](auto const& row) { return checksum_of(row); };

/// @param sum  adds up a row of the query
/// @param hashed  whether the rows' hashes have to agree, or their number only
template <class Query, class Sum>
void compare(report& results, goals const& goal, hand_loop by_hand, Query query, Sum sum,
             bool hashed) {
  auto const& log = events_for(results.how());
  batch_plan const plan{};
  auto const right = by_hand(log, plan);
  auto const check = [&](checksum const& found) {
    expect("the number of rows", right.rows, found.rows);
    if (hashed) expect("the sum of the rows' hashes", right.hash, found.hash);
  };
  query_runs one{log, plan, query, sum, 1};
  query_runs two{log, plan, query, sum, 2};
  experiment work;
  work.records = log.events;
  work.contenders = {{"hand", [&] { check(by_hand(log, plan)); }},
                     {"stream", [&] { check(one.run()); }},
                     {"two workers", [&] { check(two.run()); }}};
  work.comparisons = {{"stream", "hand", goal.bar, by::cpu, goal.aim},
                      {"two workers", "hand", goal.two_workers, by::busiest}};
  results.interleave(work);
  results.note(std::to_string(log.events) + " events, " + std::to_string(right.rows) + " rows");
}

template <class Query, class Sum = decltype(whole_rows)>
bench_case query_case(std::string const& name, std::string question, goals const& goal,
                      hand_loop by_hand, Query query, Sum sum = whole_rows, bool hashed = true) {
  return {"nexmark_" + name, std::move(question),
          [=](report& results) { compare(results, goal, by_hand, query, sum, hashed); }};
}

std::vector<bench_case> cases_of_each_bid();
std::vector<bench_case> cases_of_windows();
std::vector<bench_case> cases_of_tables();

/// What the queries keep, forever and for a while.
void state_bytes(report& results);

}  // namespace bench::nexmark
