/// A started context, seen from its public face.
///
/// Thread rule: every member from any thread. Promise: nothing here waits but `wait`.
#pragma once

#include "roles/setup.hpp"

#include <chrono>
#include <memory>
#include <sluice/actors/execution.hpp>

namespace sluice {

class pipeline {
 public:
  virtual ~pipeline() = default;
  virtual void request_batch() = 0;
  virtual void pause() = 0;
  virtual void resume() = 0;
  /// Tells the core when idle is reached.
  virtual void run_until_idle(std::uint64_t ticket) = 0;
  virtual void stop(stop_mode mode) = 0;
  /// Cut and not committed.
  virtual std::size_t open_batches() const = 0;
  /// Who waits for whom, for people.
  virtual std::string explain_backpressure() const = 0;
  /// Lets one of the actors die whose role begins so; nothing happens if there is none.
  virtual void kill(std::string role) = 0;
  virtual bool wait(std::function<bool()> const& done,
                    std::optional<std::chrono::milliseconds> timeout) = 0;
};

/// Runs on the engine's actors.
std::unique_ptr<pipeline> launch_on_actors(std::shared_ptr<engine> on, setup_ptr setup);

/// Runs inside the calls.
std::unique_ptr<pipeline> launch_inline(setup_ptr setup, std::unique_ptr<world> outside);

}  // namespace sluice
