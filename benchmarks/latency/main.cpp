// How long a record is under way from its source through a keyed operator to the output.

#include <sluice/sluice.hpp>

#include "hand.hpp"
#include "harness/bench.hpp"

namespace bench {

namespace {

using namespace std::chrono_literals;

class timed_receiver final : public sluice::receiver<timed_record> {
 public:
  timed_receiver(load const& how, std::atomic<bool>& ended, sender_report& report)
      : how_{how}, ended_{ended}, report_{report} {}
  void on_start(sluice::receiver_handle<timed_record>& handle) override {
    report_ = send_on_time(
        how_, [&](auto block) { handle.store(std::move(block)); },
        [&] { return handle.stopped(); });
    ended_ = true;
    ended_.notify_all();
  }
  void on_stop() override {}

 private:
  load how_;
  std::atomic<bool>& ended_;
  sender_report& report_;
};

/// One hop: source, a count per key, output. The sender has a core of its own.
latency_run measure_stream(load const& how, sluice::trigger const& when,
                           std::chrono::microseconds spin) {
  std::atomic<bool> ended = false;
  sender_report report;
  std::optional<latency_meter> meter;
  sluice::options o;
  o.app_name = "bench";
  o.parallelism = 1;
  o.trigger = when;
  o.spin = spin;
  {
    sluice::streaming_context context{o};
    auto const count = [](std::uint64_t, std::optional<std::uint64_t> due,
                          sluice::state<std::uint64_t>& n) {
      n.update(n.get_option().value_or(0) + 1);
      return *due;
    };
    context.receiver_stream(std::make_unique<timed_receiver>(how, ended, report))
        .map_with_state(sluice::state_spec(count))
        .foreach_rdd([&](auto const& batch) {
          auto const dues = batch.collect();
          auto const now = now_ns();
          for (auto due : dues) meter->seen(due, now);
        });
    meter.emplace(how);
    context.start();
    ended.wait(false);
    context.stop(sluice::stop_mode::drain);
  }
  expect("the number of records", report.sent, meter->all());
  return {meter->latencies(), report};
}

/// One row of section "latency": a way to cut batches, and its like by hand.
struct mode {
  std::string name;
  sluice::trigger when;
  std::function<latency_run(load const&)> hand;
  nanoseconds sleep;  ///< of the sender
  double bar_p50;
  std::optional<double> bar_p99;
  nanoseconds goal_p50;  ///< 0: none
  nanoseconds goal_p99;
  std::chrono::microseconds spin{0};
};

struct percentiles {
  std::map<double, std::vector<double>> of;
  void add(histogram const& h) {
    for (auto p : {0.5, 0.99, 0.999}) of[p].push_back(static_cast<double>(h.at(p)));
  }
};

std::string text_of(double per_second) {
  return per_second < 1e6 ? std::to_string(static_cast<int>(per_second / 1e3)) + " k/s"
                          : std::to_string(static_cast<int>(per_second / 1e6)) + " M/s";
}

void measure(report& results, mode const& m, double per_second, bool bars) {
  auto const period = results.how().quick ? nanoseconds{200ms} : nanoseconds{1'000ms};
  load const how{per_second, period, m.sleep};
  percentiles stream, hand;
  std::uint64_t late = 0, sent = 0;
  for (std::size_t round = 0; round != results.how().rounds + 1; ++round) {
    auto const own = measure_stream(how, m.when, m.spin);
    auto const base = m.hand(how);
    if (round == 0) continue;  // warms up
    stream.add(own.latencies);
    hand.add(base.latencies);
    late += own.sender.late;
    sent += own.sender.sent;
  }
  auto const at = m.name + ", " + text_of(per_second);
  auto const row = [&](char const* name, double p, std::optional<double> bar) {
    auto one = at_most(std::string{name} + ", " + at + ", stream : hand", "latency", stream.of[p],
                       hand.of[p], bar);
    one.data = {{"stream_ns", stream.of[p].back()}, {"hand_ns", hand.of[p].back()}};
    results.add(std::move(one));
  };
  auto const goal = [&](char const* name, double p, nanoseconds limit) {
    if (limit.count() == 0) return;
    results.add(at_most(
        std::string{name} + ", " + at + " / " + std::to_string(limit.count() / 1'000) + " us",
        "latency", stream.of[p],
        std::vector(stream.of[p].size(), static_cast<double>(limit.count())), 1.0));
  };
  row("p50", 0.5, bars ? std::optional{m.bar_p50} : std::nullopt);
  row("p99", 0.99, bars ? m.bar_p99 : std::nullopt);
  row("p99.9", 0.999, {});
  if (bars) {
    goal("p50", 0.5, m.goal_p50);
    goal("p99", 0.99, m.goal_p99);
  }
  if (late * 100 > sent)
    results.note(at + ": the sender was late with " + std::to_string(late * 100 / sent) +
                 " % of the records by more than 1 ms: source-bound");
}

void measure(report& results, mode const& m) {
  for (auto rate : {1e5, 1e6}) measure(results, m, rate, true);
}

mode by_clock(std::chrono::milliseconds interval, double bar) {
  auto const ns = nanoseconds{interval};
  return {"every " + std::to_string(interval.count()) + " ms",
          sluice::every(interval),
          [ns](load const& how) { return hand_by_clock(how, ns); },
          100us,
          bar,
          std::optional{interval == 1ms ? 1.3 : bar},
          ns * 65 / 100,
          ns * 140 / 100};
}

mode parked() {
  return {"on demand",
          sluice::on_demand(),
          [](load const& how) { return hand_on_demand(how, 0ns); },
          0ns,
          3.0,
          4.0,
          40us,
          150us};
}

mode spinning() {
  auto m = parked();
  m.name += ", spinning";
  m.hand = [](load const& how) { return hand_on_demand(how, 50us); };
  m.spin = 50us;
  m.bar_p99.reset();
  m.goal_p50 = 15us;
  m.goal_p99 = 80us;
  return m;
}

}  // namespace

}  // namespace bench

int main(int argc, char** argv) {
  using namespace bench;
  using namespace std::chrono_literals;
  return run_program(
      argc, argv,
      {{"latency_1ms", "latency with a batch every millisecond against two threads by hand",
        [](report& r) { measure(r, by_clock(1ms, 1.2)); }},
       {"latency_10ms", "the same with a batch every 10 ms",
        [](report& r) { measure(r, by_clock(10ms, 1.1)); }},
       {"latency_100ms", "the same with a batch every 100 ms",
        [](report& r) { measure(r, by_clock(100ms, 1.05)); }},
       {"latency_on_demand", "latency of batches that are cut when records are there",
        [](report& r) { measure(r, parked()); }},
       {"latency_spinning", "the same with threads that look for work for 50 us before they sleep",
        [](report& r) { measure(r, spinning()); }},
       {"latency_under_load", "the same at 5 and 20 million records a second", [](report& r) {
          for (auto rate : {5e6, 20e6}) {
            measure(r, parked(), rate, false);
            measure(r, by_clock(1ms, 1.2), rate, false);
          }
        }}});
}
