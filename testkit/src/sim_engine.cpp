#include "link_messages.hpp"
#include "sim_impl.hpp"
#include "simulated_step.hpp"

#include <cxxabi.h>
#include <algorithm>
#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <sluice/operators/error.hpp>

namespace sluice::testkit {

namespace {

struct sim_config : caf::actor_system_config {
  sim_config() { set("scheduler.policy", caf::atom("testing")); }
};

// After a run was found to have no end, its context still has to be destroyed.
constexpr std::uint64_t steps_to_clean_up = 100'000;

// The longest that an actor which could run is left waiting before a timer.
constexpr auto slowest = std::chrono::milliseconds{20};

std::string short_name(std::type_info const& type) {
  std::unique_ptr<char, void (*)(void*)> const readable{
      abi::__cxa_demangle(type.name(), nullptr, nullptr, nullptr), std::free};
  std::string_view name = readable ? readable.get() : type.name();
  if (auto const scope = name.rfind("::"); scope != std::string_view::npos)
    name.remove_prefix(scope + 2);
  return std::string{name};
}

// What kind of message is next in a mailbox, as one word.
struct message_kind {
  std::uint32_t token = 0;
  std::type_info const* type = nullptr;

  std::string name() const {
    if (type) return short_name(*type);
    return token == 0 ? "begins" : "system message " + std::to_string(token);
  }
  friend bool operator==(message_kind const&, message_kind const&) = default;
};

message_kind kind_of(caf::mailbox_element const* element) {
  if (!element) return {};
  auto const& content = element->content();
  if (content.size() == 0) return {content.type_token(), nullptr};
  auto const [number, type] = content.type(0);
  if (type) return {content.type_token(), type};
  if (content.match_elements<caf::exit_msg>()) return {0, &typeid(caf::exit_msg)};
  if (content.match_elements<caf::down_msg>()) return {0, &typeid(caf::down_msg)};
  return {content.type_token(), nullptr};
}

/// Steps CAF's test coordinator and the simulated world's events under one schedule and one clock.
class sim_engine final : public engine, public sim_driver {
 public:
  explicit sim_engine(std::shared_ptr<simulation::impl> sim)
      : sim_{std::move(sim)},
        system_{config_},
        coordinator_{dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler())},
        begin_{coordinator_.clock().current_time},
        base_{sim_->outside.clock().monotonic()} {
    sim_->driver = this;
    if (sim_->ledger) sim_->ledger->start_over();
  }

  // What is still queued are farewells; they must be said, or the actor system waits for ever.
  ~sim_engine() override {
    sim_->driver = nullptr;
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
    return wait(done, timeout, true);
  }
  bool run_until(std::function<bool()> const& done, std::chrono::milliseconds timeout) override {
    return wait(done, timeout, false);
  }
  void kill_current() override { dying_ = true; }

 private:
  bool wait(std::function<bool()> const& done, std::optional<std::chrono::milliseconds> timeout,
            bool must_come) {
    std::optional<std::chrono::nanoseconds> deadline;
    if (timeout) deadline = sim_->outside.clock().monotonic() + *timeout;
    while (!done()) {
      sim_->end_if_due();
      if (sim_->done.steps >= sim_->max_steps) {
        sim_->max_steps += steps_to_clean_up;
        throw stream_failure{"simulation: no end after " + std::to_string(sim_->done.steps) +
                             " steps: a livelock, or raise max_steps"};
      }
      if (take_turn()) continue;
      auto const next = next_due();
      if (deadline && (!next || *next > *deadline)) {
        advance_to(*deadline);
        return done();
      }
      if (!next && !must_come) return false;
      if (!next)
        throw deadlock{
            "simulation: a deadlock: nothing can run, no timer is pending, and what "
            "is waited for has not happened" +
            (sim_->ledger ? '\n' + sim_->ledger->describe() : std::string{})};
      fire(*next);
    }
    return true;
  }

  // Turns. Events of the world outside come first in the order of waiting.

  bool take_turn() {
    collect();
    if (candidates_.empty()) return false;
    auto const chosen = choose();
    if (!chosen) return fire(*next_due()), true;
    auto const& turn = candidates_[*chosen];
    turn.job ? run_job(turn.index) : run_event(turn.index);
    watch_step();
    return true;
  }

  // What is broken is told once: the clean-up that follows is not to be judged.
  void watch_step() {
    if (sim_->judged) return;
    try {
      if (auto const broke = std::exchange(sim_->broke, std::nullopt)) throw broken{*broke};
      for (auto const& one : sim_->monitors) one->step();
    } catch (...) {
      sim_->judged = true;
      throw;
    }
  }

  struct candidate {
    bool job;
    std::size_t index;
  };

  void collect() {
    candidates_.clear();
    auto const events = sim_->outside.events().due();
    for (std::size_t i = 0; i != events; ++i) candidates_.push_back({false, i});
    for (std::size_t i = 0; i != coordinator_.jobs.size(); ++i) candidates_.push_back({true, i});
    if (sim_->blocked.empty()) return;
    std::erase_if(candidates_, [this](candidate const& c) {
      auto const& name = sim_->director.name_of(point_of(c));
      return std::any_of(sim_->blocked.begin(), sim_->blocked.end(),
                         [&](std::string const& point) { return fits(point, name); });
    });
  }

  // None: a timer comes although somebody could go.
  std::optional<std::size_t> choose() {
    auto& director = sim_->director;
    if (director.has_holds()) return choose_as_told();
    auto& turns = *sim_->turns;
    if (turns.hurries_timers() && sim_->choice.below(64) == 0 && timer_is_near()) {
      note_passed(candidates_.size());
      return std::nullopt;
    }
    lanes_.assign(candidates_.size(), 0);
    if (turns.looks())
      for (std::size_t i = 0; i != candidates_.size(); ++i)
        if (candidates_[i].job)
          if (auto* actor = actor_at(candidates_[i].index)) lanes_[i] = actor->id();
    auto const pick = turns.pick(lanes_, sim_->choice);
    note_passed(pick);
    return pick;
  }

  // In order, but for those who are told to let others go first.
  std::optional<std::size_t> choose_as_told() {
    for (std::size_t i = 0; i != candidates_.size(); ++i)
      if (!sim_->director.take_hold(point_of(candidates_[i]))) return i;
    if (timer_is_near()) return std::nullopt;
    return 0;
  }

  void note_passed(std::size_t before) {
    if (!sim_->director.recording()) return;
    for (std::size_t i = 0; i != before; ++i) sim_->director.note_hold(point_of(candidates_[i]));
  }

  bool timer_is_near() {
    auto const next = next_due();
    return next && *next - sim_->outside.clock().monotonic() <= slowest;
  }

  // Points.

  caf::scheduled_actor* actor_at(std::size_t job) const {
    auto* const what = coordinator_.jobs[job];
    return what->subtype() == caf::resumable::scheduled_actor
               ? static_cast<caf::scheduled_actor*>(what)
               : nullptr;
  }
  point_id point_of(candidate const& c) {
    if (!c.job) return sim_->director.id_of("world: " + sim_->outside.events().name(c.index));
    auto* const actor = actor_at(c.index);
    return actor ? point_of(*actor, kind_of(actor->peek_at_next_mailbox_element()))
                 : sim_->director.id_of("job");
  }
  point_id point_of(caf::scheduled_actor const& actor, message_kind kind) {
    // An actor gets its full name when it begins, which is with its first step.
    auto const* const name = actor.name();
    for (auto const& known : points_[actor.id()])
      if (known.kind == kind && known.name == name) return known.point;
    auto const id = sim_->director.id_of(name + (": " + kind.name()));
    points_[actor.id()].push_back({kind, name, id});
    return id;
  }

  // Steps.

  void run_job(std::size_t index) {
    auto& jobs = coordinator_.jobs;
    auto const at = jobs.begin() + static_cast<std::ptrdiff_t>(index);
    if (index != 0) std::rotate(jobs.begin(), at, at + 1);
    auto* const actor = actor_at(0);
    if (!actor) return step();
    sim_->note(actor->id());
    lane_ = actor->name();
    auto* const element = actor->peek_at_next_mailbox_element();
    auto const point = point_of(*actor, kind_of(element));
    auto const action = sim_->director.pass(point);
    if (sim_->keep != 0) keep(*actor, element, action);
    if (action) return run_struck(*actor, element, *action);
    if (sim_->dies(actor->name())) kill(caf::actor_cast<caf::actor>(actor->address()));
    check(*actor, element);
    step_of(*actor);
  }

  void run_struck(caf::scheduled_actor& actor, caf::mailbox_element* element,
                  fault_action const& action) {
    caf::actor const self{caf::actor_cast<caf::actor>(actor.address())};
    if (sim_->strike(action)) return;  // the job stays where it is
    if (is_disturbed(action.what) && element && sim_->ledger)
      sim_->ledger->disturbed(element->content());
    switch (action.what) {
      case fault_kind::kill:
      case fault_kind::raise: kill(self); break;
      case fault_kind::kill_after: dying_ = true; break;
      case fault_kind::repeat: repeat(self, element); break;
      case fault_kind::lose: lose(element); break;
      case fault_kind::defer: defer(self, element); break;
      case fault_kind::spoil: spoil(element); break;
      default: break;
    }
    if (!is_disturbed(action.what)) check(actor, element);
    step_of(actor);
  }

  // What such a message says is nobody's doing.
  static bool is_disturbed(fault_kind what) {
    return what == fault_kind::lose || what == fault_kind::defer || what == fault_kind::spoil;
  }

  void check(caf::scheduled_actor const& actor, caf::mailbox_element const* element) {
    if (!element || sim_->ended() || sim_->broke) return;
    if (!sim_->ledger && sim_->monitors.empty()) return;
    try {
      if (sim_->ledger) sim_->ledger->delivered(element->content());
      if (auto const event = link_event_of(*element, actor.name()))
        for (auto const& one : sim_->monitors) one->link(*event);
    } catch (broken const& e) {
      sim_->broke = e.what();
    }
  }

  static void kill(caf::actor const& victim) {
    caf::anon_send<caf::message_priority::high>(
        victim, caf::exit_msg{victim->address(), caf::exit_reason::kill});
  }

  void step_of(caf::scheduled_actor& actor) {
    auto const self = caf::actor_cast<caf::strong_actor_ptr>(actor.address());
    step();
    if (std::exchange(dying_, false)) kill(caf::actor_cast<caf::actor>(self));
  }
  void step() {
    {
      fault_scope const faults{sim_.get()};
      simulated_step const marker;
      coordinator_.try_run_once();
    }
    check_trespass();
  }

  void check_trespass() {
    auto const* const function = std::exchange(simulated_step::trespass, nullptr);
    if (function && !sim_->broke)
      sim_->broke = "'" + lane_ + "' has called " + function +
                    " in a simulation; take time, chance, files and threads from the world";
  }

  void run_event(std::size_t index) {
    auto const point = point_of({false, index});
    auto const action = sim_->director.pass(point);
    if (sim_->keep != 0) sim_->keep_step("world", sim_->outside.events().name(index), {}, action);
    if (action && sim_->strike(*action)) return;
    {
      fault_scope const faults{sim_.get()};
      simulated_step const marker;
      lane_ = "world: " + sim_->outside.events().name(index);
      sim_->outside.events().run(index);
    }
    check_trespass();
    for (unsigned char c : sim_->outside.events().last()) sim_->note(c);
  }

  void keep(caf::scheduled_actor const& actor, caf::mailbox_element const* element,
            std::optional<fault_action> const& action) {
    std::string from;
    if (element && element->sender)
      if (auto const* sender = dynamic_cast<caf::local_actor const*>(element->sender->get()))
        from = sender->name();
    sim_->keep_step(actor.name(), kind_of(element).name(), std::move(from), action);
  }

  // Time.

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
    auto const action = sim_->director.pass(sim_->director.id_of("timer"));
    if (sim_->keep != 0) sim_->keep_step("timer", "due", {}, action);
    if (action && sim_->strike(*action)) return;
    advance_to(due);
  }

  std::shared_ptr<simulation::impl> sim_;
  sim_config config_;
  caf::actor_system system_;
  caf::scheduler::test_coordinator& coordinator_;
  caf::actor_clock::time_point begin_;
  std::chrono::nanoseconds base_;  // the world's clock when the actor system's began
  std::vector<candidate> candidates_;
  std::vector<lane_number> lanes_;
  struct known_point {
    message_kind kind;
    char const* name;
    point_id point;
  };
  std::unordered_map<caf::actor_id, std::vector<known_point>> points_;
  bool dying_ = false;
  std::string lane_;  // of the step
};

}  // namespace

std::shared_ptr<engine> make_sim_engine(std::shared_ptr<simulation::impl> sim) {
  return std::make_shared<sim_engine>(std::move(sim));
}

}  // namespace sluice::testkit
