/// A pipeline under seeds, schedules and faults, judged without a line of checking code.
///
/// Thread rule: one thread at a time; experiments do not share anything. Promise: the same seed,
/// options and program give the same verdict; a failure comes with a script that repeats it.
///
/// A run is a failure if what the pipeline let out differs from what an undisturbed run lets out by
/// more than the outputs' guarantees allow, if records vanish uncounted, if a link breaks a rule of
/// credit, order or epochs, if a batch changes its content, if a process cannot go on from what the
/// one before has left although the disk works, if nothing can go on (deadlock) or nothing comes to
/// an end (livelock), or if a monitor says so.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <sluice/actors/streaming_context.hpp>
#include <sluice/testkit/monitor.hpp>
#include <sluice/testkit/outcome.hpp>
#include <sluice/testkit/scene.hpp>
#include <sluice/testkit/simulation.hpp>
#include <string>
#include <vector>

namespace sluice::testkit {

/// Declares the pipeline: called for each process of each run.
using pipeline_builder = std::function<void(streaming_context&, scene&)>;
/// What goes wrong in the run with this seed.
using fault_plan = std::function<fault_script(std::uint64_t seed)>;

/// The same for every seed.
fault_plan always(fault_script script);
fault_plan no_faults();
/// Deaths of actors, processes and machines, failing disks, broken connections, messages that come
/// twice, jumping clocks: each kind in one half of the runs. @param intensity  1: a few per run
fault_plan storm(double intensity = 1.0);
/// Some kinds of messages are held up for a while, one after the other.
fault_plan swizzle();

/// An hour's grid and state in `state`, with a checkpoint whenever a batch is committed.
options simulated_options();

struct experiment_options {
  options context = simulated_options();
  /// The run with seed s takes turns as number s modulo their count says.
  std::vector<schedule> schedules{schedule::random, schedule::priorities, schedule::delays,
                                  schedule::starving};
  fault_plan faults = no_faults();
  /// Faults of one run; then nothing fails any more, and the run has to come to its end.
  std::uint64_t max_faults = 12;
  /// Processes of one run, and resumptions of a suspended stream in one process.
  std::size_t max_processes = 100;
  std::uint64_t max_steps = 1'000'000;
  /// Batches of each `scene::input`.
  std::size_t max_batches = ~std::size_t{0};
  /// Prepares the world before the first process: files, peers.
  std::function<void(scene&)> before = [](scene&) {};
  /// What the program does once the stream has started.
  std::function<void(streaming_context&, scene&)> drive = [](streaming_context& ssc, scene&) {
    ssc.run_until_idle();
    ssc.stop();
  };
  /// Whether `drive` returns only when every record of every `scene::input` is committed.
  bool takes_all = true;
  /// Are made for each run.
  std::vector<std::function<std::shared_ptr<monitor>(scene&)>> monitors{};
  /// Runs that may be spent on making a failure smaller.
  std::size_t max_reductions = 3000;
  /// Lines of a script that need no better one: with more, a few further failures are looked for.
  std::size_t few_lines = 8;
  /// Also keeps the steps of a failed run, for pictures of it.
  bool keep_steps = false;
};

struct run_result {
  std::uint64_t seed = 0;
  schedule how = schedule::fifo;
  std::optional<std::string> failure;  ///< none: all is well
  outcome seen;
  trace_summary trace;
  fault_script script;  ///< the faults that happened; of a failed run also the turns
  std::size_t processes = 0;
  std::size_t longest_input = 0;  ///< in batches
  std::vector<run_step> steps;
};

/// A failure, made as small as it gets.
struct reduced_failure {
  std::uint64_t seed = 0;
  fault_script script;
  std::size_t max_batches = ~std::size_t{0};  ///< of each `scene::input`
  std::string failure;
  std::size_t runs = 0;  ///< that it took
  std::vector<run_step> steps;

  /// Everything that a person needs, with a test that repeats it.
  std::string text() const;
};

/// The pipeline does not keep what it promises.
class falsified : public error {
 public:
  explicit falsified(reduced_failure what) : error{what.text()}, what_{std::move(what)} {}
  reduced_failure const& reduced() const { return what_; }

 private:
  reduced_failure what_;
};

class experiment {
 public:
  /// @throws usage_error if an option is out of range
  explicit experiment(pipeline_builder build, experiment_options o = {});

  /// What an undisturbed run lets out. @throws falsified if even that fails
  outcome const& expected();
  run_result run(std::uint64_t seed);
  /// A run without drawn turns: they are as `choices` gives them, and it gets to know what there
  /// was to choose from. @param seed  of everything else
  run_result run(std::shared_ptr<guided_choices> choices, std::uint64_t seed = 1);
  run_result replay(fault_script const& script, std::uint64_t seed);
  /// Every point that an undisturbed run passes, and how often.
  std::vector<std::pair<std::string, std::uint64_t>> points();
  reduced_failure reduce(run_result const& failed);
  /// The same, and if that stays long, of the failures of the seeds that follow the smallest.
  reduced_failure smallest_from(run_result const& first);

 private:
  run_result run(std::uint64_t seed, schedule how, fault_script plan, std::uint64_t at_most,
                 bool recording);
  void run_in(simulation& sim, run_result& result);
  void judge(run_result& of, scene const& in);
  bool fails(fault_script const& script, reduced_failure& best);
  void drop_lines(reduced_failure& best);
  void drop_pairs(reduced_failure& best);
  void lessen_holds(reduced_failure& best);
  void shorten(reduced_failure& best, std::size_t longest);

  pipeline_builder build_;
  experiment_options options_;
  std::optional<outcome> expected_;
  std::vector<std::pair<std::string, std::uint64_t>> points_;
};

/// One run. @throws usage_error as the pipeline does while it is declared
run_result simulate(std::uint64_t seed, pipeline_builder build, experiment_options o = {});
/// Repeats what a script tells. @throws falsified
void replay(std::string_view script, std::uint64_t seed, pipeline_builder build,
            experiment_options o = {});

struct seeds_summary {
  std::uint64_t runs = 0;
  std::uint64_t steps = 0;
  std::uint64_t faults = 0;
  std::uint64_t processes = 0;

  void add(run_result const& passed) {
    ++runs;
    steps += passed.trace.steps;
    faults += passed.script.faults.size();
    processes += passed.processes;
  }
};

/// As many runs, with seeds from `first` on. @throws falsified for the first that fails
seeds_summary for_seeds(std::uint64_t runs, pipeline_builder build, experiment_options o = {},
                        std::uint64_t first = 1);

/// Each run twice: a pipeline whose runs differ though the seed is the same cannot be tested by
/// seeds.
/// @throws broken naming the first step that differs
void check_repeatable(std::uint64_t runs, pipeline_builder build, experiment_options o = {},
                      std::uint64_t first = 1);

struct sweep_options {
  bool actors = true;     ///< kill each actor before each message
  bool processes = true;  ///< end the process before each message, event and file operation
  bool machines = true;   ///< the same, and lose what was not flushed, before each file operation
  std::size_t pairs = 0;  ///< as many drawn pairs of such faults besides
};

/// One run for each boundary of an undisturbed run, with a crash there. @throws falsified
seeds_summary crash_sweep(pipeline_builder build, experiment_options o = {},
                          sweep_options sweep = {});

}  // namespace sluice::testkit
