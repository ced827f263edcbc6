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
  idle_streams_of_context(std::size_t count, sluice::execution where,
                          sluice::trigger when = sluice::every(tick))
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

void measure(report& results, std::string const& name, std::size_t count, sluice::execution where,
             std::optional<double> bar) {
  auto const period = results.how().quick ? 200ms : 1'000ms;
  finding row{"CPU per stream and tick / 1 us, " + name, "cpu", {}, bar, true};
  idle_streams_of_context const streams{count, std::move(where)};
  std::this_thread::sleep_for(period / 5);
  for (std::size_t round = 0; round != results.how().rounds; ++round) {
    auto const before = streams.outputs();
    stopwatch const watch;
    std::this_thread::sleep_for(period);
    auto const own = watch.passed();
    auto const outputs = static_cast<double>(streams.outputs() - before);
    row.samples.push_back(own.cpu / outputs / allowed_seconds);
    row.data["ticks_per_second"] = outputs / static_cast<double>(count) / own.wall;
    row.data["core_share"] = own.cpu / own.wall;
    row.data["foreign_load"] = own.foreign;
  }
  expect("the outputs of a tick having come", 1, streams.outputs() != 0);
  results.add(std::move(row));
}

/// Without a clock there is no tick: the time between two of them is what a stream is charged for.
void measure_on_demand(report& results, std::size_t count) {
  auto const period = results.how().quick ? 200ms : 1'000ms;
  finding row{"CPU per stream and 10 ms / 1 us, " + std::to_string(count) + " streams, on demand",
              "cpu",
              {},
              1.0,
              true};
  idle_streams_of_context const streams{count, sluice::own_actor_system(), sluice::on_demand()};
  std::this_thread::sleep_for(period / 5);
  for (std::size_t round = 0; round != results.how().rounds; ++round) {
    stopwatch const watch;
    std::this_thread::sleep_for(period);
    auto const own = watch.passed();
    auto const ticks = own.wall / std::chrono::duration<double>{tick}.count();
    row.samples.push_back(own.cpu / ticks / static_cast<double>(count) / allowed_seconds);
    row.data["core_share"] = own.cpu / own.wall;
    row.data["foreign_load"] = own.foreign;
  }
  expect("the outputs of streams that nothing came into", 0, streams.outputs());
  results.add(std::move(row));
}

}  // namespace

void idle_streams(report& results) {
  measure(results, "1 stream", 1, sluice::own_actor_system(), {});
  measure(results, "100 streams", 100, sluice::own_actor_system(), 1.0);
  measure_on_demand(results, 100);
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
