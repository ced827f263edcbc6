#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <sluice/operators/error.hpp>
#include <sluice/testkit/simulation.hpp>
#include <vector>

namespace sluice::testkit {

namespace {

struct sim_config : caf::actor_system_config {
  sim_config() { set("scheduler.policy", caf::atom("testing")); }
};

}  // namespace

/// Steps CAF's test coordinator and the simulated world's events under one schedule and one clock.
struct simulation::impl {
  impl(std::uint64_t seed, schedule order, std::uint64_t limit)
      : outside{seed}, choice{random_for(seed, "schedule")}, how{order}, max_steps{limit} {}

  sim_world outside;
  random_stream choice;
  schedule how;
  std::uint64_t max_steps;
  trace_summary done;
  bool used = false;
  std::optional<std::pair<std::uint64_t, crash_loss>> end_at;  // a step

  bool ended() { return outside.storage().stopped(); }
  // The first call that waits after the end is told of it; those that clean up are not.
  void end_if_due() {
    if (end_at && done.steps >= end_at->first)
      outside.storage().stop(std::exchange(end_at, std::nullopt)->second);
    if (ended() && !std::exchange(end_told, true)) throw process_ended{};
  }
  bool end_told = false;
  struct planned_kill {
    std::string role;
    std::uint64_t skip;
  };
  std::vector<planned_kill> kills;
  std::size_t killed = 0;

  // Whether the plan has it that an actor of this role dies now.
  bool dies(std::string_view role) {
    for (auto plan = kills.begin(); plan != kills.end(); ++plan) {
      if (plan->role != role || plan->skip-- != 0) continue;
      kills.erase(plan);
      ++killed;
      return true;
    }
    return false;
  }

  void note(std::uint64_t what) {
    ++done.steps;
    done.hash = (done.hash ^ what) * 0x9e3779b97f4a7c15ULL;
    done.hash ^= done.hash >> 29;
  }
};

namespace {

// The longest that an actor which could run is left waiting before a timer.
constexpr auto slowest = std::chrono::milliseconds{20};

class sim_engine final : public engine {
 public:
  explicit sim_engine(std::shared_ptr<simulation::impl> sim)
      : sim_{std::move(sim)},
        system_{config_},
        coordinator_{dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler())},
        begin_{coordinator_.clock().current_time},
        base_{sim_->outside.clock().monotonic()} {}

  // What is still queued are farewells; they must be said, or the actor system waits for ever.
  ~sim_engine() override {
    sim_->outside.events().clear();
    while (coordinator_.try_run_once()) {
    }
    sim_->used = false;
  }

  caf::actor_system& system() override { return system_; }
  world& outside() override { return sim_->outside; }
  void notify() override {}

  bool wait(std::function<bool()> const& done,
            std::optional<std::chrono::milliseconds> timeout) override {
    std::optional<std::chrono::nanoseconds> deadline;
    if (timeout) deadline = sim_->outside.clock().monotonic() + *timeout;
    while (!done()) {
      sim_->end_if_due();
      if (sim_->done.steps >= sim_->max_steps)
        throw stream_failure{"simulation: no end after " + std::to_string(sim_->max_steps) +
                             " steps: a livelock, or raise max_steps"};
      if (run_something()) continue;
      auto const next = next_due();
      if (deadline && (!next || *next > *deadline)) {
        advance_to(*deadline);
        return done();
      }
      if (!next)
        throw stream_failure{
            "simulation: a deadlock: nothing can run, no timer is pending, and what "
            "is waited for has not happened"};
      fire(*next);
    }
    return true;
  }

 private:
  bool run_something() {
    auto const jobs = coordinator_.jobs.size();
    auto const events = sim_->outside.events().ready() ? 1u : 0u;
    if (jobs + events == 0) return false;
    if (sim_->how == schedule::fifo) {
      events != 0 ? run_event() : run_job(0);
      return true;
    }
    // A slow consumer: a timer comes although somebody could run.
    if (sim_->choice.below(64) == 0)
      if (auto const next = next_due();
          next && *next - sim_->outside.clock().monotonic() <= slowest) {
        fire(*next);
        return true;
      }
    auto const pick = sim_->choice.below(jobs + events);
    pick < jobs ? run_job(pick) : run_event();
    return true;
  }

  void run_job(std::size_t index) {
    auto& jobs = coordinator_.jobs;
    auto const at = jobs.begin() + static_cast<std::ptrdiff_t>(index);
    std::rotate(jobs.begin(), at, at + 1);
    auto* actor = dynamic_cast<caf::local_actor*>(jobs.front());
    sim_->note(actor ? actor->id() : 0);
    if (actor && sim_->dies(actor->name()))
      caf::anon_send<caf::message_priority::high>(
          caf::actor_cast<caf::actor>(actor->address()),
          caf::exit_msg{actor->address(), caf::exit_reason::kill});
    coordinator_.try_run_once();
  }

  void run_event() {
    sim_->outside.events().run_one(sim_->choice);
    for (unsigned char c : sim_->outside.events().last()) sim_->note(c);
  }

  std::chrono::nanoseconds caf_time(caf::actor_clock::time_point at) const {
    return base_ + std::chrono::duration_cast<std::chrono::nanoseconds>(at - begin_);
  }

  std::optional<std::chrono::nanoseconds> next_due() {
    auto next = sim_->outside.events().next_due();
    auto const& timers = coordinator_.clock().schedule();
    if (!timers.empty()) {
      auto const timer = caf_time(timers.begin()->first);
      if (!next || timer < *next) next = timer;
    }
    return next;
  }

  // Both clocks move together; CAF's sends what has become due.
  void advance_to(std::chrono::nanoseconds to) {
    auto& clock = sim_->outside.clock();
    if (to > clock.monotonic()) clock.set(to);
    auto const by = clock.monotonic() - caf_time(coordinator_.clock().current_time);
    coordinator_.advance_time(by);
  }

  void fire(std::chrono::nanoseconds due) {
    sim_->note(static_cast<std::uint64_t>(due.count()));
    advance_to(due);
  }

  std::shared_ptr<simulation::impl> sim_;
  sim_config config_;
  caf::actor_system system_;
  caf::scheduler::test_coordinator& coordinator_;
  caf::actor_clock::time_point begin_;
  std::chrono::nanoseconds base_;  // the world's clock when the actor system's began
};

}  // namespace

simulation::simulation(std::uint64_t seed, schedule how, std::uint64_t max_steps)
    : impl_{std::make_shared<impl>(seed, how, max_steps)} {}
simulation::~simulation() = default;

execution simulation::where() {
  return execution{[sim = impl_](options const&) {
    if (std::exchange(sim->used, true))
      throw usage_error{"simulation: it runs a context already; destroy that one first"};
    return std::make_shared<sim_engine>(sim);
  }};
}

void simulation::kill(std::string role, std::uint64_t skip) {
  impl_->kills.push_back({std::move(role), skip});
}
std::size_t simulation::killed() const { return impl_->killed; }

void simulation::end_process_after(std::uint64_t steps, crash_loss loss) {
  impl_->end_at = {impl_->done.steps + steps, loss};
}
void simulation::end_process_at_operation(std::uint64_t operation, crash_loss loss) {
  impl_->outside.storage().stop_at(operation, loss);
}
bool simulation::process_has_ended() const { return impl_->ended(); }
void simulation::start_process() {
  impl_->end_at.reset();
  impl_->end_told = false;
  impl_->outside.storage().start_again();
  impl_->outside.crash(crash_loss::nothing);
}
sim_world& simulation::outside() { return impl_->outside; }
trace_summary simulation::trace() const { return impl_->done; }

}  // namespace sluice::testkit
