#include "generator_role.hpp"

#include <algorithm>

namespace sluice {

namespace {

constexpr auto no_limit = std::numeric_limits<std::uint64_t>::max();

}  // namespace

generator_role::generator_role(caf::event_based_actor* self, setup_ptr setup,
                               std::vector<std::vector<caf::actor>> input_tasks)
    : self_{self},
      setup_{std::move(setup)},
      trigger_{setup_->core->settings().trigger},
      grid_{trigger_, setup_->now()},
      out_{self, setup_->epoch},
      links_(setup_->inputs.size()),
      status_(setup_->inputs.size()) {
  setup_->zero = grid_.zero();
  link_numbers const numbers{setup_->plan};
  for (auto const& s : setup_->plan.stages)
    for (std::size_t p = 0; s.input_index && p != s.partitions; ++p)
      links_[*s.input_index].push_back(out_.add(numbers.of_input(s.id, p), input_tasks[s.id][p]));
}

caf::behavior generator_role::behavior() {
  return {
      [this](msg::cut_reply& reply) { share_arrived(reply); },
      [this](msg::batch_committed const&) {
        --in_flight_;
        probed_ = false;
        if (end_after_batch_ && in_flight_ == 0 && !cutting_) {
          end_after_batch_ = false;
          tell(self_, peers_.guardian, msg::stop_request{{setup_->epoch}, false});
        }
        advance();
      },
      [this](msg::input_changed const& changed) {
        status_[changed.input] = changed.status;
        advance();
      },
      [this](msg::link_grant const& grant) {
        out_.granted(grant.epoch, grant.link, grant.total);
        advance();
      },
      [this](msg::tick const& tick) {
        if (tick.generation != tick_generation_) return;
        if (paused_) grid_.skip_to(setup_->now());
        arm_tick();
        advance();
      },
      [this](msg::probe_reply const& reply) {
        if (reply.round != probe_round_) return;
        status_[reply.input] = reply.status;
        if (--probes_missing_ == 0) probed_ = true;
        advance();
      },
      [this](msg::proceed const&) {
        if (linger_armed_) linger_over_ = true;
        advance();
      },
      [this](msg::cut_now const&) {
        ++requested_;
        advance();
      },
      [this](msg::until_idle const& request) {
        tickets_.push_back(request.ticket);
        probed_ = false;
        advance();
      },
      [this](msg::pause_cutting const&) { paused_ = true; },
      [this](msg::resume_cutting const&) {
        if (paused_) grid_.skip_to(setup_->now());
        paused_ = false;
        advance();
      },
      [this](msg::drain const&) {
        draining_ = true;
        probed_ = false;
        for (auto const& host : peers_.hosts) tell(self_, host, msg::drain_inputs{{setup_->epoch}});
        advance();
      },
      [this](msg::link_opened const& opened) {
        out_.granted(opened.epoch, opened.link, opened.total);
        advance();
      },
      [this](generator_peers& peers) {
        peers_ = std::move(peers);
        begin();
      },
  };
}

void generator_role::begin() {
  out_.open_all();
  switch (trigger_.what) {
    case trigger::kind::every: arm_tick(); break;
    case trigger::kind::available_now: end_when_quiet_ = true; break;
    case trigger::kind::once:
      end_after_batch_ = true;
      probe();
      ++requested_;
      break;
    case trigger::kind::on_demand:
    case trigger::kind::size: break;
  }
  advance();
}

// Looks at everything and does the next thing, if there is one. Called after every event.
void generator_role::advance() {
  if (cutting_ || probes_missing_ != 0 || peers_.hosts.empty()) return;
  if (in_flight_ >= setup_->core->settings().max_in_flight_batches || !out_.all_idle()) return;
  if (requested_ != 0) {
    --requested_;
    return cut_on_request();
  }
  if (!tickets_.empty() || draining_ || end_when_quiet_) {
    if (pursue_quiet()) return;
  }
  if (!paused_ && !draining_) cut_if_due();
}

bool generator_role::cut_if_due() {
  switch (trigger_.what) {
    case trigger::kind::every:
      if (grid_.due(setup_->now()) == 0) return false;
      {
        auto const time = grid_.on_tick();
        cut(time, time, no_limit);
      }
      return true;
    case trigger::kind::on_demand:
      if ((cuttable() == 0 && !any_ready()) || !lingered()) return false;
      cut(grid_.on_request(setup_->now()), setup_->now(), trigger_.max_records);
      return true;
    case trigger::kind::size:
      if (cuttable() < trigger_.max_records && !any_ready()) return false;
      cut(grid_.on_request(setup_->now()), setup_->now(), trigger_.max_records);
      return true;
    case trigger::kind::available_now:
    case trigger::kind::once: return false;
  }
  return false;
}

// One step towards quiet. Returns false if the step is to wait.
bool generator_role::pursue_quiet() {
  if (cuttable() != 0 || any_ready()) {
    cut_on_request();
    return true;
  }
  if (in_flight_ != 0) return false;
  if (!probed_) {
    probe();
    return true;
  }
  if (!all_idle()) {  // an input still reads: look again shortly
    probed_ = false;
    self_->delayed_send(self_, std::chrono::milliseconds{1}, msg::proceed{{setup_->epoch}});
    return true;
  }
  reach_quiet();
  return false;
}

void generator_role::reach_quiet() {
  for (auto ticket : std::exchange(tickets_, {})) setup_->core->idle_reached(ticket);
  if (std::exchange(end_when_quiet_, false) || std::exchange(draining_, false))
    tell(self_, peers_.guardian, msg::stop_request{{setup_->epoch}, false});
}

void generator_role::probe() {
  probes_missing_ = peers_.hosts.size();
  ++probe_round_;
  for (auto const& host : peers_.hosts)
    tell(self_, host, msg::probe_request{{setup_->epoch}, probe_round_});
}

void generator_role::cut_on_request() {
  auto const bounded =
      trigger_.what == trigger::kind::size || trigger_.what == trigger::kind::on_demand;
  cut(grid_.on_request(setup_->now()), setup_->now(), bounded ? trigger_.max_records : no_limit);
}

void generator_role::cut(batch_time time, batch_time submitted, std::uint64_t max_records) {
  probed_ = false;
  linger_over_ = false;
  cutting next;
  next.info.batch = {++last_batch_, time};
  next.info.submitted = submitted;
  next.info.inputs.resize(peers_.hosts.size());
  next.missing = peers_.hosts.size();
  next.shares.resize(peers_.hosts.size());
  cutting_ = std::move(next);
  for (std::size_t i = 0; i != peers_.hosts.size(); ++i) {
    auto const share =
        max_records == no_limit ? no_limit : std::min(max_records, status_[i].records);
    if (max_records != no_limit) max_records -= share;
    tell(self_, peers_.hosts[i], msg::cut_request{{setup_->epoch}, cutting_->info.batch, share});
  }
}

void generator_role::share_arrived(msg::cut_reply& reply) {
  if (!cutting_ || reply.batch != cutting_->info.batch.id) return;
  status_[reply.input] = reply.cut.after;
  auto& info = cutting_->info;
  info.records += reply.cut.records;
  info.buffered += reply.cut.after.records;
  info.inputs[reply.input] = {reply.input,
                              setup_->inputs[reply.input].name(),
                              reply.cut.records,
                              reply.cut.bytes,
                              std::move(reply.cut.description),
                              reply.cut.after.records,
                              std::move(reply.counters)};
  cutting_->shares[reply.input] = std::move(reply.cut);
  if (--cutting_->missing == 0) dispatch();
}

// The driver hears of the batch before anybody works on it: what it is told overtakes what comes of
// the work.
void generator_role::dispatch() {
  auto batch = std::move(*cutting_);
  cutting_.reset();
  ++in_flight_;
  batch_context const now{batch.info.batch, setup_->zero};
  tell(self_, peers_.driver, msg::batch_allocated{{setup_->epoch}, std::move(batch.info)});
  for (std::size_t i = 0; i != links_.size(); ++i)
    for (std::size_t p = 0; p != links_[i].size(); ++p)
      out_.offer(links_[i][p], now, std::move(batch.shares[i].parts.at(p)));
  out_.pump();
  advance();
}

void generator_role::arm_tick() {
  if (trigger_.what != trigger::kind::every) return;
  auto const now = setup_->now();
  self_->delayed_send(self_, grid_.next_tick(now) - now,
                      msg::tick{{setup_->epoch}, ++tick_generation_});
}

// Whether the wait for more records is over; starts it if it has not begun.
bool generator_role::lingered() {
  if (trigger_.linger == duration{0} || cuttable() >= trigger_.max_records) return true;
  if (std::exchange(linger_over_, false)) {
    linger_armed_ = false;
    return true;
  }
  if (!std::exchange(linger_armed_, true))
    self_->delayed_send(self_, trigger_.linger, msg::proceed{{setup_->epoch}});
  return false;
}

std::uint64_t generator_role::cuttable() const {
  std::uint64_t n = 0;
  for (auto const& s : status_) n += s.records;
  return n;
}

bool generator_role::any_ready() const {
  return std::any_of(status_.begin(), status_.end(), [](input_status const& s) { return s.ready; });
}

bool generator_role::all_idle() const {
  return std::all_of(status_.begin(), status_.end(), [](input_status const& s) { return s.idle; });
}

}  // namespace sluice
