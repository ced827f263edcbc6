// What it costs to try a pipeline under a simulated schedule, and what fault points cost where
// nobody has armed them.

#include <chrono>
#include <numeric>
#include <sluice/testkit.hpp>

#include "harness/bench.hpp"

namespace bench {

namespace {

using counted_word = std::pair<std::string, long>;

constexpr std::size_t batches = 20;
constexpr double runs_per_minute = 20'000;

/// Ten actors: guardian, listener bus, receiver host, generator, driver, two stages of two
/// partitions each, and a sink.
std::uint64_t run_word_count(std::uint64_t seed) {
  sluice::testkit::simulation sim{seed};
  auto o = sluice::testkit::table_options();
  o.log_level = "off";
  auto out = std::make_shared<sluice::collected<counted_word>>();
  {
    sluice::streaming_context context{o, sim.where()};
    context
        .queue_stream<std::string>(
            std::vector<std::vector<std::string>>(batches, {"to be or", "not to be"}))
        .flat_map(sluice::split_words)
        .map([](std::string_view w) {
          return counted_word{std::string{w}, 1};
        })
        .reduce_by_key(std::plus<>{})
        .collect_into(out);
    context.start();
    context.run_until_idle();
    context.stop();
  }
  std::uint64_t words = 0;
  for (auto const& batch : out->batches())
    for (auto const& [word, n] : batch) words += static_cast<std::uint64_t>(n);
  return words;
}

void simulated_runs(report& results) {
  std::size_t const runs = results.how().quick ? 50 : 2'000;
  std::vector<double> samples;
  std::uint64_t seed = 0;
  for (std::size_t round = 0; round != results.how().rounds; ++round) {
    auto const before = cpu_seconds();
    std::uint64_t words = 0;
    for (std::size_t i = 0; i != runs; ++i) words += run_word_count(++seed);
    expect("words", runs * batches * 6, words);
    samples.push_back(static_cast<double>(runs) / (cpu_seconds() - before) * 60 / runs_per_minute);
  }
  results.add({"runs per minute of CPU / 20,000", "cpu", samples, 1.0, false});
  results.note("each run: an actor system, ten actors, " + std::to_string(batches) +
               " batches of 6 words, a drawn schedule");
}

// Not inlined, so that the two differ by the point alone.
[[gnu::noinline]] std::uint64_t plain(std::uint64_t x) { return x * 0x9e3779b97f4a7c15ULL >> 7U; }
[[gnu::noinline]] std::uint64_t with_point(std::uint64_t x) {
  SLUICE_FAULT_POINT("here");
  return x * 0x9e3779b97f4a7c15ULL >> 7U;
}

template <class F>
std::uint64_t sum_of(F f, std::uint64_t n) {
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i != n; ++i) sum += f(i);
  return sum;
}

void idle_fault_point(report& results) {
  std::uint64_t const calls = results.how().quick ? 1'000'000 : 100'000'000;
  auto const right = sum_of([](std::uint64_t x) { return x * 0x9e3779b97f4a7c15ULL >> 7U; }, calls);
  experiment work;
  work.records = calls;
  work.bytes = calls * sizeof(std::uint64_t);
  work.contenders = {{"without", [=] { expect("sum", right, sum_of(plain, calls)); }},
                     {"with a point", [=] { expect("sum", right, sum_of(with_point, calls)); }}};
  work.comparisons = {{"with a point", "without", {}}};
  results.interleave(work);
  results.note("each call is one multiplication, so this is the most that a point can matter");
}

}  // namespace

}  // namespace bench

int main(int argc, char** argv) {
  return bench::run_program(
      argc, argv,
      {{"simulated_runs", "complete simulated runs of a word count per minute on one core",
        bench::simulated_runs},
       {"idle_fault_point", "a function with a fault point that nobody has armed, and without",
        bench::idle_fault_point}});
}
