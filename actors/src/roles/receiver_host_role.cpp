#include "receiver_host_role.hpp"

#include <sluice/operators/error.hpp>

namespace sluice {

receiver_host_role::receiver_host_role(caf::event_based_actor* self, incarnation const& now,
                                       std::size_t index)
    : self_{self}, now_{now}, index_{index}, cell_{*now.kept->inputs[index]} {}

receiver_host_role::~receiver_host_role() { cell_.port().detach(); }

template <class F>
void receiver_host_role::guarded(F&& work) {
  try {
    work();
  } catch (...) {
    auto const text =
        "input '" + cell_.source().describe() + "' failed: " + describe(std::current_exception());
    try {
      std::throw_with_nested(stream_failure{text});
    } catch (...) {
      tell(self_, peers_->guardian,
           msg::role_failed{
               {now_.epoch}, 0, std::current_exception(), {work_place::kind::input, index_, 0}});
    }
  }
}

caf::behavior receiver_host_role::behavior() {
  return {
      [this](msg::posted_work const&) { guarded([&] { cell_.port().run_posted(); }); },
      [this](msg::input_timer const& due) { guarded([&] { cell_.port().run_timer(due.timer); }); },
      [this](msg::cut_request const& request) { guarded([&] { cut(request); }); },
      [this](msg::batch_committed const& done) { guarded([&] { cell_.committed(done.batch); }); },
      [this](msg::probe_request const& probe) {
        guarded([&] {
          tell(self_, peers_->generator,
               msg::probe_reply{{probe.epoch}, probe.round, index_, cell_.source().status(true)});
        });
      },
      [this](msg::drain_inputs const&) { guarded([&] { cell_.source().drain(); }); },
      [this](host_peers& peers) { meet(std::move(peers)); },
  };
}

void receiver_host_role::meet(host_peers peers) {
  auto const first = !peers_;
  peers_ = std::move(peers);
  announced_records_ = 0;
  announced_ready_ = false;
  if (!first) return;
  auto const wake = [me = caf::actor_cast<caf::weak_actor_ptr>(self_->address()),
                     epoch = now_.epoch] {
    if (auto strong = caf::actor_cast<caf::strong_actor_ptr>(me))
      tell_from_outside(caf::actor_cast<caf::actor>(strong), msg::posted_work{{epoch}});
  };
  guarded([&] {
    cell_.port().attach(*this, wake);
    cell_.start();
    cell_.committed(now_.kept->ledger.committed());
  });
}

void receiver_host_role::cut(msg::cut_request const& request) {
  auto const& made = request.noted
                         ? cell_.cut_again(request.batch, note_in(*request.noted))
                         : cell_.cut(request.batch, request.max_records, request.positioned);
  announced_records_ = made.given.after.records;
  announced_ready_ = made.given.after.ready;
  auto reply = msg::cut_reply{{request.epoch}, request.batch.id, index_, made, {}};
  if (peers_->bus.heard()) reply.counters = cell_.source().counters();  // only listeners see them
  tell(self_, peers_->generator, std::move(reply));
}

std::string_view receiver_host_role::note_in(logged_batch const& batch) const {
  for (auto const& [id, note] : batch.shares)
    if (id == now_.setup->inputs[index_].id) return note;
  return {};
}

void receiver_host_role::run_timer_after(std::chrono::nanoseconds delay,
                                         input_port::timer_id timer) {
  self_->delayed_send(self_, delay, msg::input_timer{{now_.epoch}, timer});
}

// The generator has to know when something to cut has appeared, and under a size trigger how much.
void receiver_host_role::announce() {
  auto const now = cell_.source().status(false);
  auto const had_any = announced_records_ > 0 || announced_ready_;
  auto const has_any = now.records > 0 || now.ready;
  if (has_any &&
      (!had_any || (cell_.port().counts_records() && now.records > announced_records_))) {
    announced_records_ = now.records;
    announced_ready_ = now.ready;
    tell(self_, peers_->generator, msg::input_changed{{now_.epoch}, index_, now});
  }
}

void receiver_host_role::report(receiver_event const& event) {
  receiver_info info{index_, now_.setup->inputs[index_].name(), event.reason};
  auto const level = event.what == receiver_event::type::error ? log_level::warn : log_level::info;
  static constexpr char const* words[] = {"started", "error", "restarted", "stopped"};
  auto const* word = words[static_cast<std::size_t>(event.what)];
  now_.setup->core->log().write(
      "receiver", level,
      cell_.source().describe() + " " + word + (event.reason.empty() ? "" : ": " + event.reason));
  peers_->bus.post([info = std::move(info), what = event.what](streaming_listener& l) {
    switch (what) {
      case receiver_event::type::started: return l.on_receiver_started(info);
      case receiver_event::type::error: return l.on_receiver_error(info);
      case receiver_event::type::restarted: return l.on_receiver_restarted(info);
      case receiver_event::type::stopped: return l.on_receiver_stopped(info);
    }
  });
}

}  // namespace sluice
