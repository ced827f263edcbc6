#include <algorithm>
#include <sluice/testkit/exhaustive.hpp>
#include <utility>

namespace sluice::testkit {

namespace {

using pick_map = std::map<std::size_t, std::size_t>;

std::string text_of(pick_map const& given) {
  if (given.empty()) return "in the order of waiting";
  std::string text;
  for (auto const& [step, pick] : given)
    text += (text.empty() ? "at choice " : ", at choice ") + std::to_string(step) + " number " +
            std::to_string(pick) + " of those who waited";
  return text;
}

/// Depth first: each run tells at which later steps it could have gone otherwise.
class search {
 public:
  using run_once = std::function<std::uint64_t(std::shared_ptr<guided_choices>)>;

  search(run_once run, schedule_bounds const& within) : run_{std::move(run)}, within_{within} {}

  schedules_summary go() {
    visit({}, 0, within_.max_deviations);
    return done_;
  }

 private:
  void visit(pick_map const& given, std::size_t from, std::size_t deviations_left) {
    if (done_.runs == within_.max_runs) {
      done_.complete = false;
      return;
    }
    auto const choices = std::make_shared<guided_choices>();
    choices->picks = given;
    done_.steps += run_(choices);
    ++done_.runs;
    if (given.empty()) done_.choices = choices->widths.size();
    for (auto const width : choices->widths) done_.widest = std::max(done_.widest, width);
    if (deviations_left == 0) return;
    auto const widths = std::move(choices->widths);
    for (auto step = from; step < std::min(widths.size(), within_.max_steps); ++step)
      for (std::size_t other = 1; other < widths[step]; ++other) {
        auto next = given;
        next[step] = other;
        visit(next, step + 1, deviations_left - 1);
      }
  }

  run_once run_;
  schedule_bounds within_;
  schedules_summary done_;
};

}  // namespace

schedule_failure::schedule_failure(pick_map given, std::uint64_t seed, std::string const& why)
    : error{why + " (seed " + std::to_string(seed) + ", " + text_of(given) + ')'},
      picks_{std::move(given)} {}

schedules_summary for_all_schedules(std::function<void(simulation&)> const& run,
                                    schedule_bounds within) {
  if (!run) throw usage_error{"for_all_schedules: there is nothing to run"};
  auto const once = [&](std::shared_ptr<guided_choices> const& choices) {
    simulation sim{within.seed, choices};
    try {
      run(sim);
    } catch (usage_error const&) {
      throw;
    } catch (std::exception const& e) {
      throw schedule_failure{choices->picks, within.seed, e.what()};
    }
    return sim.trace().steps;
  };
  return search{once, within}.go();
}

schedules_summary for_all_schedules(pipeline_builder build, experiment_options o,
                                    schedule_bounds within) {
  experiment judged{std::move(build), std::move(o)};
  auto const once = [&](std::shared_ptr<guided_choices> const& choices) {
    auto const result = judged.run(choices, within.seed);
    if (result.failure) throw falsified{judged.reduce(result)};
    return result.trace.steps;
  };
  return search{once, within}.go();
}

}  // namespace sluice::testkit
