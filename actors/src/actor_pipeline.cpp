#include "explain_waits.hpp"
#include "pipeline.hpp"
#include "roles/guardian_role.hpp"

#include <sluice/operators/error.hpp>

namespace sluice {

namespace {

class actor_pipeline final : public pipeline {
 public:
  actor_pipeline(std::shared_ptr<engine> on, setup_ptr setup)
      : engine_{std::move(on)}, setup_{std::move(setup)}, kept_{make_cells(*setup_)} {
    guardian_ = engine_->system().spawn(run_role<guardian_role, setup_ptr, std::shared_ptr<cells>>,
                                        setup_, kept_);
    // Nobody supervises the guardian but the context itself.
    guardian_->attach_functor([core = setup_->core](caf::error const& reason) {
      if (core->state() == context_state::stopped) return;
      core->fail(
          std::make_exception_ptr(stream_failure{"the guardian died: " + caf::to_string(reason)}));
      core->set_state(context_state::stopped);
    });
  }

  // Whoever destroys the pipeline has waited until it stopped; the actors are gone then.
  ~actor_pipeline() override {
    guardian_ = nullptr;
    kept_.reset();
    setup_.reset();
  }

  void request_batch() override { command({cut_command::kind::cut_now}); }
  void pause() override { command({cut_command::kind::pause}); }
  void resume() override { ask(msg::resume_request{}); }
  void run_until_idle(std::uint64_t ticket) override {
    command({cut_command::kind::until_idle, ticket});
  }
  void stop(stop_mode mode) override { ask(msg::stop_request{{}, mode == stop_mode::drain}); }
  std::size_t open_batches() const override { return kept_->ledger.open().size(); }
  std::string explain_backpressure() const override { return explain_waits(*setup_, *kept_); }
  void kill(std::string role) override { ask(msg::kill_request{{}, std::move(role)}); }
  bool wait(std::function<bool()> const& done,
            std::optional<std::chrono::milliseconds> timeout) override {
    return engine_->wait(done, timeout);
  }

 private:
  void command(cut_command what) { ask(msg::command{{}, what}); }
  template <class M>
  void ask(M message) {
    tell_from_outside(guardian_, std::move(message));
  }

  std::shared_ptr<engine> engine_;
  setup_ptr setup_;
  std::shared_ptr<cells> kept_;
  caf::actor guardian_;
};

}  // namespace

std::unique_ptr<pipeline> launch_on_actors(std::shared_ptr<engine> on, setup_ptr setup) {
  return std::make_unique<actor_pipeline>(std::move(on), std::move(setup));
}

}  // namespace sluice
