// Latency of records that come at fixed times, cut each millisecond, durable before the result.

#include <sys/prctl.h>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <sluice/sluice.hpp>
#include <thread>

#include "cases.hpp"
#include "counting.hpp"
#include "hand.hpp"
#include "scratch.hpp"
#include "turns.hpp"

namespace bench {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(clock::now().time_since_epoch().count());
}

/// Records are their due times. Ten are due each 100 us; the sender's own delay counts as theirs.
template <class Send, class Stopped>
std::uint64_t send_on_time(clock::duration period, Send send, Stopped stopped) {
  ::prctl(PR_SET_TIMERSLACK, 1);
  std::uint64_t sent = 0;
  auto due = clock::now();
  auto const end = due + period;
  while (due < end && !stopped()) {
    std::this_thread::sleep_until(due += 100us);
    std::vector<std::uint64_t> records(10,
                                       static_cast<std::uint64_t>(due.time_since_epoch().count()));
    sent += records.size();
    send(std::move(records));
  }
  return sent;
}

/// Latencies in nanoseconds of a stretch of time.
struct latencies {
  std::vector<std::uint64_t> all;
  std::uint64_t at(double p) {
    auto const place =
        all.begin() + static_cast<std::ptrdiff_t>(p * static_cast<double>(all.size() - 1));
    std::nth_element(all.begin(), place, all.end());
    return *place;
  }
};

class timed_receiver final : public sluice::receiver<std::uint64_t> {
 public:
  timed_receiver(clock::duration period, std::atomic<std::uint64_t>& sent)
      : period_{period}, sent_{sent} {}
  void on_start(sluice::receiver_handle<std::uint64_t>& handle) override {
    sent_ = send_on_time(
        period_, [&](std::vector<std::uint64_t> records) { handle.store(std::move(records)); },
        [&] { return handle.stopped(); });
    sent_.notify_all();
  }
  void on_stop() override {}

 private:
  clock::duration period_;
  std::atomic<std::uint64_t>& sent_;
};

latencies measure_stream(std::string const& directory, clock::duration period) {
  latencies seen;
  std::atomic<std::uint64_t> sent = 0;
  auto o = durable_options(directory);
  o.trigger = sluice::every(1ms);
  o.parallelism = 1;
  {
    sluice::streaming_context context{o};
    context.receiver_stream(std::make_unique<timed_receiver>(period, sent))
        .foreach_rdd([&seen](auto const& batch) {
          auto const records = batch.collect();
          auto const now = now_ns();
          for (auto due : records) seen.all.push_back(now - due);
        });
    context.start();
    sent.wait(0);
    context.stop();
  }
  expect("the number of records", sent, seen.all.size());
  return seen;
}

latencies measure_hand(std::string const& file, clock::duration period) {
  latencies seen;
  hand_log log{file};
  std::mutex mutex;
  std::vector<std::uint64_t> waiting;
  std::atomic<bool> ended = false;
  std::uint64_t sent = 0;
  std::thread sender{[&] {
    sent = send_on_time(
        period,
        [&](std::vector<std::uint64_t> const& records) {
          std::lock_guard const guard{mutex};
          waiting.insert(waiting.end(), records.begin(), records.end());
        },
        [] { return false; });
    ended = true;
  }};
  std::vector<std::uint64_t> batch;
  auto next = clock::now();
  ::prctl(PR_SET_TIMERSLACK, 1);
  for (auto last = false; !last;) {
    last = ended;
    std::this_thread::sleep_until(next += 1ms);
    batch.clear();
    {
      std::lock_guard const guard{mutex};
      batch.swap(waiting);
    }
    log.append({reinterpret_cast<char const*>(batch.data()), batch.size() * sizeof(batch[0])});
    auto const now = now_ns();
    for (auto due : batch) seen.all.push_back(now - due);
  }
  ::prctl(PR_SET_TIMERSLACK, 0);
  sender.join();
  expect("the number of records", sent, seen.all.size());
  return seen;
}

}  // namespace

void interval_durable(report& results) {
  scratch_directory scratch;
  auto const period = results.how().quick ? 200ms : 3'000ms;
  std::map<double, std::vector<double>> own, hand;
  for (std::size_t round = 0; round != results.how().rounds + 1; ++round) {
    auto stream = measure_stream(scratch.fresh("stream"), period);
    auto loop = measure_hand(scratch.path("hand"), period);
    if (round == 0) continue;  // warms up
    for (auto p : {0.5, 0.99, 0.999}) {
      own[p].push_back(static_cast<double>(stream.at(p)));
      hand[p].push_back(static_cast<double>(loop.at(p)));
    }
  }
  for (auto const& [p, name, bar] :
       {std::tuple{0.5, "p50", std::optional{1.2}}, std::tuple{0.99, "p99", std::optional{1.3}},
        std::tuple{0.999, "p99.9", std::optional<double>{}}}) {
    auto row = at_most(std::string{name} + ", stream : hand", "latency", own[p], hand[p], bar);
    row.data = {{"stream_ns", own[p].back()}, {"hand_ns", hand[p].back()}};
    results.add(std::move(row));
  }
  auto fixed =
      at_most("p99 / 2.5 ms", "latency", own[0.99], std::vector(own[0.99].size(), 2.5e6), 1.0);
  results.add(std::move(fixed));
  results.note(
      "100,000 records a second, open loop: from when a record was due to when its result "
      "was there");
  results.note("hand: one thread stores, one cuts each ms, appends, fdatasync, then counts");
  scratch.note_in(results);
}

}  // namespace bench
