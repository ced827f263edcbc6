// How long a stream takes to start whose keyed state is in a directory.

#include <chrono>
#include <thread>

#include "cases.hpp"
#include "counting.hpp"
#include "hand.hpp"
#include "scratch.hpp"
#include "turns.hpp"

namespace bench {

namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

// Leaves a directory with one checkpoint that holds everything, and `more` that hold what changed.
void fill(std::string const& directory, key_space keys, std::uint32_t more) {
  counting_stream stream{keys, durable_options(directory, 0ms)};
  auto const save = [&stream](key_range const& range) {
    auto const seen = stream.checkpoints().seen();
    stream.send(range);
    stream.run();
    stream.checkpoints().await(seen + 1);
  };
  save({0, keys.size});
  auto const tenth = keys.size / 10;
  for (std::uint32_t i = 0; i != more; ++i) save({i % 10 * tenth, tenth});
  stream.check();
}

// A copy, because a start writes into the directory.
cost restart(std::string const& directory, key_space keys, std::uint32_t counted) {
  auto const copy = directory + "-copy";
  fs::copy(directory, copy, fs::copy_options::recursive);
  cost spent;
  {
    stopwatch const watch;
    counting_stream stream{keys, durable_options(copy)};
    spent = watch.passed();
    stream.load();
    stream.check(counted);
  }
  fs::remove_all(copy);
  return spent;
}

}  // namespace

void restore(report& results) {
  auto const quick = results.how().quick;
  scratch_directory scratch;
  key_space const keys{quick ? 100'000U : 1'000'000U};
  auto const once = scratch.path("once");
  auto const often = scratch.path("often");
  constexpr std::uint32_t more = 30;  // each key three times
  fill(once, keys, 0);
  fill(often, keys, more);
  count_map map;
  for (std::uint32_t i = 0; i != keys.size; ++i) map[key_of(i)] = 1;
  save_map(map, scratch.path("hand"));
  auto const costs = take_turns(results, {{"stream", [&] { return restart(once, keys, 1); }},
                                          {"stream after 30 more checkpoints",
                                           [&] { return restart(often, keys, 1 + more / 10); }},
                                          {"hand", [&] {
                                             stopwatch const watch;
                                             auto const loaded = load_map(scratch.path("hand"));
                                             auto const spent = watch.passed();
                                             std::uint64_t sum = 0;
                                             for (auto const& [key, n] : loaded) sum += n;
                                             expect("the sum of the counts", keys.size, sum);
                                             return spent;
                                           }}});
  results.add(compared(costs, {"stream", "hand", 0.60, by::cpu}));
  results.add(compared(costs, {"stream", "hand", {}, by::wall}));
  results.add(compared(costs, {"stream after 30 more checkpoints", "hand", {}, by::cpu}));
  results.note(std::to_string(keys.size) +
               " keys in the page cache; hand reads a file, checks it and fills a map");
  results.note(
      "after more checkpoints, each with a tenth of the keys, the state is in all of them");
  scratch.note_in(results);
}

}  // namespace bench
