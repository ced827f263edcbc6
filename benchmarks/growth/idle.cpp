// Streams that nothing comes into: cut by a clock, and on demand.

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "blocking_system.hpp"
#include "cases.hpp"
#include "harness/block_stream.hpp"

namespace bench {

namespace {

using namespace std::chrono_literals;

constexpr double allowed_seconds = 1e-6;
constexpr auto tick = 10ms;

/// Streams of one context: an input, two fused steps and an output each.
class idle_streams_of_context {
 public:
  idle_streams_of_context(std::size_t count, sluice::execution where, sluice::trigger when)
      : context_{options_for(when), std::move(where)} {
    for (std::size_t i = 0; i != count; ++i)
      context_.queue_stream(std::make_shared<sluice::batch_queue<std::uint64_t>>())
          .map([](std::uint64_t x) { return x + 1; })
          .filter([](std::uint64_t x) { return x != 0; })
          .foreach_rdd([this](auto const&) { outputs_.fetch_add(1, std::memory_order_relaxed); });
    context_.start();
  }
  [[nodiscard]] std::uint64_t outputs() const { return outputs_.load(std::memory_order_relaxed); }

 private:
  static sluice::options options_for(sluice::trigger when) {
    auto how = stream_options(1);
    how.trigger = when;
    return how;
  }
  std::atomic<std::uint64_t> outputs_ = 0;
  sluice::streaming_context context_;
};

/// @param when  a clock; or on demand: without a tick, streams are charged for the time between two
void measure(report& results, std::string const& name, std::size_t count, sluice::execution where,
             std::optional<double> bar, sluice::trigger when = sluice::every(tick)) {
  auto const period = results.how().quick ? 200ms : 1'000ms;
  auto const ticks = when.what != sluice::trigger::kind::on_demand;
  finding row{"CPU per stream and " + std::string{ticks ? "tick" : "10 ms"} + " / 1 us, " + name,
              "cpu",
              {},
              bar,
              true};
  idle_streams_of_context const streams{count, std::move(where), when};
  std::this_thread::sleep_for(period / 5);
  for (std::size_t round = 0; round != results.how().rounds; ++round) {
    auto const before = streams.outputs();
    stopwatch const watch;
    std::this_thread::sleep_for(period);
    auto const own = watch.passed();
    auto const charged =
        ticks ? static_cast<double>(streams.outputs() - before)
              : static_cast<double>(count) * own.wall / std::chrono::duration<double>{tick}.count();
    row.samples.push_back(own.cpu / charged / allowed_seconds);
    if (ticks) row.data["ticks_per_second"] = charged / static_cast<double>(count) / own.wall;
    row.data["core_share"] = own.cpu / own.wall;
    row.data["foreign_load"] = own.foreign;
  }
  expect("outputs having been called", ticks, streams.outputs() != 0);
  results.add(std::move(row));
}

}  // namespace

void idle_streams(report& results) {
  measure(results, "1 stream", 1, sluice::own_actor_system(), {});
  measure(results, "100 streams", 100, sluice::own_actor_system(), 1.0);
  measure(results, "100 streams, on demand", 100, sluice::own_actor_system(), 1.0,
          sluice::on_demand());
  blocking_system system;
  measure(results, "1 stream, threads that sleep", 1, system.execution(), {});
  measure(results, "100 streams, threads that sleep", 100, system.execution(), {});
  results.note(
      "streams of one context, a tick each 10 ms; every stream has an output that is called; on "
      "demand nothing is due, so nothing is called");
  results.note(
      "threads that sleep: an actor system of one's own whose scheduler shares one queue; the "
      "default one looks for work between two ticks");
}

}  // namespace bench
