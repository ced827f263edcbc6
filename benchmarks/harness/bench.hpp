/// The frame of a benchmark program: cases with their baselines in the same run, results as ratios.
///
/// Thread rule: one thread drives; a contender may use others while it runs. Promise: contenders of
/// one experiment take turns (A B C A B C ...), each after one unmeasured pass, and each run checks
/// its result: a wrong one ends the program with an error.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "measure.hpp"

namespace bench {

/// What the command line asked for.
struct settings {
  /// Little data, a few seconds: shows that the program works, its numbers mean little.
  bool quick = false;
  /// Measured turns of each contender.
  std::size_t rounds = 7;
};

/// One way to do the work of an experiment.
struct contender {
  std::string name;
  /// Does the whole work once and checks the result with `expect`.
  std::function<void()> run;
};

/// Which time a ratio is made of. `busiest` is the CPU time of the busiest thread: what the wall
/// clock would show on a machine with a free core for each, also when others use the cores.
enum class by { cpu, wall, busiest };

/// Product against baseline: time of the baseline / time of the product, so more is better.
struct comparison {
  std::string product;
  std::string baseline;
  /// The ratio that must be reached; none: for information.
  std::optional<double> bar = {};
  by time = by::cpu;
  /// The ratio that we would like to reach.
  std::optional<double> aim = {};
};

/// What it costs that one dimension grows while the records stay the same: CPU time of the larger /
/// CPU time of the smaller, so less is better.
struct growth {
  std::string larger;
  std::string smaller;
  /// The most that it may be; none: for information.
  std::optional<double> bar = {};
  /// What we would like it to be at most.
  std::optional<double> aim = {};
};

/// How often the product asks for heap memory, per record of the work; less is better.
struct allocations {
  std::string product;
  /// The most that it may be; none: for information.
  std::optional<double> bar = {};
  /// How many batches one run is cut into; 0: nothing is told per batch.
  std::uint64_t batches = 0;
};

/// The bar of streams that are at work for some time.
inline constexpr double allowed_allocations = 0.001;

/// Contenders for the same work and who is compared with whom.
struct experiment {
  std::vector<contender> contenders;
  std::vector<comparison> comparisons = {};
  std::vector<growth> growths = {};
  /// The work of one run, for the raw rates in the JSON lines.
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  std::vector<allocations> heap = {};
};

/// A result: samples of one ratio and what was promised of it.
struct finding {
  std::string what;
  /// What the ratio is made of: `cpu`, `wall`, `memory`, `heap`, ...
  std::string of;
  std::vector<double> samples;
  std::optional<double> bar = {};
  /// Bar and aim are upper bounds.
  bool at_most = false;
  std::optional<double> aim = {};
  /// Raw numbers, for the JSON line only.
  std::map<std::string, double> data = {};
};

/// One finding from pairs of numbers, `of` by round: product / baseline, at most `bar`.
finding at_most(std::string what, std::string of, std::vector<double> const& product,
                std::vector<double> const& baseline, std::optional<double> bar);

/// What a case reports to.
class report {
 public:
  explicit report(settings how) : how_{how} {}
  [[nodiscard]] settings const& how() const { return how_; }
  /// Runs the contenders in turn and adds a finding for each comparison, growth and count of
  /// allocations.
  void interleave(experiment const& work);
  void add(finding result) { findings_.push_back(std::move(result)); }
  /// A remark below the table: what the reader must know to read the numbers.
  void note(std::string text) { notes_.push_back(std::move(text)); }

  [[nodiscard]] std::vector<finding> const& findings() const { return findings_; }
  [[nodiscard]] std::vector<std::string> const& notes() const { return notes_; }

 private:
  settings how_;
  std::vector<finding> findings_;
  std::vector<std::string> notes_;
};

/// A question with its answer.
struct bench_case {
  std::string name;
  std::string question;
  std::function<void(report&)> run;
};

/// Ends the program with an error unless a result is what it has to be.
/// @throws wrong_result naming what was expected
void expect(std::string const& what, std::uint64_t expected, std::uint64_t found);

/// `main` of a benchmark program: `--quick`, `--list`, `--case NAME`, `--rounds N`, `--json FILE`.
int run_program(int argc, char** argv, std::vector<bench_case> const& cases);

}  // namespace bench
