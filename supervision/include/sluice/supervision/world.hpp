/// Everything that is not a pure function is reached through the world: clock, chance, files,
/// network.
///
/// Thread rule: all members may be called from any thread. Promise: the runtime has no other way
/// to the outside, so replacing the world replaces all of it. Timers are the one exception: actors
/// take them from the actor system's clock, which the simulation replaces together with the world.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <sluice/operators/time.hpp>
#include <string_view>

namespace sluice {

class network;
class storage;

/// Wall clock (data) and monotonic clock (intervals).
class clock {
 public:
  virtual ~clock() = default;
  virtual batch_time now() const = 0;
  virtual std::chrono::nanoseconds monotonic() const = 0;
};

/// Random numbers of one named subsystem; the same seed and name give the same sequence.
class random_stream {
 public:
  using result_type = std::uint64_t;
  explicit random_stream(std::uint64_t seed) : state_{seed} {}
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~result_type{0}; }
  /// SplitMix64 (Steele, Lea, Flood 2014): a counter with a good finaliser.
  result_type operator()() {
    auto z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  /// Uniform in `[0, bound)`, `bound > 0`; the bias of the modulus is below 2^-32 for our bounds.
  result_type below(result_type bound) { return (*this)() % bound; }

 private:
  std::uint64_t state_;
};

/// The generator of `subsystem` in a world with this seed: the same everywhere, in every build.
random_stream random_for(std::uint64_t seed, std::string_view subsystem);

/// The outside world of one context.
///
/// What a world handed out may be destroyed after it, but not used. Callbacks of a world must not
/// throw, must not block, and must not destroy it.
class world {
 public:
  virtual ~world() = default;
  virtual sluice::clock& clock() = 0;
  virtual sluice::storage& storage() = 0;
  virtual sluice::network& network() = 0;
  /// An independent generator for `subsystem`: a draw in one does not shift another.
  virtual random_stream random(char const* subsystem) = 0;
  /// True if time is virtual and nothing may block or start a thread.
  virtual bool simulated() const = 0;
  /// Runs work that may block, one piece after the other, off the caller's thread; a simulation
  /// runs it as an event.
  /// @param work  must not throw
  virtual void in_background(std::function<void()> work) = 0;
};

/// The real thing: system clocks, the file system, Asio. Network and watches share one background
/// thread, started at first use and joined by the destructor after what was outstanding has
/// completed with an error. A look-up of a host name cannot be cut short and is waited for. What
/// runs in the background has a thread of its own, which is joined when its work is done.
std::unique_ptr<world> make_real_world();

}  // namespace sluice
