// Checkpoints of keyed state: the first one, those that follow, and what comes of more keys.

#include <algorithm>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <thread>

#include "cases.hpp"
#include "counting.hpp"
#include "hand.hpp"
#include "scratch.hpp"
#include "turns.hpp"

namespace bench {

namespace {

using namespace std::chrono_literals;

count_map counted(key_space keys) {
  count_map map;
  map.reserve(keys.size);
  for (std::uint32_t i = 0; i != keys.size; ++i) map[key_of(i)] = 1;
  return map;
}

// The stream has all keys and writes none until the interval is over: what is timed is one little
// batch with the checkpoint behind it.
cost first_checkpoint(key_space keys, std::string const& directory,
                      std::chrono::milliseconds interval) {
  auto const begin = std::chrono::steady_clock::now();
  counting_stream stream{keys, durable_options(directory, interval)};
  stream.load();
  expect("the checkpoints before the first; was loading slower than the interval?", 0,
         stream.checkpoints().seen());
  std::this_thread::sleep_until(begin + interval + 20ms);
  stopwatch const watch;
  stream.send({0, 1});
  stream.run();
  stream.checkpoints().await(1);
  auto const result = watch.passed();
  stream.check();
  return result;
}

}  // namespace

void full_checkpoint(report& results) {
  auto const quick = results.how().quick;
  scratch_directory scratch;
  key_space const keys{quick ? 100'000U : 1'000'000U};
  auto const map = counted(keys);
  auto const costs = take_turns(
      results, {{"stream",
                 [&] {
                   auto const directory = scratch.path("stream");
                   auto const spent = first_checkpoint(keys, directory, quick ? 300ms : 2'000ms);
                   std::filesystem::remove_all(directory);
                   return spent;
                 }},
                {"hand", [&] {
                   auto const file = scratch.path("hand");
                   stopwatch const watch;
                   save_map(map, file);
                   auto const spent = watch.passed();
                   expect("the keys in the file", keys.size, load_map(file).size());
                   std::filesystem::remove(file);
                   return spent;
                 }}});
  results.add(compared(costs, {"stream", "hand", 0.60, by::wall}));
  results.add(compared(costs, {"stream", "hand", {}, by::cpu}));
  results.note(std::to_string(keys.size) +
               " keys; hand copies them out, checksum, write, fdatasync");
  scratch.note_in(results);
}

namespace {

/// What a run of batches showed.
struct observed {
  cost spent;
  std::vector<double> gaps;  // between commits
  std::uint64_t written = 0;
  std::vector<std::size_t> checkpoints;  // after which gap one began, about
};

double percentile(std::vector<double> all, double p) {
  auto const at =
      all.begin() + static_cast<std::ptrdiff_t>(p * static_cast<double>(all.size() - 1));
  std::nth_element(all.begin(), at, all.end());
  return *at;
}

/// Batches of some of the keys, as fast as they go.
class steady_work {
 public:
  steady_work(key_space keys, std::size_t batches, std::uint32_t records)
      : keys_{keys}, batches_{batches}, records_{records} {}

  observed run(counting_stream& stream) const {
    stream.commits.clear();
    auto const seen = stream.checkpoints().seen();
    observed result;
    auto const before = bytes_written();
    stopwatch const watch;
    for (std::size_t b = 0; b != batches_; ++b)
      stream.send(
          {static_cast<std::uint32_t>(b * records_ % (keys_.size / every)), records_, every});
    stream.run();
    result.spent = watch.passed();
    // The newest one may still be on its way to the disk.
    std::this_thread::sleep_for(50ms);
    result.written = bytes_written() - before;
    result.checkpoints.resize(stream.checkpoints().seen() - seen);
    stream.check();
    for (std::size_t i = 1; i != stream.commits.size(); ++i)
      result.gaps.push_back(stream.commits[i] - stream.commits[i - 1]);
    return result;
  }
  static constexpr std::uint32_t every = 10;

 private:
  key_space keys_;
  std::size_t batches_;
  std::uint32_t records_;
};

// The longest gaps, as many as there were checkpoints: each had to wait for one.
double longest(observed const& of, std::size_t how_many) {
  auto gaps = of.gaps;
  std::sort(gaps.rbegin(), gaps.rend());
  return std::accumulate(gaps.begin(), gaps.begin() + static_cast<std::ptrdiff_t>(how_many), 0.0) /
         static_cast<double>(how_many);
}

}  // namespace

void checkpoint_cost(report& results) {
  auto const quick = results.how().quick;
  scratch_directory scratch;
  key_space const keys{quick ? 100'000U : 1'000'000U};
  auto const interval = quick ? 100ms : 1'000ms;
  counting_stream plain{keys, durable_options({})};
  counting_stream logged{keys, durable_options(scratch.fresh("stream"))};
  counting_stream saving{keys, durable_options(scratch.fresh("stream"), interval)};
  for (auto* stream : {&plain, &logged, &saving}) {
    stream->load();
    stream->check();
  }
  std::this_thread::sleep_for(interval);
  steady_work const work{keys, quick ? 100U : 2'000U, 32'768};
  std::map<std::string, std::vector<observed>> seen;
  auto const turn = [&](std::string const& name, counting_stream& stream) {
    return timed{name, [&work, &seen, &stream, name] {
                   seen[name].push_back(work.run(stream));
                   return seen[name].back().spent;
                 }};
  };
  auto const costs = take_turns(
      results,
      {turn("no directory", plain), turn("no checkpoints", logged), turn("checkpoints", saving)});
  results.add(compared(costs, {"checkpoints", "no checkpoints", 0.97, by::cpu}));
  results.add(compared(costs, {"checkpoints", "no checkpoints", {}, by::wall}));
  results.add(compared(costs, {"no checkpoints", "no directory", {}, by::cpu}));
  std::vector<double> pause, bytes, p99, p99_without, ones;
  auto const changed_bytes = 16.0 * keys.size / steady_work::every;
  for (std::size_t i = 1; i != seen["checkpoints"].size(); ++i) {  // the first was unmeasured
    auto const& with = seen["checkpoints"][i];
    auto const& without = seen["no checkpoints"][i];
    auto const n = with.checkpoints.size();
    if (n == 0) continue;
    pause.push_back((longest(with, n) - longest(without, n)) / 1e-3);
    p99.push_back(percentile(with.gaps, 0.99));
    p99_without.push_back(percentile(without.gaps, 0.99));
    bytes.push_back((static_cast<double>(with.written) - static_cast<double>(without.written)) /
                    static_cast<double>(n) / changed_bytes);
    ones.push_back(1);
  }
  if (ones.empty()) throw std::runtime_error{"no checkpoint fell into a run; make it longer"};
  results.add(at_most("added pause at a checkpoint / 1 ms", "wall", pause, ones, 1.0));
  results.add(at_most("p99 between two commits, with : without", "wall", p99, p99_without, {}));
  results.add(at_most("bytes of a checkpoint / changed entries of 16", "bytes", bytes, ones, 1.3));
  results.note(std::to_string(keys.size) +
               " keys, a tenth of which changes between two checkpoints, " +
               std::to_string(interval.count()) + " ms apart; batches of 32,768 records");
  results.note(
      "added pause: the longest times between two commits, as many as checkpoints, with - without");
  scratch.note_in(results);
}

namespace {

/// Checkpoints one after the other, each behind one batch.
struct saved {
  cost spent;
  std::uint64_t written = 0;
};

saved save_often(counting_stream& stream, std::uint32_t size, std::size_t saves,
                 std::uint32_t changed, std::uint64_t& at) {
  auto const before = bytes_written();
  stopwatch const watch;
  for (std::size_t i = 0; i != saves; ++i) {
    auto const seen = stream.checkpoints().seen();
    stream.send({static_cast<std::uint32_t>(at % size), changed});
    at += changed;
    stream.run();
    stream.checkpoints().await(seen + 1);
  }
  saved result{watch.passed(), bytes_written() - before};
  stream.check();
  return result;
}

}  // namespace

void checkpoint_growth(report& results) {
  auto const quick = results.how().quick;
  scratch_directory scratch;
  std::vector<std::uint32_t> sizes{10'000, 100'000};
  if (!quick) sizes.push_back(1'000'000);
  std::vector<std::unique_ptr<counting_stream>> streams;
  std::vector<std::vector<saved>> seen(sizes.size());
  std::vector<timed> contenders;
  auto const saves = quick ? 20U : 200U;
  constexpr std::uint32_t changed = 1'000;
  for (std::size_t s = 0; s != sizes.size(); ++s) {
    auto& stream = *streams.emplace_back(std::make_unique<counting_stream>(
        key_space{sizes[s]}, durable_options(scratch.fresh("stream"), 0ms)));
    stream.load();
    stream.check();
    contenders.push_back({std::to_string(sizes[s]), [&, s, at = std::uint64_t{0}]() mutable {
                            seen[s].push_back(
                                save_often(*streams[s], sizes[s], saves, changed, at));
                            return seen[s].back().spent;
                          }});
  }
  take_turns(results, contenders);
  for (std::size_t s = 1; s != sizes.size(); ++s) {
    std::vector<double> bytes, less_bytes, cpu, less_cpu, wall, less_wall;
    for (std::size_t i = 1; i != seen[s].size(); ++i) {
      bytes.push_back(static_cast<double>(seen[s][i].written));
      less_bytes.push_back(static_cast<double>(seen[s - 1][i].written));
      cpu.push_back(seen[s][i].spent.cpu);
      less_cpu.push_back(seen[s - 1][i].spent.cpu);
      wall.push_back(seen[s][i].spent.wall);
      less_wall.push_back(seen[s - 1][i].spent.wall);
    }
    auto const name =
        std::to_string(sizes[s] / 1000) + " k : " + std::to_string(sizes[s - 1] / 1000) + " k keys";
    results.add(at_most(name, "bytes", bytes, less_bytes, 1.1));
    results.add(at_most(name, "cpu", cpu, less_cpu, 1.1));
    results.add(at_most(name, "wall", wall, less_wall, {}));
  }
  results.note("a batch of 1,000 keys and a checkpoint behind it, again and again");
  scratch.note_in(results);
}

}  // namespace bench
