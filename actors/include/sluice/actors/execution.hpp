/// Where a context runs: on an actor system of its own, on a borrowed one, in the calling thread,
/// or in a simulation.
///
/// Thread rule: values, handed to a context. Promise: the same program gives the same results on
/// each.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace caf {
class actor_system;
}

namespace sluice {

class world;
struct options;

/// An actor system, a world, and how a thread of the user waits for them.
class engine {
 public:
  virtual ~engine() = default;
  virtual caf::actor_system& system() = 0;
  virtual world& outside() = 0;
  /// Blocks until `done()` holds or `timeout` is over. `done` is thread-safe and cheap.
  /// @return whether `done()` holds
  virtual bool wait(std::function<bool()> const& done,
                    std::optional<std::chrono::milliseconds> timeout) = 0;
  /// Wakes `wait` to look at `done()` again. Any thread.
  virtual void notify() = 0;
};

/// Makes the engine for a context with these options; null for execution in the calling thread.
class execution {
 public:
  using maker = std::function<std::shared_ptr<engine>(options const&)>;
  explicit execution(maker make) : make_{std::move(make)} {}
  std::shared_ptr<engine> make_engine(options const& o) const { return make_(o); }

 private:
  maker make_;
};

/// The default: an actor system and a world of the context's own.
execution own_actor_system();

/// No actors and no threads: batches run inside the calls of `run_until_idle`, `request_batch` and
/// `stop`. For tests and jobs; clock triggers do not fire by themselves.
execution in_calling_thread();

}  // namespace sluice
