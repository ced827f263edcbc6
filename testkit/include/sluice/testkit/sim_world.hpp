/// A world that is all in memory and drawn from one seed.
///
/// Thread rule: one thread. Promise: the same seed and the same calls give the same run.
#pragma once

#include <cstdint>
#include <sluice/supervision/world.hpp>
#include <sluice/testkit/sim_clock.hpp>
#include <sluice/testkit/sim_events.hpp>
#include <sluice/testkit/sim_network.hpp>
#include <sluice/testkit/sim_storage.hpp>

namespace sluice::testkit {

/// `world` for simulations. Nothing happens by itself: who drives it runs `events()` and advances
/// `clock()`.
class sim_world final : public world {
 public:
  explicit sim_world(std::uint64_t seed);
  ~sim_world() override;

  sim_clock& clock() override { return clock_; }
  sim_storage& storage() override { return storage_; }
  sim_network& network() override { return network_; }
  random_stream random(char const* subsystem) override { return random_for(seed_, subsystem); }
  bool simulated() const override { return true; }
  void in_background(std::function<void()> work) override {
    events_.post("background", std::move(work));
  }

  sim_events& events() { return events_; }
  std::uint64_t seed() const { return seed_; }
  /// The machine stops and starts again: connections, watches and everything that was pending are
  /// gone, and of the files what `loss` takes. Call it when nothing of the old process runs any
  /// more.
  void crash(crash_loss loss);

 private:
  std::uint64_t const seed_;
  sim_clock clock_;
  sim_events events_{clock_};
  sim_storage storage_;
  sim_network network_;
};

}  // namespace sluice::testkit
