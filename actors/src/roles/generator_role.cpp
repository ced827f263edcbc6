#include "generator_role.hpp"

#include "supervision/src/mutant.hpp"

#include <algorithm>

namespace sluice {

namespace {

// A wall clock that is set is looked at again after so long, or after an interval that is longer.
constexpr duration armed_ahead = std::chrono::milliseconds{100};
constexpr std::int64_t most_armed = 16;

}  // namespace

generator_role::generator_role(caf::event_based_actor* self, incarnation const& now,
                               listener_bus bus, std::vector<std::vector<caf::actor>> input_tasks)
    : self_{self},
      now_{now},
      bus_{std::move(bus)},
      trigger_{now.setup->core->settings().trigger},
      state_{*now.kept->cutting},
      out_{self, now},
      links_(now.kept->inputs.size()),
      status_(now.kept->inputs.size()) {
  link_numbers const numbers{now.setup->plan};
  for (auto const& s : now.setup->plan.stages)
    for (std::size_t p = 0; s.input_index && p != s.partitions; ++p)
      links_[*s.input_index].push_back(out_.add(numbers.of_input(s.id, p), input_tasks[s.id][p]));
}

caf::behavior generator_role::behavior() {
  return {
      [this](msg::cut_reply& reply) { share_arrived(reply); },
      [this](msg::batch_committed const& done) { batch_done(done); },
      [this](msg::input_changed const& changed) {
        status_[changed.input] = changed.status;
        advance();
      },
      [this](msg::link_grant const& grant) {
        out_.granted(grant.epoch, grant.link, grant.total);
        advance();
      },
      [this](msg::tick const& tick) {
        if (state_.paused) state_.grid.skip_to(now_.setup->now());
        if (tick.number == last_tick_) arm_ticks();
        advance();
      },
      [this](msg::probe_reply const& reply) {
        if (reply.epoch != now_.epoch || reply.round != probe_round_) return;
        status_[reply.input] = reply.status;
        if (--probes_missing_ == 0) probed_ = true;
        advance();
      },
      [this](msg::proceed const&) {
        if (linger_armed_) linger_over_ = true;
        advance();
      },
      [this](msg::paced const&) {
        waits_for_rates_ = false;
        advance();
      },
      [this](msg::commanded const&) {
        for (auto const& command : state_.commands.take()) obey(command);
        advance();
      },
      [this](msg::link_opened const& opened) {
        out_.granted(opened.epoch, opened.link, opened.total);
        advance();
      },
      [this](generator_peers& peers) { meet(std::move(peers)); },
  };
}

// The first time everything begins. Later a host was replaced: what the one before was asked for
// may not come any more.
void generator_role::meet(generator_peers peers) {
  auto const first = peers_.hosts.empty();
  peers_ = std::move(peers);
  if (first) return begin();
  if (state_.draining) drain_inputs();
  for (std::size_t i = 0; cutting_ && i != peers_.hosts.size(); ++i)
    if (!cuts_[i]) ask_for_share(i);
  probe();
}

void generator_role::begin() {
  out_.open_all();
  send_open_batches();
  if (!std::exchange(state_.begun_once, true)) {
    state_.end_when_quiet = trigger_.what == trigger::kind::available_now;
    state_.end_after_batch = trigger_.what == trigger::kind::once;
    if (state_.end_after_batch) {
      probe();
      ++state_.requested;
    }
  } else {
    if (state_.draining) drain_inputs();
    probe();
    end_after_the_one_batch();
  }
  for (auto const& command : state_.commands.take()) obey(command);
  if (state_.begun) ask_for_shares();
  if (trigger_.what == trigger::kind::every) arm_ticks();
  advance();
}

// What a generator before has cut and the driver has not committed.
void generator_role::send_open_batches() {
  if (is_mutant(mutant::forgotten_batches)) return;
  for (auto const& batch : now_.kept->ledger.open()) send(batch);
}

void generator_role::obey(cut_command const& command) {
  switch (command.what) {
    case cut_command::kind::cut_now: ++state_.requested; break;
    case cut_command::kind::pause: state_.paused = true; break;
    case cut_command::kind::resume:
      if (state_.paused) state_.grid.skip_to(now_.setup->now());
      state_.paused = false;
      break;
    case cut_command::kind::drain:
      state_.draining = true;
      probed_ = false;
      drain_inputs();
      break;
    case cut_command::kind::until_idle:
      state_.tickets.push_back(command.ticket);
      probed_ = false;
      break;
  }
}

void generator_role::drain_inputs() {
  for (auto const& host : peers_.hosts) tell(self_, host, msg::drain_inputs{{now_.epoch}});
}

void generator_role::batch_done(msg::batch_committed const& done) {
  --in_flight_;
  if (done.work) learn(*done.work);
  probed_ = false;
  end_after_the_one_batch();
  advance();
}

void generator_role::learn(batch_work const& work) {
  if (state_.sizer) state_.sizer->learn(work.all.records, work.all.processing);
  for (std::size_t i = 0; i != state_.rates.size(); ++i) {
    auto of_input = work.all;
    of_input.records = work.records[i];
    state_.rates[i].learn(of_input);
  }
}

void generator_role::end_after_the_one_batch() {
  if (!state_.end_after_batch || state_.requested != 0 || state_.begun || in_flight_ != 0) return;
  state_.end_after_batch = false;
  tell(self_, peers_.guardian, msg::stop_request{{now_.epoch}, false});
}

// Looks at everything and does the next thing, if there is one. Called after every event.
void generator_role::advance() {
  if (cutting_ || probes_missing_ != 0 || peers_.hosts.empty()) return;
  auto const full = in_flight_ >= now_.setup->core->settings().max_in_flight_batches;
  note_wait_for_commits(full && has_work());
  if (full || !out_.all_idle()) return;
  if (!state_.to_replay.empty()) return cut_again();
  if (state_.requested != 0) {
    --state_.requested;
    return cut_on_request();
  }
  if (!state_.tickets.empty() || state_.draining || state_.end_when_quiet) {
    if (pursue_quiet()) return;
  }
  if (!state_.paused && !state_.draining) cut_if_due();
}

// Whether there would be a batch to cut.
bool generator_role::has_work() const {
  if (!state_.to_replay.empty() || state_.requested != 0) return true;
  if (state_.paused) return false;
  return trigger_.what == trigger::kind::every ? state_.grid.due(now_.setup->now()) != 0
                                               : cuttable() != 0 || any_ready();
}

void generator_role::note_wait_for_commits(bool waits) {
  if (std::exchange(waits_for_commits_, waits) == waits) return;
  flow::waiter const who{flow::waiter::kind::generator, 0};
  auto& board = now_.kept->waits;
  auto const now = now_.setup->outside->clock().monotonic();
  if (!waits) return board.end(who, now);
  board.begin(who, {in_flight_, 0, 0}, {now_.setup->core->settings().max_in_flight_batches, 0, 0},
              now);
}

bool generator_role::cut_if_due() {
  auto const now = now_.setup->now();
  switch (trigger_.what) {
    case trigger::kind::every: {
      if (state_.grid.due(now) == 0) return false;
      auto const time = state_.grid.on_tick();
      cut(time, time, no_limit, pace::at_rate);
      return true;
    }
    case trigger::kind::on_demand: {
      if (cuttable() == 0 && !any_ready()) return false;
      if (held_by_rates(1) || !lingered()) return false;
      cut(state_.grid.on_request(now), now, demand_limit(), pace::at_rate);
      return true;
    }
    case trigger::kind::size:
      if (cuttable() < trigger_.max_records && !any_ready()) return false;
      if (held_by_rates(trigger_.max_records)) return false;
      cut(state_.grid.on_request(now), now, trigger_.max_records, pace::at_rate);
      return true;
    case trigger::kind::available_now:
    case trigger::kind::once: return false;
  }
  return false;
}

// If so, it is looked at again when there is something for a hundredth of a second.
bool generator_role::held_by_rates(std::uint64_t wanted) {
  if (any_ready() || cuttable_at_rate() >= wanted) return false;
  if (std::exchange(waits_for_rates_, true)) return true;
  auto const now = now_.setup->outside->clock().monotonic();
  auto wait = std::chrono::nanoseconds{std::chrono::seconds{1}};
  for (std::size_t i = 0; i != status_.size(); ++i)
    if (auto& rate = state_.rates[i]; status_[i].records != 0 && rate.limit() != 0)
      wait = std::min(wait, rate.until(std::min(status_[i].records, rate.limit() / 100 + 1), now));
  self_->delayed_send(self_, std::max<std::chrono::nanoseconds>(wait, std::chrono::milliseconds{1}),
                      msg::paced{{now_.epoch}});
  return true;
}

// One step towards quiet. Returns false if the step is to wait.
bool generator_role::pursue_quiet() {
  auto const leaves_tail = state_.draining && is_mutant(mutant::dropped_tail_on_drain);
  if ((cuttable() != 0 || any_ready()) && !leaves_tail) {
    cut_on_request();
    return true;
  }
  if (in_flight_ != 0) return false;
  if (!probed_) {
    probe();
    return true;
  }
  if (!all_idle() && !leaves_tail) {  // an input still reads: look again shortly
    probed_ = false;
    self_->delayed_send(self_, std::chrono::milliseconds{1}, msg::proceed{{now_.epoch}});
    return true;
  }
  reach_quiet();
  return false;
}

void generator_role::reach_quiet() {
  for (auto ticket : std::exchange(state_.tickets, {})) now_.setup->core->idle_reached(ticket);
  if (std::exchange(state_.end_when_quiet, false) || std::exchange(state_.draining, false))
    tell(self_, peers_.guardian, msg::stop_request{{now_.epoch}, false});
}

void generator_role::probe() {
  probes_missing_ = peers_.hosts.size();
  ++probe_round_;
  for (auto const& host : peers_.hosts)
    tell(self_, host, msg::probe_request{{now_.epoch}, probe_round_});
}

void generator_role::cut_on_request() {
  auto const now = now_.setup->now();
  auto const bounded = trigger_.what == trigger::kind::size;
  cut(state_.grid.on_request(now), now, bounded ? trigger_.max_records : demand_limit(),
      pace::at_once);
}

// What a process before has cut and not committed, or not covered by a checkpoint.
void generator_role::cut_again() {
  auto const noted = std::move(state_.to_replay.front());
  state_.to_replay.pop_front();
  state_.begun = begun_cut{noted->batch, noted->submitted,
                           std::vector<std::uint64_t>(status_.size(), no_limit), 0, noted};
  ask_for_shares();
}

// Several at once, for arming wakes the thread of the actor system's clock, each tick once more.
void generator_role::arm_ticks() {
  auto const now = now_.setup->now();
  auto const next = state_.grid.next_tick(now);
  auto const ticks = std::clamp<std::int64_t>(armed_ahead / trigger_.interval, 1, most_armed);
  for (std::int64_t i = 0; i != ticks; ++i)
    self_->delayed_send(self_, next + i * trigger_.interval - now,
                        msg::tick{{now_.epoch}, ++last_tick_});
}

// Whether the wait for more records is over; starts it if it has not begun.
bool generator_role::lingered() {
  if (trigger_.linger == duration{0} || cuttable() >= demand_limit()) return true;
  if (std::exchange(linger_over_, false)) {
    linger_armed_ = false;
    return true;
  }
  if (!std::exchange(linger_armed_, true))
    self_->delayed_send(self_, trigger_.linger, msg::proceed{{now_.epoch}});
  return false;
}

std::uint64_t generator_role::cuttable() const {
  std::uint64_t n = 0;
  for (auto const& s : status_) n += s.records;
  return n;
}

std::uint64_t generator_role::cuttable_at_rate() {
  std::uint64_t n = 0;
  auto const now = now_.setup->outside->clock().monotonic();
  for (std::size_t i = 0; i != status_.size(); ++i)
    n += std::min(status_[i].records, state_.rates[i].allowance(now));
  return n;
}

// What a batch may hold that is cut because records are there.
std::uint64_t generator_role::demand_limit() const {
  return state_.sizer ? std::min(trigger_.max_records, state_.sizer->limit())
                      : trigger_.max_records;
}

bool generator_role::any_ready() const {
  return std::any_of(status_.begin(), status_.end(), [](input_status const& s) { return s.ready; });
}

bool generator_role::all_idle() const {
  return std::all_of(status_.begin(), status_.end(), [](input_status const& s) { return s.idle; });
}

}  // namespace sluice
