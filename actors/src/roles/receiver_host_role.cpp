#include "receiver_host_role.hpp"

#include <sluice/operators/error.hpp>

namespace sluice {

/// The input's way back; outlives the host in completions that are still on their way.
class receiver_host_role::port final : public input_host {
 public:
  port(receiver_host_role* host, std::size_t partitions)
      : host_{host},
        address_{caf::actor_cast<caf::weak_actor_ptr>(host->self_->address())},
        setup_{host->setup_},
        partitions_{partitions} {}

  void post(std::function<void()> work) override {
    if (auto strong = caf::actor_cast<caf::strong_actor_ptr>(address_))
      tell_from_outside(caf::actor_cast<caf::actor>(strong),
                        msg::run_work{{setup_->epoch}, std::move(work)});
  }
  void after(std::chrono::milliseconds delay, std::function<void()> work) override {
    if (host_)
      host_->self_->delayed_send(host_->self_, delay,
                                 msg::run_work{{setup_->epoch}, std::move(work)});
  }
  void changed() override {
    if (host_) host_->announce();
  }
  void report(receiver_event event) override {
    if (host_) host_->report(event);
  }
  world& outside() override { return *setup_->outside; }
  buffer_limits limits() const override { return setup_->core->settings().receiver_buffer; }
  std::size_t partitions() const override { return partitions_; }
  std::chrono::milliseconds block_interval() const override {
    return setup_->core->settings().block_interval;
  }
  /// Called in the host when it ends.
  void detach() { host_ = nullptr; }

 private:
  receiver_host_role* host_;
  caf::weak_actor_ptr address_;
  setup_ptr setup_;
  std::size_t partitions_;
};

receiver_host_role::receiver_host_role(caf::event_based_actor* self, setup_ptr setup,
                                       std::size_t index, std::size_t partitions, listener_bus bus,
                                       caf::actor generator, caf::actor guardian)
    : self_{self},
      setup_{std::move(setup)},
      index_{index},
      bus_{std::move(bus)},
      generator_{std::move(generator)},
      guardian_{std::move(guardian)},
      source_{std::move(setup_->inputs[index].source)},
      port_{std::make_shared<port>(this, partitions)} {}

receiver_host_role::~receiver_host_role() {
  port_->detach();
  try {
    source_->stop();
  } catch (...) {
    setup_->core->log().write(
        "receiver", log_level::error,
        source_->describe() + " failed to stop: " + describe(std::current_exception()));
  }
}

template <class F>
void receiver_host_role::guarded(F&& work) {
  try {
    work();
  } catch (...) {
    auto const text =
        "input '" + source_->describe() + "' failed: " + describe(std::current_exception());
    try {
      std::throw_with_nested(stream_failure{text});
    } catch (...) {
      tell(self_, guardian_, msg::role_failed{{setup_->epoch}, 0, std::current_exception()});
    }
  }
}

caf::behavior receiver_host_role::behavior() {
  guarded([this] { source_->start(port_); });
  return {
      [this](msg::run_work const& posted) { guarded(posted.work); },
      [this](msg::cut_request const& request) {
        guarded([&] {
          auto cut = source_->cut(request.batch, request.max_records);
          announced_records_ = cut.after.records;
          announced_ready_ = cut.after.ready;
          auto reply =
              msg::cut_reply{{setup_->epoch}, request.batch.id, index_, std::move(cut), {}};
          if (bus_.heard()) reply.counters = source_->counters();  // only listeners see them
          tell(self_, generator_, std::move(reply));
        });
      },
      [this](msg::batch_committed const& done) {
        guarded([&] { source_->committed(done.batch); });
      },
      [this](msg::probe_request const& probe) {
        guarded([&] {
          tell(self_, generator_,
               msg::probe_reply{{setup_->epoch}, probe.round, index_, source_->status(true)});
        });
      },
      [this](msg::drain_inputs const&) { guarded([&] { source_->drain(); }); },
  };
}

// The generator has to know when something to cut has appeared, and under a size trigger how much.
void receiver_host_role::announce() {
  auto const now = source_->status(false);
  auto const by_size = setup_->core->settings().trigger.what == trigger::kind::size;
  auto const had_any = announced_records_ > 0 || announced_ready_;
  auto const has_any = now.records > 0 || now.ready;
  if (has_any && (!had_any || (by_size && now.records > announced_records_))) {
    announced_records_ = now.records;
    announced_ready_ = now.ready;
    tell(self_, generator_, msg::input_changed{{setup_->epoch}, index_, now});
  }
}

void receiver_host_role::report(receiver_event const& event) {
  receiver_info info{index_, setup_->inputs[index_].name(), event.reason};
  auto const level = event.what == receiver_event::type::error ? log_level::warn : log_level::info;
  static constexpr char const* words[] = {"started", "error", "restarted", "stopped"};
  auto const* word = words[static_cast<std::size_t>(event.what)];
  setup_->core->log().write(
      "receiver", level,
      source_->describe() + " " + word + (event.reason.empty() ? "" : ": " + event.reason));
  bus_.post([info = std::move(info), what = event.what](streaming_listener& l) {
    switch (what) {
      case receiver_event::type::started: return l.on_receiver_started(info);
      case receiver_event::type::error: return l.on_receiver_error(info);
      case receiver_event::type::restarted: return l.on_receiver_restarted(info);
      case receiver_event::type::stopped: return l.on_receiver_stopped(info);
    }
  });
}

}  // namespace sluice
