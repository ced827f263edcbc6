// Streams that nothing comes into, cut by a clock.

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

/// Streams of one context: an input, two fused steps and an output each.
class idle_streams_of_context {
 public:
  idle_streams_of_context(std::size_t count, sluice::execution where)
      : context_{options_for(), std::move(where)} {
    for (std::size_t i = 0; i != count; ++i)
      context_.queue_stream(std::make_shared<sluice::batch_queue<std::uint64_t>>())
          .map([](std::uint64_t x) { return x + 1; })
          .filter([](std::uint64_t x) { return x != 0; })
          .foreach_rdd([this](auto const&) { outputs_.fetch_add(1, std::memory_order_relaxed); });
    context_.start();
  }
  [[nodiscard]] std::uint64_t outputs() const { return outputs_.load(std::memory_order_relaxed); }

 private:
  static sluice::options options_for() {
    auto how = stream_options(1);
    how.trigger = sluice::every(10ms);
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

}  // namespace

void idle_streams(report& results) {
  measure(results, "1 stream", 1, sluice::own_actor_system(), {});
  measure(results, "100 streams", 100, sluice::own_actor_system(), 1.0);
  blocking_system system;
  measure(results, "1 stream, threads that sleep", 1, system.execution(), {});
  measure(results, "100 streams, threads that sleep", 100, system.execution(), {});
  results.note(
      "streams of one context, a tick each 10 ms; every stream has an output that is called");
  results.note(
      "threads that sleep: an actor system of one's own whose scheduler shares one queue; the "
      "default one looks for work between two ticks");
}

}  // namespace bench
