// NEXMark queries against loops by hand.

#include "cases.hpp"
#include "generator.hpp"

namespace bench::nexmark {

namespace {

std::vector<bench_case> all_cases() {
  std::vector<bench_case> all;
  for (auto const& some : {cases_of_each_bid(), cases_of_windows(), cases_of_tables()})
    all.insert(all.end(), some.begin(), some.end());
  all.push_back({"nexmark_state", "memory of what the queries keep", state_bytes});
  return all;
}

}  // namespace

// Twelve windows of 10 seconds, or three of a slower stream. A batch, which is a second, has 50
// blocks.
event_log const& events_for(settings const& how) {
  static auto const log = [&] {
    event_plan plan;
    plan.events_per_second = how.quick ? 10'000 : 100'000;
    plan.events = plan.events_per_second * (how.quick ? 30 : 120);
    plan.events_per_block = plan.events_per_second / batch_plan{}.blocks_per_batch;
    return make_events(plan);
  }();
  return *log;
}

}  // namespace bench::nexmark

int main(int argc, char** argv) {
  return bench::run_program(argc, argv, bench::nexmark::all_cases());
}
