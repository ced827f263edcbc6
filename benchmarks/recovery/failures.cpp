// How soon results come again after a function has thrown, and after a process was killed.

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "cases.hpp"
#include "counting.hpp"
#include "hand.hpp"
#include "scratch.hpp"
#include "turns.hpp"

extern char** environ;

namespace bench {

namespace {

using namespace std::chrono_literals;

// ---- A function throws. ----

sluice::options restarting_options() {
  auto o = stream_options(1);
  o.trigger = sluice::every(1ms);
  o.log_level = "off";
  o.supervision.stages.backoff = {0ms, 0ms};
  o.supervision.stages.max_restarts = 1'000;
  return o;
}

/// A stream that is sent 100 records each millisecond, whatever it does.
class fragile_stream {
 public:
  explicit fragile_stream(key_space keys) : keys_{keys}, context_{restarting_options()} {
    counts_of(context_.queue_stream(queue_).map([this](key_range const& r) {
      if (break_.exchange(false)) throw std::runtime_error{"thrown once"};
      return r;
    }),
              keys)
        .foreach_rdd([this](auto const& counts) {
          sum_ += counts.fold(std::uint64_t{0}, std::plus<>{});
          done_ += static_cast<std::uint64_t>(counts.count());
        });
    context_.start();
    for (std::uint32_t i = 0; i != 10; ++i) queue_->push({{i * (keys.size / 10), keys.size / 10}});
    sent_ = keys.size;
    context_.run_until_idle();
  }

  /// From the exception until every record has come out that was due by then.
  cost fail_once() {
    auto next = std::chrono::steady_clock::now();
    std::optional<stopwatch> watch;
    std::uint64_t failing = 0;
    for (int tick = 0;; ++tick) {
      if (tick == 20) {
        watch.emplace();
        failing = sent_ + per_tick;
        break_ = true;
      }
      queue_->push({{static_cast<std::uint32_t>(at_ % keys_.size), per_tick}});
      at_ += per_tick;
      sent_ += per_tick;
      std::this_thread::sleep_until(next += 1ms);
      // Three are on their way without a failure, too.
      if (failing != 0 && done_ >= failing && sent_ - done_ <= 3 * per_tick) break;
    }
    auto const spent = watch->passed();
    context_.run_until_idle();
    return spent;
  }
  void check() const {
    // Every key was counted by turns, so the sums of the counts follow from how many there were.
    expect("the number of results", sent_, done_);
    auto const n = keys_.size;
    auto const turns = at_ / n, rest = at_ % n;
    expect("the sum of the counts", (turns + 1) * (turns + 2) / 2 * n + (turns + 2) * rest, sum_);
  }

 private:
  static constexpr std::uint32_t per_tick = 100;
  key_space keys_;
  std::uint64_t sent_ = 0;
  std::uint64_t at_ = 0;
  std::atomic<bool> break_ = false;
  std::atomic<std::uint64_t> done_ = 0;
  std::uint64_t sum_ = 0;
  std::shared_ptr<sluice::batch_queue<key_range>> queue_ =
      std::make_shared<sluice::batch_queue<key_range>>();
  sluice::streaming_context context_;
};

}  // namespace

void stage_restart(report& results) {
  key_space const keys{results.how().quick ? 100'000U : 1'000'000U};
  fragile_stream stream{keys};
  auto const costs = take_turns(results, {{"stream", [&] { return stream.fail_once(); }}});
  stream.check();
  results.add(against(costs, "stream", 0.2, "backlog gone / 200 ms"));
  results.note(std::to_string(keys.size) +
               " keys, 100 records each ms; from the exception until no more wait than "
               "before; the wait that `backoff` orders is set to 0");
}

// ---- A process is killed. ----

namespace {

constexpr std::uint32_t probe_keys = 1'000;
constexpr std::uint32_t prepared_batches = 10;

/// Another process of this program, and the lines that it writes.
class child {
 public:
  explicit child(std::vector<std::string> arguments) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error{"process recovery: pipe"};
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
    arguments.insert(arguments.begin(), {"/proc/self/exe", child_argument});
    std::vector<char*> given;
    for (auto& a : arguments) given.push_back(a.data());
    given.push_back(nullptr);
    auto const failed = ::posix_spawn(&process_, given[0], &files, nullptr, given.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    ::close(ends[1]);
    from_ = ::fdopen(ends[0], "r");
    if (failed != 0) throw std::runtime_error{"process recovery: the process does not start"};
  }
  ~child() {
    kill();
    if (from_) std::fclose(from_);
  }
  child(child const&) = delete;
  child& operator=(child const&) = delete;

  /// Reads sums until the expected one; a stream may give smaller ones again.
  void await_sum(std::uint64_t expected) {
    unsigned long long sum = 0;
    while (std::fscanf(from_, "%llu", &sum) == 1)
      if (sum >= expected) return expect("the sum of the counts", expected, sum);
    throw std::runtime_error{"process recovery: the process has ended without a result"};
  }
  void kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(std::exchange(process_, 0), nullptr, 0);
  }

 private:
  pid_t process_ = 0;
  std::FILE* from_ = nullptr;
};

void tell_sum(std::uint64_t sum) {
  std::printf("%llu\n", static_cast<unsigned long long>(sum));
  std::fflush(stdout);
}

[[noreturn]] void wait_to_be_killed() {
  for (;;) ::pause();
}

/// Counts and tells the sums of the probes; the first one prepares the directory.
[[noreturn]] void stream_child(std::string const& directory, key_space keys, bool first) {
  auto queue = std::make_shared<sluice::batch_queue<key_range>>();
  auto const watch = std::make_shared<checkpoint_watch>();
  sluice::streaming_context context{
      durable_options(directory, first ? std::chrono::milliseconds{500} : 1h)};
  counts_of(context.queue_stream(queue), keys).foreach_rdd([](auto const& counts) {
    auto const all = counts.collect();
    if (all.size() == probe_keys)
      tell_sum(std::accumulate(all.begin(), all.end(), std::uint64_t{0}));
  });
  context.add_listener(watch);
  context.start();
  if (first) {
    queue->push({{0, keys.size}});
    while (watch->seen() == 0) {
      queue->push({{0, 0}});
      context.run_until_idle();
      std::this_thread::sleep_for(20ms);
    }
    for (std::uint32_t i = 0; i != prepared_batches; ++i) queue->push({{0, probe_keys}});
  } else {
    queue->push({{0, probe_keys}});
  }
  context.run_until_idle();
  wait_to_be_killed();
}

[[noreturn]] void hand_child(std::string const& file, key_space keys) {
  auto map = load_map(file);
  std::uint64_t sum = 0;
  for (std::uint32_t i = 0; i != probe_keys; ++i) sum += ++map[key_of(keys.number({}, i))];
  tell_sum(sum);
  wait_to_be_killed();
}

}  // namespace

int run_as_child(int argc, char** argv) try {
  if (argc != 5) throw std::runtime_error{"another process of this program starts this one"};
  std::string_view const what = argv[2];
  key_space const keys{static_cast<std::uint32_t>(std::stoul(argv[4]))};
  if (what == "hand") hand_child(argv[3], keys);
  stream_child(argv[3], keys, what == "first");
} catch (std::exception const& failed) {
  std::fprintf(stderr, "%s\n", failed.what());
  return 1;
}

void process_recovery(report& results) {
  scratch_directory scratch;
  key_space const keys{results.how().quick ? 100'000U : 1'000'000U};
  auto const directory = scratch.path("stream");
  auto const file = scratch.path("hand");
  auto const size = std::to_string(keys.size);
  count_map map;
  for (std::uint32_t i = 0; i != keys.size; ++i) map[key_of(i)] = 1;
  save_map(map, file);
  auto batches = std::uint64_t{prepared_batches};
  {
    child first{{"first", directory, size}};
    first.await_sum(std::uint64_t{probe_keys} * (1 + batches));
  }
  auto const costs =
      take_turns(results, {{"stream",
                            [&] {
                              ++batches;
                              stopwatch const watch;
                              child next{{"next", directory, size}};
                              next.await_sum(std::uint64_t{probe_keys} * (1 + batches));
                              return watch.passed();
                            }},
                           {"hand", [&] {
                              stopwatch const watch;
                              child next{{"hand", file, size}};
                              next.await_sum(std::uint64_t{probe_keys} * 2);
                              return watch.passed();
                            }}});
  results.add(against(costs, "stream", 0.3, "first new result / 300 ms"));
  results.add(compared(costs, {"stream", "hand", {}, by::wall}));
  results.note(size + " keys; killed with SIGKILL, " + std::to_string(prepared_batches) +
               " and more batches behind the checkpoint; from exec to the first result of a new "
               "batch");
  results.note("hand starts a process, too, which reads a file and fills a map");
  scratch.note_in(results);
}

}  // namespace bench
