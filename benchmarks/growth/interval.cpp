// Batches cut more often from the same records per second, which come when they are due, whatever
// the stream does.

#include <sys/prctl.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <numeric>
#include <optional>
#include <thread>

#include "cases.hpp"
#include "harness/block_stream.hpp"
#include "harness/corpus.hpp"
#include "harness/keys.hpp"
#include "recovery/turns.hpp"
#include "state/hand.hpp"

namespace bench {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr std::uint32_t records_per_millisecond = 1'000;
constexpr std::uint64_t keys = 10'000;

/// Calls `send` each millisecond with the numbers of its records; late ones follow at once.
template <class Send>
void send_on_time(std::chrono::milliseconds period, Send send) {
  ::prctl(PR_SET_TIMERSLACK, 1);
  auto due = clock::now();
  std::uint32_t next = 0;
  for (auto i = 0ms; i != period; ++i) {
    std::this_thread::sleep_until(due += 1ms);
    std::vector<std::uint32_t> records(records_per_millisecond);
    std::iota(records.begin(), records.end(), next);
    next += records_per_millisecond;
    send(std::move(records));
  }
}

class punctual_receiver final : public sluice::receiver<std::uint32_t> {
 public:
  punctual_receiver(std::chrono::milliseconds period, std::atomic<bool>& ended)
      : period_{period}, ended_{ended} {}
  void on_start(sluice::receiver_handle<std::uint32_t>& handle) override {
    send_on_time(period_,
                 [&](std::vector<std::uint32_t> records) { handle.store(std::move(records)); });
    ended_ = true;
    ended_.notify_one();
  }
  void on_stop() override {}

 private:
  std::chrono::milliseconds period_;
  std::atomic<bool>& ended_;
};

/// The text that record i is a line of, and how many words the first n records have.
class line_table {
 public:
  line_table() {
    corpus_plan plan;
    plan.bytes = plan.batch_bytes = std::size_t{8} << 20U;
    text_ = make_corpus(plan);
    for (auto const& block : text_.blocks)
      sluice::for_each_line(block, [this](std::string_view line) { lines_.push_back(line); });
  }
  [[nodiscard]] std::string_view line(std::uint32_t record) const {
    return lines_[record % lines_.size()];
  }
  [[nodiscard]] std::uint64_t words_of(std::uint64_t records) const {
    std::uint64_t words = 0;
    for (std::uint64_t i = 0; i != records; ++i)
      sluice::split_words(line(static_cast<std::uint32_t>(i)), [&](std::string_view) { ++words; });
    return words;
  }

 private:
  corpus text_;
  std::vector<std::string_view> lines_;
};

// Ten words and more per record are split and counted.
auto words_in(line_table const& table) {
  return [&table](auto const& records) {
    return records
        .template flat_map<std::string_view>(
            [&table](std::uint32_t record, auto&& emit) { emit(table.line(record)); })
        .flat_map(sluice::split_words)
        .map([](std::string_view) { return std::uint64_t{1}; });
  };
}

// Some nanoseconds of work per record.
constexpr auto counters = [](auto const& records) {
  auto const count = [](std::uint64_t, std::optional<std::uint64_t> n,
                        sluice::state<std::uint64_t>& sum) {
    sum.update((sum.exists() ? sum.get() : 0) + n.value_or(0));
    return std::uint64_t{1};
  };
  return records
      .map([](std::uint32_t record) {
        return std::pair{key_of(key_of(record) % keys), std::uint64_t{1}};
      })
      .map_with_state(sluice::state_spec(count));
};

// The same by hand: a function that takes the records of a batch and returns what they add up to.
auto words_by_hand(line_table const& table) {
  return [&table](std::vector<std::uint32_t> const& records) {
    std::uint64_t words = 0;
    for (auto record : records)
      sluice::split_words(table.line(record), [&](std::string_view) { ++words; });
    return words;
  };
}

auto counters_by_hand() {
  return [counter = flat_map_counter{}](std::vector<std::uint32_t> const& records) mutable {
    std::vector<std::uint64_t> results;
    for (auto record : records)
      if (counter.count(key_of(key_of(record) % keys)) != 0) results.push_back(1);
    return std::accumulate(results.begin(), results.end(), std::uint64_t{0});
  };
}

/// CPU seconds of two threads that share a vector: one sends, the other takes all there is each
/// interval, like the stream.
template <class Work>
double cpu_by_hand(std::chrono::milliseconds interval, std::chrono::milliseconds period,
                   std::uint64_t expected, Work work) {
  std::mutex mutex;
  std::vector<std::uint32_t> waiting;
  bool ended = false;
  std::uint64_t sum = 0;
  stopwatch const watch;
  std::thread sender{[&] {
    send_on_time(period, [&](std::vector<std::uint32_t> const& records) {
      std::lock_guard const guard{mutex};
      waiting.insert(waiting.end(), records.begin(), records.end());
    });
    std::lock_guard const guard{mutex};
    ended = true;
  }};
  std::thread taker{[&] {
    ::prctl(PR_SET_TIMERSLACK, 1);
    std::vector<std::uint32_t> batch;
    auto due = clock::now();
    for (auto last = false; !last;) {
      std::this_thread::sleep_until(due += interval);
      batch.clear();
      {
        std::lock_guard const guard{mutex};
        batch.swap(waiting);
        last = ended;
      }
      sum += work(batch);
    }
  }};
  sender.join();
  taker.join();
  expect("what was counted by hand", expected, sum);
  return watch.passed().cpu;
}

/// CPU seconds of all threads while records come for `period`, until all are counted.
template <class Work>
double cpu_of_stream(std::chrono::milliseconds interval, std::chrono::milliseconds period,
                     std::uint64_t expected, Work work) {
  auto how = stream_options(1);
  how.trigger = sluice::every(interval);
  std::atomic<std::uint64_t> sum = 0;
  std::atomic<bool> ended = false;
  stopwatch const watch;
  {
    sluice::streaming_context context{how, sluice::own_actor_system()};
    work(context.receiver_stream(std::make_unique<punctual_receiver>(period, ended)))
        .reduce(std::plus<>{})
        .foreach_rdd([&sum](auto const& sums) {
          for (auto each : sums.collect()) sum += each;
        });
    context.start();
    ended.wait(false);
    context.stop();
  }
  expect("what was counted", expected, sum);
  return watch.passed().cpu;
}

double cpu_of_sender(std::chrono::milliseconds period) {
  stopwatch const watch;
  std::thread sender{[&] { send_on_time(period, [](std::vector<std::uint32_t> const&) {}); }};
  sender.join();
  return watch.passed().cpu;
}

struct interval_plan {
  std::string name;
  std::uint64_t expected;
  std::chrono::milliseconds period;
};

template <class Work, class ByHand>
void compare(report& results, interval_plan const& plan, Work work, ByHand by_hand) {
  std::vector<std::chrono::milliseconds> intervals{1000ms, 100ms, 10ms, 1ms};
  if (results.how().quick) intervals.erase(intervals.begin());
  std::vector<std::vector<double>> stream(intervals.size());
  std::vector<std::vector<double>> hand(intervals.size());
  for (std::size_t round = 0; round != results.how().rounds; ++round) {
    auto const sender = cpu_of_sender(plan.period);
    for (std::size_t i = 0; i != intervals.size(); ++i) {
      hand[i].push_back(cpu_by_hand(intervals[i], plan.period, plan.expected, by_hand) - sender);
      stream[i].push_back(cpu_of_stream(intervals[i], plan.period, plan.expected, work) - sender);
    }
  }
  auto const seconds = std::chrono::duration<double>{plan.period}.count();
  auto const named = [&](std::string const& who, std::size_t i) {
    return plan.name + who + ", " + std::to_string(intervals[i].count()) + " ms";
  };
  auto const growth = [&](std::string const& who, std::vector<std::vector<double>> const& cpu,
                          std::size_t i) {
    return at_most(named(who, i) + " : " + std::to_string(intervals[i - 1].count()) + " ms",
                   "growth", cpu[i], cpu[i - 1], {});
  };
  for (std::size_t i = 1; i != intervals.size(); ++i) {
    auto row = growth("", stream, i);
    row.bar = intervals[i] == 1ms ? 1.3 : 1.1;
    results.add(std::move(row));
    results.add(growth(" by hand", hand, i));
  }
  for (auto const i : {std::size_t{0}, intervals.size() - 1})
    results.add(at_most(named("", i) + ", share of a core", "cpu", stream[i],
                        std::vector(stream[i].size(), seconds), {}));
}

}  // namespace

void batch_interval(report& results) {
  auto const period = results.how().quick ? 200ms : 2'000ms;
  auto const records = static_cast<std::uint64_t>(period.count()) * records_per_millisecond;
  line_table const table;
  auto const words = table.words_of(records);
  compare(results, {"words", words, period}, words_in(table), words_by_hand(table));
  compare(results, {"map_with_state", records, period}, counters, counters_by_hand());
  results.note(
      "1,000,000 records a second, 1,000 each millisecond, open loop; CPU time of the process, "
      "without that of such a sender alone");
  results.note(
      "by hand: the sender and one more thread, which takes what is there each interval and does "
      "the same work");
  results.note("words: a line of 100 bytes per record; map_with_state: 10,000 keys");
}

}  // namespace bench
