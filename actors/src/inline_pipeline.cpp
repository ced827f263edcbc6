#include "batch_grid.hpp"
#include "pipeline.hpp"

#include <algorithm>
#include <deque>
#include <limits>
#include <sluice/operators/error.hpp>
#include <sluice/operators/plan_runner.hpp>

namespace sluice {

namespace {

/// Work that inputs post, run when the pipeline is next called.
class inline_host final : public input_host {
 public:
  inline_host(world& outside, setup_ptr setup) : outside_{outside}, setup_{std::move(setup)} {}

  void post(std::function<void()> work) override {
    std::lock_guard guard{mutex_};
    work_.push_back(std::move(work));
  }
  // Nothing waits here: what is due later is due at the next call.
  void after(std::chrono::milliseconds, std::function<void()> work) override {
    std::lock_guard guard{mutex_};
    later_.push_back(std::move(work));
  }
  void changed() override {}
  void report(receiver_event) override {}
  world& outside() override { return outside_; }
  buffer_limits limits() const override { return setup_->core->settings().receiver_buffer; }
  std::size_t partitions() const override { return setup_->parallelism; }
  std::chrono::milliseconds block_interval() const override {
    return setup_->core->settings().block_interval;
  }

  void run_posted() {
    promote();
    while (auto work = next()) work();
  }

 private:
  void promote() {
    std::lock_guard guard{mutex_};
    std::move(later_.begin(), later_.end(), std::back_inserter(work_));
    later_.clear();
  }
  std::function<void()> next() {
    std::lock_guard guard{mutex_};
    if (work_.empty()) return {};
    auto work = std::move(work_.front());
    work_.pop_front();
    return work;
  }

  world& outside_;
  setup_ptr setup_;
  std::mutex mutex_;
  std::deque<std::function<void()>> work_;
  std::deque<std::function<void()>> later_;
};

class inline_pipeline final : public pipeline {
 public:
  inline_pipeline(setup_ptr setup, std::unique_ptr<world> outside)
      : world_{std::move(outside)},
        setup_{std::move(setup)},
        host_{std::make_shared<inline_host>(*world_, setup_)},
        grid_{setup_->core->settings().trigger, world_->clock().now()},
        runner_{setup_->plan, &setup_->record_rules} {
    for (auto s : setup_->plan.output_stages) {
      auto const& n = *setup_->plan.stages[s].nodes.front();
      outputs_.push_back(n.output->make_output());
    }
    for (auto& in : setup_->inputs) in.source->start(host_);
    tell([now = now()](streaming_listener& l) { l.on_streaming_started(now); });
  }

  ~inline_pipeline() override { end(); }

  void request_batch() override { run_batch(); }
  void pause() override {}
  void resume() override {}

  void run_until_idle(std::uint64_t ticket) override {
    host_->run_posted();
    while (active() && !quiet()) {
      run_batch();
      host_->run_posted();
    }
    setup_->core->idle_reached(ticket);
  }

  void stop(stop_mode mode) override {
    if (mode == stop_mode::drain && active()) {
      for (auto& in : setup_->inputs) in.source->drain();
      run_until_idle(0);
    }
    end();
  }

  std::size_t open_batches() const override { return 0; }
  std::string explain_backpressure() const override {
    return "nothing waits: in the calling thread a batch ends before the next is cut\n";
  }
  void kill(std::string) override {}
  bool wait(std::function<bool()> const& done, std::optional<std::chrono::milliseconds>) override {
    if (!done() && !outlived())
      throw usage_error{
          "await_termination: a context in the calling thread ends only by stop(); call that"};
    return done();
  }

 private:
  bool active() const { return setup_->core->state() == context_state::active; }
  bool outlived() const { return setup_->core->state() == context_state::stopped; }
  batch_time now() const { return world_->clock().now(); }

  bool quiet() {
    return std::all_of(setup_->inputs.begin(), setup_->inputs.end(), [](declared_input& in) {
      auto const s = in.source->status(true);
      return s.idle && !s.ready && s.records == 0;
    });
  }

  void run_batch() {
    if (!active()) return;
    auto const batch = batch_ref{++last_, grid_.on_request(now())};
    try {
      inside_stream marker;
      process({batch, grid_.zero()});
    } catch (...) {
      setup_->core->fail(std::current_exception());
      end();
    }
  }

  void process(batch_context const& at) {
    batch_info info;
    info.batch = at.batch;
    info.submitted = now();
    auto const bounded = setup_->core->settings().trigger.max_records;
    std::vector<std::vector<partition>> shares;
    for (std::size_t i = 0; i != setup_->inputs.size(); ++i) {
      auto cut = setup_->inputs[i].source->cut(at.batch, bounded);
      info.records += cut.records;
      info.buffered += cut.after.records;
      info.inputs.push_back({i, setup_->inputs[i].name(), cut.records, cut.bytes,
                             std::move(cut.description), cut.after.records,
                             setup_->inputs[i].source->counters()});
      shares.push_back(std::move(cut.parts));
    }
    tell([&](streaming_listener& l) { l.on_batch_submitted(info); });
    info.started = now();
    tell([&](streaming_listener& l) { l.on_batch_started(info); });
    auto results = runner_.run(at, shares);
    auto diverted = runner_.take_diverted();
    info.skipped = diverted.skipped;
    info.dead_letters = diverted.letters.size();
    for (std::size_t o = 0; o != outputs_.size(); ++o) apply(o, at, std::move(results[o]), info);
    info.ended = now();
    setup_->core->committed(at.batch.time);
    for (auto& in : setup_->inputs) in.source->committed(at.batch.id);
    for (auto const& letter : diverted.letters)
      tell([&](streaming_listener& l) { l.on_dead_letter(letter); });
    tell([&](streaming_listener& l) { l.on_batch_completed(info); });
    if (!diverted.empty()) setup_->publish(std::move(diverted.letters), diverted.skipped);
  }

  void apply(std::size_t o, batch_context const& at, std::vector<partition> parts,
             batch_info& info) {
    auto const& who = setup_->plan.stages[setup_->plan.output_stages[o]].nodes.front()->who;
    info.outputs.push_back({o, who->name(), now(), {}});
    tell([&](streaming_listener& l) { l.on_output_started(info, info.outputs[o]); });
    try {
      outputs_[o]->prepare(at, std::move(parts));
      outputs_[o]->commit(at.batch);
    } catch (...) {
      std::rethrow_exception(make_stream_failure(who, at.batch, 0, std::current_exception()));
    }
    info.outputs[o].end = now();
    tell([&](streaming_listener& l) { l.on_output_completed(info, info.outputs[o]); });
  }

  template <class F>
  void tell(F&& f) {
    for (auto const& listener : setup_->listeners) f(*listener);
  }

  void end() {
    if (std::exchange(ended_, true)) return;
    for (auto& in : setup_->inputs) in.source->stop();
    setup_->core->set_state(context_state::stopped);
  }

  std::unique_ptr<world> world_;
  setup_ptr setup_;
  std::shared_ptr<inline_host> host_;
  batch_grid grid_;
  plan_runner runner_;
  std::vector<std::unique_ptr<batch_output>> outputs_;
  batch_id last_ = 0;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<pipeline> launch_inline(setup_ptr setup, std::unique_ptr<world> outside) {
  return std::make_unique<inline_pipeline>(std::move(setup), std::move(outside));
}

}  // namespace sluice
