#include <sys/prctl.h>

#include <algorithm>
#include <caf/all.hpp>
#include <condition_variable>
#include <mutex>
#include <sluice/actors/interop.hpp>
#include <sluice/actors/options.hpp>
#include <sluice/operators/error.hpp>
#include <sluice/supervision/world.hpp>
#include <thread>

namespace sluice {

namespace {

/// Waiting by condition variable, for engines with threads.
class threaded_engine : public engine {
 public:
  world& outside() override { return *world_; }
  bool wait(std::function<bool()> const& done,
            std::optional<std::chrono::milliseconds> timeout) override {
    std::unique_lock lock{mutex_};
    if (timeout) return changed_.wait_for(lock, *timeout, done);
    changed_.wait(lock, done);
    return true;
  }
  void notify() override {
    { std::lock_guard guard{mutex_}; }
    changed_.notify_all();
  }

 private:
  std::unique_ptr<world> world_ = make_real_world();
  std::mutex mutex_;
  std::condition_variable changed_;
};

// A sleep of the kernel's takes 50 us longer than asked for unless the thread says otherwise.
struct sleeps_on_time final : caf::thread_hook {
  void init(caf::actor_system&) override {}
  void thread_started() override { ::prctl(PR_SET_TIMERSLACK, 1UL); }
  void thread_terminates() override {}
};

struct own_config : caf::actor_system_config {
  explicit own_config(options const& o) {
    auto const cores = std::max<std::size_t>(1, std::thread::hardware_concurrency());
    auto const workers = o.parallelism == 0 ? cores : std::min(o.parallelism, cores);
    // CAF would take at least four threads, and let a busy actor run for ever.
    set("scheduler.max-threads", workers);
    set("scheduler.max-throughput", std::size_t{50});
    // An idle worker looks for work all the time at first, then each 50 us, then it sleeps until it
    // is woken. Actors that send to each other wake nobody: what waits at another worker is found
    // by looking, each millisecond once there has been nothing for a while.
    set("work-stealing.aggressive-poll-attempts", looks_within(o.spin));
    set("work-stealing.moderate-poll-attempts", std::size_t{workers == 1 ? 0U : 10U});
    set("work-stealing.relaxed-sleep-duration",
        caf::timespan{workers == 1 ? std::chrono::milliseconds{100}
                                   : std::chrono::milliseconds{1}});
    add_thread_hook<sleeps_on_time>();
  }

  // A look takes some 10 ns.
  static std::size_t looks_within(std::chrono::microseconds spin) {
    return static_cast<std::size_t>(std::max(spin.count(), decltype(spin.count()){1})) * 100;
  }
};

class own_engine final : public threaded_engine {
 public:
  explicit own_engine(options const& o) : config_{o}, system_{config_} {}
  caf::actor_system& system() override { return system_; }

 private:
  own_config config_;
  caf::actor_system system_;
};

class borrowed_engine final : public threaded_engine {
 public:
  explicit borrowed_engine(caf::actor_system& system) : system_{system} {}
  caf::actor_system& system() override { return system_; }

 private:
  caf::actor_system& system_;
};

}  // namespace

execution own_actor_system() {
  return execution{[](options const& o) { return std::make_shared<own_engine>(o); }};
}

execution borrowed(caf::actor_system& system) {
  return execution{[&system](options const&) { return std::make_shared<borrowed_engine>(system); }};
}

execution in_calling_thread() {
  return execution{[](options const&) { return std::shared_ptr<engine>{}; }};
}

}  // namespace sluice
