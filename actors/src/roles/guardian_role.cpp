#include "guardian_role.hpp"

#include "actors/src/explain_waits.hpp"
#include "driver_role.hpp"
#include "generator_role.hpp"
#include "receiver_host_role.hpp"
#include "supervision/src/mutant.hpp"

#include <algorithm>
#include <sluice/operators/error.hpp>

namespace sluice {

namespace {

random_source randomness_for(world& outside, char const* subsystem) {
  return [stream = outside.random(subsystem)]() mutable { return stream(); };
}

}  // namespace

guardian_role::guardian_role(caf::event_based_actor* self, setup_ptr setup,
                             std::shared_ptr<cells> kept)
    : self_{self},
      now_{setup, std::move(kept), 0},
      bus_{setup},
      budget_{setup->core->settings().supervision.stages,
              randomness_for(*setup->outside, "restarts")},
      victims_{setup->outside->random("victims")} {
  for (std::size_t i = 0; i != now_.kept->inputs.size(); ++i)
    hosts_.push_back({nullptr,
                      {setup->core->settings().supervision.receivers,
                       randomness_for(*setup->outside, "receiver restarts")},
                      nullptr,
                      {}});
}

caf::behavior guardian_role::behavior() {
  self_->set_down_handler([this](caf::down_msg& down) { child_died(down); });
  spawn_bus();
  heed_waits();
  spawn_all();
  bus_.post([now = now_.setup->now()](streaming_listener& l) { l.on_streaming_started(now); });
  if (auto const& info = now_.setup->recovered)
    bus_.post([info = *info](streaming_listener& l) { l.on_recovery(info); });
  return {
      [this](msg::role_failed const& failed) { work_failed(failed); },
      [this](msg::checkpoint_ended const& ended) { checkpoint_ended(ended.result); },
      [this](msg::restart_now const& due) {
        if (phase_ == phase::waiting && due.number == restart_number_) restart();
      },
      [this](msg::restart_host const& due) { restart_host(due.input); },
      [this](msg::stop_request const& request) {
        if (!request.drain_first || phase_ == phase::suspended) return stop();
        draining_ = true;
        command({cut_command::kind::drain});
      },
      [this](msg::resume_request const&) { resume(); },
      [this](msg::kill_request const& request) { kill_one(request.role); },
      [this](msg::command const& request) { command(request.what); },
      [this](msg::wait_begun const&) {
        auto const after = now_.setup->core->settings().backpressure.stall_after;
        self_->delayed_send(self_, after, msg::look_at_waits{});
      },
      [this](msg::look_at_waits const&) { look_at_waits(); },
  };
}

void guardian_role::command(cut_command what) {
  now_.kept->cutting->commands.push(what);
  if (region_.generator) tell(self_, region_.generator, msg::commanded{{now_.epoch}});
}

// Spawning.

caf::actor guardian_role::adopt(caf::actor made, child who) {
  children_.emplace(made.address(), std::move(who));
  return made;
}

void guardian_role::spawn_bus() {
  bus_.deliver_through(adopt(spawn_role<listener_bus_role>(self_, now_.setup, bus_),
                             {child::kind::bus, "listener bus"}));
}

void guardian_role::spawn_host(std::size_t input) {
  hosts_[input].actor =
      adopt(spawn_role<receiver_host_role>(self_, now_, input),
            {child::kind::host, "receiver host of " + now_.setup->inputs[input].name(), input});
  introduce(input);
}

void guardian_role::introduce(std::size_t input) {
  tell(self_, hosts_[input].actor,
       host_peers{{now_.epoch}, region_.generator, caf::actor{self_}, bus_});
}

// The region knows its hosts and the other way round, so both exist before they are introduced.
void guardian_role::spawn_all() {
  ++now_.epoch;
  region_ = spawn_region(self_, now_, bus_, [this](caf::actor const& made, std::string role) {
    adopt(made, {child::kind::region, std::move(role)});
  });
  for (std::size_t i = 0; i != hosts_.size(); ++i) hosts_[i].actor ? introduce(i) : spawn_host(i);
  introduce_region();
  phase_ = phase::running;
}

void guardian_role::introduce_region() {
  std::vector<caf::actor> hosts;
  for (auto const& h : hosts_) hosts.push_back(h.actor);
  caf::actor const me{self_};
  tell(self_, region_.driver,
       driver_peers{{now_.epoch}, region_.sinks, region_.generator, hosts, me});
  tell(self_, region_.generator, generator_peers{{now_.epoch}, hosts, me});
}

// Failures.

void guardian_role::child_died(caf::down_msg const& down) {
  auto const found = children_.find(down.source);
  if (found == children_.end()) return;
  auto const dead = std::move(found->second);
  children_.erase(found);
  if (phase_ == phase::stopping) return finish_if_done();
  auto const cause = std::make_exception_ptr(
      stream_failure{dead.role + " died: " + self_->system().render(down.reason)});
  switch (dead.what) {
    case child::kind::bus: return spawn_bus();
    case child::kind::host: return host_died(dead.index, dead.role, cause);
    case child::kind::region:
      if (phase_ == phase::running) incident(cause, dead.role);
      region_is_down();
  }
}

void guardian_role::work_failed(msg::role_failed const& failed) {
  if (failed.where.what == work_place::kind::input) {
    auto& host = hosts_[failed.where.index];
    host.cause = failed.cause;
    if (host.actor) end(host.actor);
    return;
  }
  if (phase_ != phase::running || failed.epoch != now_.epoch) return;
  if (failed.where.what == work_place::kind::journal) return suspend(failed.cause);
  auto const& policy = now_.setup->core->settings().on_batch_failure;
  auto const attempts = now_.kept->ledger.failed(failed.batch);
  if (attempts <= policy.retries && !failed.hopeless)
    return incident(failed.cause, "batch " + std::to_string(failed.batch));
  switch (policy.then) {
    case failed_batch::suspend: return suspend(failed.cause);
    case failed_batch::stop: return fail(failed.cause);
    case failed_batch::skip: return skip(failed);
  }
}

// A stream that goes on without checkpoints would have ever more to do again after its end.
void guardian_role::checkpoint_ended(checkpoint_result const& result) {
  bus_.post([info = checkpoint_info{result.batch, result.failed.value_or("")}](
                streaming_listener& l) { l.on_checkpoint(info); });
  auto const behind = "checkpoint behind batch " + std::to_string(result.batch);
  if (!result.failed) {
    failed_checkpoints_ = 0;
    return log(log_level::info, behind);
  }
  log(log_level::error, behind + " failed: " + *result.failed);
  auto const tolerated = now_.setup->core->settings().checkpoints.tolerated_failures;
  if (++failed_checkpoints_ <= tolerated || phase_ != phase::running) return;
  failed_checkpoints_ = 0;
  suspend(std::make_exception_ptr(
      stream_failure{std::to_string(tolerated + 1) +
                     " checkpoints in succession have failed: " + *result.failed}));
}

// The failed task goes on as if its share of the batch had been empty; all others keep theirs.
void guardian_role::skip(msg::role_failed const& failed) {
  auto& kept = *now_.kept;
  auto const index = failed.where.index;
  cause_ = failed.cause;
  who_failed_ = "batch " + std::to_string(failed.batch);
  log(log_level::error, who_failed_ + " skipped by the task that failed: " + describe(cause_));
  bus_.post([info = skip_info{failed.batch, describe(cause_)}](streaming_listener& l) {
    l.on_batch_skipped(info);
  });
  halt([this, &kept, index, failed] {
    if (failed.where.what == work_place::kind::stage)
      kept.stages[index][failed.where.partition]->skip(failed.batch);
    else
      kept.sinks[index]->skip(failed.batch);
    restart();
  });
}

void guardian_role::incident(std::exception_ptr cause, std::string const& who) {
  auto const now = now_.setup->outside->clock().monotonic();
  if (auto const progress = now_.kept->ledger.progress()) {
    budget_.committed(progress->first);
    budget_.committed(progress->last);
  }
  auto const verdict = budget_.failed(now);
  cause_ = cause;
  who_failed_ = who;
  if (verdict.action == restart_action::escalate) {
    log(log_level::error, "no further restart: " + verdict.reason);
    return suspend(cause);
  }
  log_wait(who, verdict.delay, cause);
  halt([this, delay = verdict.delay] {
    phase_ = phase::waiting;
    if (is_mutant(mutant::lost_timer) && now_.epoch == 3) return;
    self_->delayed_send(self_, delay, msg::restart_now{{now_.epoch}, ++restart_number_});
  });
}

// Two incarnations never work on the same cells: `then` runs when the last actor has gone.
void guardian_role::halt(std::function<void()> then) {
  phase_ = phase::halting;
  when_down_ = std::move(then);
  for (auto const& [address, who] : children_)
    if (who.what == child::kind::region) end(caf::actor_cast<caf::actor>(address));
  region_is_down();
}

void guardian_role::region_is_down() {
  if (phase_ != phase::halting || has(child::kind::region)) return;
  region_ = {};
  now_.kept->waits.forget_region(now_.setup->outside->clock().monotonic());
  std::exchange(when_down_, nullptr)();
}

void guardian_role::restart() {
  spawn_all();
  budget_.recovered();
  now_.kept->ledger.begin_progress();
  auto const open = now_.kept->ledger.open().size();
  log(log_level::warn, "restarted as incarnation " + std::to_string(now_.epoch) + " with " +
                           std::to_string(open) + " batches to do again");
  post_restarted(who_failed_, cause_);
}

void guardian_role::suspend(std::exception_ptr cause) {
  cause_ = cause;
  halt([this] {
    phase_ = phase::suspended;
    bus_.post([text = describe(cause_)](streaming_listener& l) { l.on_suspended(text); });
    now_.setup->core->suspend(cause_);
    if (draining_) stop();  // nobody will resume what is to end
  });
}

void guardian_role::resume() {
  if (phase_ != phase::suspended) return command({cut_command::kind::resume});
  budget_.resume();
  for (auto& h : hosts_) h.budget.resume();
  if (budget_.suspended()) {
    log(log_level::error, "resume: the lifetime cap of restarts is spent");
    return now_.setup->core->suspend(cause_);
  }
  now_.kept->ledger.forget_failures();
  now_.kept->cutting->grid.skip_to(now_.setup->now());
  restart();
}

// Hosts.

void guardian_role::host_died(std::size_t input, std::string const& role,
                              std::exception_ptr cause) {
  auto& host = hosts_[input];
  if (host.cause) cause = std::exchange(host.cause, nullptr);
  host.actor = nullptr;
  if (auto const joined = std::exchange(host.joined, std::nullopt))
    return restart_host_after(input, *joined);
  if (auto const progress = now_.kept->ledger.progress()) {
    host.budget.committed(progress->first);
    host.budget.committed(progress->last);
  }
  auto const verdict = host.budget.failed(now_.setup->outside->clock().monotonic());
  if (verdict.action == restart_action::escalate) {
    log(log_level::error, role + " is not restarted: " + verdict.reason);
    if (phase_ != phase::suspended) suspend(cause);
    return;
  }
  log_wait(role, verdict.delay, cause);
  restart_host_after(input, verdict.delay);
  take_down_with(input, verdict.delay);
  post_restarted(role, cause);
}

// What `supervision.receivers.strategy` has restart together with the one that died.
void guardian_role::take_down_with(std::size_t input, duration delay) {
  supervised_children children;
  for (std::size_t i = 0; i != hosts_.size(); ++i) children.region_of.push_back(i);
  children.regions.resize(hosts_.size());
  auto const strategy = now_.setup->core->settings().supervision.receivers.strategy;
  for (auto const other : affected(strategy, std::span{&input, 1}, children)) {
    if (other == input || !hosts_[other].actor) continue;
    hosts_[other].joined = delay;
    end(hosts_[other].actor);
  }
}

void guardian_role::restart_host_after(std::size_t input, duration delay) {
  self_->delayed_send(self_, delay, msg::restart_host{{now_.epoch}, input});
}

// With a region that is down, the host is spawned together with it.
void guardian_role::restart_host(std::size_t input) {
  hosts_[input].budget.recovered();
  if (phase_ != phase::running || hosts_[input].actor) return;
  spawn_host(input);
  introduce_region();
}

// Waits.

// Weakly, because inputs may wait longer than the actor system lives.
void guardian_role::heed_waits() {
  now_.kept->waits.set_alarm([me = caf::actor_cast<caf::weak_actor_ptr>(self_->address())] {
    if (auto strong = caf::actor_cast<caf::strong_actor_ptr>(me))
      tell_from_outside(caf::actor_cast<caf::actor>(strong), msg::wait_begun{});
  });
}

void guardian_role::look_at_waits() {
  std::optional<std::chrono::nanoseconds> again;
  for (auto const& each : now_.kept->waits.look(now_.setup->outside->clock().monotonic(), again)) {
    auto info = describe_stall(*now_.setup, each);
    now_.setup->core->log().write(component_of(*now_.setup, each.what.who), log_level::warn,
                                  info.text);
    bus_.post([info = std::move(info)](streaming_listener& l) { l.on_backpressure(info); });
  }
  if (again && phase_ != phase::stopping) self_->delayed_send(self_, *again, msg::look_at_waits{});
}

void guardian_role::kill_one(std::string const& role) {
  std::vector<caf::actor_addr> found;
  for (auto const& [address, who] : children_)
    if (who.role.starts_with(role)) found.push_back(address);
  if (found.empty()) return;
  self_->send<caf::message_priority::high>(
      caf::actor_cast<caf::actor>(found[victims_.below(found.size())]),
      caf::exit_msg{self_->address(), caf::exit_reason::kill});
}

// The end.

void guardian_role::fail(std::exception_ptr cause) {
  now_.setup->core->fail(std::move(cause));
  stop();
}

// The listener bus goes last and in order, so that it delivers what was posted before.
void guardian_role::stop() {
  if (phase_ == phase::stopping) return;
  phase_ = phase::stopping;
  for (auto const& [address, who] : children_)
    if (who.what != child::kind::bus) end(caf::actor_cast<caf::actor>(address));
  finish_if_done();
}

void guardian_role::finish_if_done() {
  if (phase_ != phase::stopping || has(child::kind::host) || has(child::kind::region)) return;
  if (!std::exchange(ended_, true)) {
    end_cells();
    for (auto const& [address, who] : children_)
      self_->send(caf::actor_cast<caf::actor>(address),
                  caf::exit_msg{self_->address(), caf::exit_reason::user_shutdown});
  }
  if (!children_.empty()) return;
  now_.setup->core->set_state(context_state::stopped);
  self_->quit();
}

void guardian_role::end_cells() {
  for (auto const& in : now_.kept->inputs) in->end();
  if (auto const& journal = now_.setup->journal) journal->close(true);
  for (auto const& sink : now_.kept->sinks) {
    try {
      sink->end();
    } catch (...) {
      log(log_level::error, "output '" + sink->who()->name() + "' failed to give up a batch: " +
                                describe(std::current_exception()));
    }
  }
}

void guardian_role::end(caf::actor const& actor) {
  if (actor)
    self_->send<caf::message_priority::high>(
        actor, caf::exit_msg{self_->address(), caf::exit_reason::user_shutdown});
}

bool guardian_role::has(child::kind what) const {
  return std::any_of(children_.begin(), children_.end(),
                     [&](auto const& c) { return c.second.what == what; });
}

void guardian_role::post_restarted(std::string const& who, std::exception_ptr const& cause) const {
  bus_.post([info = actor_info{who, describe(cause), now_.epoch}](streaming_listener& l) {
    l.on_actor_restarted(info);
  });
}

void guardian_role::log_wait(std::string const& who, duration delay,
                             std::exception_ptr const& cause) const {
  log(log_level::warn, who + " failed, restarting in " + std::to_string(delay.count() / 1000) +
                           " ms: " + describe(cause));
}

void guardian_role::log(log_level level, std::string const& text) const {
  now_.setup->core->log().write("guardian", level, text);
}

}  // namespace sluice
