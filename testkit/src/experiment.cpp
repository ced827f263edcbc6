#include <sluice/testkit/experiment.hpp>

#include "batch_watch.hpp"

namespace sluice::testkit {

namespace {

/// One run: process after process until the stream has come to its end.
class attempt {
 public:
  attempt(experiment_options const& o, pipeline_builder const& build, simulation& sim,
          std::size_t max_batches)
      : options_{o}, build_{build}, sim_{sim}, in_{sim, max_batches} {
    options_.before(in_);
    for (auto const& make : options_.monitors) monitors_.push_back(make(in_));
    for (auto const& one : monitors_) sim_.watch(one);
    sim_.watch(std::make_shared<scene_watch>(in_));
  }

  scene const& in() const { return in_; }
  std::size_t processes() const { return processes_; }
  batch_watch const& batches() const { return *batches_; }

  /// @return why it has failed, if it has
  std::optional<std::string> run() {
    while (processes_++ != options_.max_processes) {
      try {
        run_process();
        return in_.failure() ? in_.failure() : heat();
      } catch (usage_error const&) {
        throw;
      } catch (broken const& e) {
        return e.what();
      } catch (deadlock const& e) {
        return e.what();
      } catch (error const& e) {
        if (in_.failure()) return in_.failure();
        if (!sim_.process_has_ended() && sim_.faults() == faults_before_) return e.what();
      } catch (std::exception const& e) {
        return e.what();
      }
      sim_.start_process();
      batches_->lost_some();
    }
    return "it comes to no end: " + std::to_string(options_.max_processes) +
           " processes were not enough";
  }

 private:
  /// Has what a scene was told about end the run.
  class scene_watch final : public monitor {
   public:
    explicit scene_watch(scene const& in) : in_{in} {}
    std::string name() const override { return "scene"; }
    void step() override {
      if (in_.failure()) throw broken{*in_.failure()};
    }

   private:
    scene const& in_;
  };

  void run_process() {
    faults_before_ = sim_.faults();
    streaming_context ssc{options_.context, sim_.where()};
    in_.begin_process();
    build_(ssc, in_);
    ssc.add_listener(batches_);
    ssc.start();
    auto seen = faults_before_;
    for (std::size_t resumed = 0;;) {
      try {
        options_.drive(ssc, in_);
        ssc.await_termination_for({});  // throws what has ended it, if that was a failure
        return;
      } catch (broken const&) {
        throw;
      } catch (deadlock const& e) {
        throw deadlock{e.what() + ('\n' + ssc.explain_backpressure())};
      } catch (error const&) {
        auto const struck = sim_.faults() != std::exchange(seen, sim_.faults());
        if (sim_.process_has_ended() || ssc.state() != context_state::suspended || !struck ||
            ++resumed > options_.max_processes)
          throw;
      }
      ssc.resume();
    }
  }

  std::optional<std::string> heat() const {
    for (auto const& one : monitors_)
      if (one->hot()) return "'" + one->name() + "' is still hot at the end";
    return batches_->failure();
  }

  experiment_options const& options_;
  pipeline_builder const& build_;
  simulation& sim_;
  scene in_;
  std::vector<std::shared_ptr<monitor>> monitors_;
  std::shared_ptr<batch_watch> batches_ = std::make_shared<batch_watch>();
  std::size_t processes_ = 0;
  std::uint64_t faults_before_ = 0;
};

bool is_inside(std::string const& path, std::string const& directory) {
  return !directory.empty() && (path == directory || path.starts_with(directory + '/'));
}

void collect_files(sim_storage& storage, std::string const& directory, std::string const& but,
                   std::map<std::string, std::string>& found) {
  auto const entries = storage.list(directory);
  if (!entries) return;
  for (auto const& e : *entries) {
    auto const path = directory.empty() ? e.name : directory + '/' + e.name;
    if (is_inside(path, but)) continue;
    if (auto const bytes = storage.contents(path))
      found[path] = *bytes;
    else
      collect_files(storage, path, but, found);
  }
}

outcome outcome_of(attempt const& run, sim_world& outside, std::string const& checkpoint_dir) {
  outcome made;
  for (auto const& [name, output] : run.in().outputs()) made.outputs[name] = output.seen;
  collect_files(outside.storage(), "", checkpoint_dir, made.files);
  run.batches().count_into(made);
  return made;
}

}  // namespace

options simulated_options() {
  options o;
  o.trigger = every(std::chrono::hours{1});
  o.parallelism = 2;
  o.checkpoint_dir = "state";
  o.checkpoints.interval = std::chrono::milliseconds{0};
  o.log_level = "off";
  return o;
}

experiment::experiment(pipeline_builder build, experiment_options o)
    : build_{std::move(build)}, options_{std::move(o)} {
  if (!build_) throw usage_error{"experiment: there is no pipeline to build"};
  if (options_.schedules.empty())
    throw usage_error{"experiment: no schedule is given; leave the default or name one"};
  if (options_.max_processes == 0)
    throw usage_error{"experiment: max_processes is 0; one is the least that can run"};
}

outcome const& experiment::expected() {
  if (expected_) return *expected_;
  expected_.emplace();  // nothing to compare with yet
  auto const undisturbed = run(0, schedule::fifo, {}, 0, false);
  if (undisturbed.failure) {
    expected_.reset();
    reduced_failure even{0,
                         {},
                         options_.max_batches,
                         "even without a fault: " + *undisturbed.failure,
                         1,
                         undisturbed.steps};
    throw falsified{std::move(even)};
  }
  expected_ = undisturbed.seen;
  return *expected_;
}

std::vector<std::pair<std::string, std::uint64_t>> experiment::points() {
  if (points_.empty()) {
    expected();
    if (points_.empty()) static_cast<void>(run(0, schedule::fifo, {}, 0, false));
  }
  return points_;
}

run_result experiment::run(std::uint64_t seed) {
  static_cast<void>(expected());
  auto const how = options_.schedules[seed % options_.schedules.size()];
  auto const plan = options_.faults(seed);
  auto result = run(seed, how, plan, options_.max_faults, false);
  // The same run again, for it is only now worth its price to write down who went before whom.
  if (result.failure) result = run(seed, how, plan, options_.max_faults, true);
  return result;
}

run_result experiment::replay(fault_script const& script, std::uint64_t seed) {
  static_cast<void>(expected());
  return run(seed, schedule::fifo, script, ~std::uint64_t{0}, false);
}

run_result experiment::run(std::uint64_t seed, schedule how, fault_script plan,
                           std::uint64_t at_most, bool recording) {
  simulation sim{seed, how, options_.max_steps};
  sim.inject(std::move(plan), at_most);
  sim.check_links();
  if (recording) sim.record_turns();
  run_result result;
  result.seed = seed;
  result.how = how;
  run_in(sim, result);
  if (seed == 0 && points_.empty()) points_ = sim.points();
  if (!result.failure && expected_ && !(seed == 0 && how == schedule::fifo && at_most == 0))
    result.failure = difference(*expected_, result.seen);
  return result;
}

run_result experiment::run(std::shared_ptr<guided_choices> choices, std::uint64_t seed) {
  static_cast<void>(expected());
  auto const once = [&](bool recording) {
    choices->widths.clear();
    simulation sim{seed, choices, options_.max_steps};
    sim.inject(options_.faults(seed), options_.max_faults);
    sim.check_links();
    if (recording) sim.record_turns();
    run_result result;
    result.seed = seed;
    run_in(sim, result);
    if (!result.failure) result.failure = difference(*expected_, result.seen);
    return result;
  };
  auto result = once(false);
  return result.failure ? once(true) : result;
}

// Everything but the comparison with an undisturbed run.
void experiment::run_in(simulation& sim, run_result& result) {
  if (options_.keep_steps) sim.keep_steps();
  attempt made{options_, build_, sim, options_.max_batches};
  result.failure = made.run();
  result.trace = sim.trace();
  result.script = sim.happened();
  result.processes = made.processes();
  result.longest_input = made.in().longest();
  result.steps = sim.steps();
  sim.inject({});
  if (result.failure) return;
  result.seen = outcome_of(made, sim.outside(), options_.context.checkpoint_dir);
  if (options_.takes_all && made.in().offered() != 0 && result.seen.counted &&
      result.seen.records_in != made.in().offered())
    result.failure = std::to_string(made.in().offered()) + " records were offered and " +
                     std::to_string(result.seen.records_in) + " taken in at the end";
}

run_result simulate(std::uint64_t seed, pipeline_builder build, experiment_options o) {
  return experiment{std::move(build), std::move(o)}.run(seed);
}

void replay(std::string_view script, std::uint64_t seed, pipeline_builder build,
            experiment_options o) {
  auto const parsed = fault_script::parse(script);
  auto const max_batches = o.max_batches;
  auto const result = experiment{std::move(build), std::move(o)}.replay(parsed, seed);
  if (result.failure)
    throw falsified{{seed, parsed, max_batches, *result.failure, 1, result.steps}};
}

// The first failure that is found is not always one that gets small.
reduced_failure experiment::smallest_from(run_result const& first) {
  constexpr std::uint64_t more_seeds = 30;
  auto best = reduce(first);
  for (auto seed = first.seed + 1;
       best.script.faults.size() > options_.few_lines && seed != first.seed + more_seeds; ++seed) {
    auto const next = run(seed);
    if (!next.failure) continue;
    if (auto other = reduce(next); other.script.faults.size() < best.script.faults.size())
      best = std::move(other);
  }
  return best;
}

seeds_summary for_seeds(std::uint64_t runs, pipeline_builder build, experiment_options o,
                        std::uint64_t first) {
  experiment e{std::move(build), std::move(o)};
  seeds_summary done;
  for (std::uint64_t seed = first; seed != first + runs; ++seed) {
    auto const result = e.run(seed);
    if (result.failure) throw falsified{e.smallest_from(result)};
    done.add(result);
  }
  return done;
}

}  // namespace sluice::testkit
