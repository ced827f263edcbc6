#include "context_core.hpp"
#include "context_services.hpp"
#include "guarantee.hpp"
#include "pipeline.hpp"
#include "receivers/src/deal.hpp"

#include <algorithm>
#include <cmath>
#include <sluice/actors/streaming_context.hpp>
#include <sluice/operators/plan_runner.hpp>
#include <thread>

namespace sluice {

namespace {

std::size_t resolve_parallelism(std::size_t asked) {
  return asked != 0 ? asked : std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

void check(backpressure_options const& o) {
  if (o.stall_after.count() <= 0)
    throw usage_error{"backpressure.stall_after is " + std::to_string(o.stall_after.count()) +
                      " ms; give at least 1 ms, the time after which a wait is told"};
  auto const weight = [](char const* name, double value) {
    if (!(value >= 0.0) || !std::isfinite(value))
      throw usage_error{std::string{"backpressure."} + name + " is " + std::to_string(value) +
                        "; give 0 or more"};
  };
  weight("proportional", o.proportional);
  weight("integral", o.integral);
  weight("derivative", o.derivative);
  if (o.min_rate == 0)
    throw usage_error{
        "backpressure.min_rate is 0; give at least 1 record per second, for a stream "
        "that takes nothing learns nothing"};
  if (o.initial_rate != 0 && !o.enabled)
    throw usage_error{"backpressure.initial_rate is " + std::to_string(o.initial_rate) +
                      ", but no rate is learned; set backpressure.enabled, or give the receiver a "
                      "max_rate"};
}

void check(options const& o) {
  if (o.max_in_flight_batches == 0)
    throw usage_error{"max_in_flight_batches is 0; at least 1 batch must be allowed to run"};
  if (o.block_interval.count() <= 0)
    throw usage_error{"block_interval is " + std::to_string(o.block_interval.count()) +
                      " ms; it must be positive"};
  if (o.spin < std::chrono::microseconds{0} || o.spin > std::chrono::seconds{1})
    throw usage_error{"spin is " + std::to_string(o.spin.count()) +
                      " us; give 0 to 1,000,000, and some 50 for low latency"};
  auto const positive = [](char const* name, buffer_limits const& limits) {
    if (limits.bytes == 0 || limits.records == 0)
      throw usage_error{std::string{name} + " has room for " + std::to_string(limits.bytes) +
                        " bytes and " + std::to_string(limits.records) +
                        " records; both must be positive"};
  };
  positive("receiver_buffer", o.receiver_buffer);
  positive("link_buffer", o.link_buffer);
  check(o.backpressure);
  validate(o.supervision.stages, "supervision.stages");
  validate(o.supervision.receivers, "supervision.receivers");
  if (o.supervision.stages.strategy != restart_strategy::region)
    throw usage_error{std::string{"supervision.stages.strategy is "} +
                      to_string(o.supervision.stages.strategy) +
                      "; what cuts, runs and commits batches is connected by links that cannot be "
                      "replayed one by one, so it restarts together: leave it at region"};
  if (o.trigger.what == trigger::kind::size && o.trigger.max_records > o.receiver_buffer.records)
    throw usage_error{"size(" + std::to_string(o.trigger.max_records) +
                      ") can never be reached: receiver_buffer has room for " +
                      std::to_string(o.receiver_buffer.records) + " records"};
}

}  // namespace

struct streaming_context::impl {
  impl(options o, execution const& where)
      : engine_{(check(o), where.make_engine(o))},
        inline_world{engine_ ? nullptr : make_real_world()},
        outside{engine_ ? &engine_->outside() : inline_world.get()},
        core{std::make_shared<context_core>(
            o, engine_ ? std::function<void()>{[e = engine_.get()] { e->notify(); }} : [] {})},
        services{resolve_parallelism(o.parallelism), engine_.get(), core,
                 [this]() -> world& { return *outside; }},
        declared{std::make_shared<graph>(services, o.trigger.what == trigger::kind::every
                                                       ? std::optional{o.trigger.interval}
                                                       : std::nullopt)} {}

  ~impl() {
    if (running && core->state() != context_state::stopped) {
      running->stop(stop_mode::now);
      wait_until_stopped({});
    }
    services.end();
  }

  bool wait_until_stopped(std::optional<std::chrono::milliseconds> timeout) {
    return running->wait([c = core.get()] { return c->state() == context_state::stopped; },
                         timeout);
  }

  /// Stopped, or suspended: nothing happens any more by itself.
  bool wait_until_over(std::optional<std::chrono::milliseconds> timeout) {
    return running->wait([c = core.get()] { return c->state() != context_state::active; }, timeout);
  }

  pipeline& active(char const* what) {
    if (!running)
      throw usage_error{std::string{what} +
                        ": the context has not been started; call start() first"};
    return *running;
  }

  static void check_outside(char const* what) {
    if (inside_stream::now())
      throw usage_error{
          std::string{what} +
          ": called from inside the stream (a listener, or a function of an operator or "
          "output), which it would wait for; call it from another thread"};
  }

  std::shared_ptr<engine> engine_;
  std::unique_ptr<world> inline_world;
  world* outside;
  std::shared_ptr<context_core> core;
  context_services services;
  graph_ptr declared;
  std::vector<declared_input> inputs;
  std::shared_ptr<batch_queue<dead_letter>> dead_letters;
  std::optional<dstream<dead_letter>> dead_letter_stream;
  std::vector<std::shared_ptr<streaming_listener>> listeners;
  /// Where progress is written; in the calling thread it is not.
  std::string journal_directory() const {
    return engine_ ? core->settings().checkpoint_dir : std::string{};
  }

  // From inside the stream.
  void kill(std::string role) {
    if (running) running->kill(std::move(role));
  }

  setup_ptr started;      // null before the start
  std::string guarantee;  // once started
  std::unique_ptr<pipeline> running;
};

streaming_context::streaming_context(options o, execution where)
    : impl_{std::make_unique<impl>(std::move(o), where)} {}
streaming_context::streaming_context(streaming_context&&) noexcept = default;
streaming_context& streaming_context::operator=(streaming_context&&) noexcept = default;
streaming_context::~streaming_context() = default;

streaming_context::registered streaming_context::register_input(std::unique_ptr<input> source,
                                                                partition_codec const* codec) {
  auto who = impl_->declared->make_op(source->kind());
  auto const index = impl_->inputs.size();
  impl_->inputs.push_back({std::move(source), who, codec, {}});
  auto made =
      detail::make_node(who, {}, kernels::make_pass_kernel(), impl_->services.parallelism());
  made->input_index = index;
  return {impl_->declared, made};
}

dstream<std::string_view> streaming_context::socket_text_stream(std::string host,
                                                                std::uint16_t port,
                                                                socket_options how) {
  return input_stream<std::string_view>(
      std::make_unique<socket_text_input>(std::move(host), port, std::move(how)));
}

dstream<std::string_view> streaming_context::text_file_stream(std::string directory,
                                                              file_options how) {
  return input_stream<std::string_view>(
      std::make_unique<text_file_input>(std::move(directory), std::move(how)));
}

dstream<std::string_view> streaming_context::binary_records_stream(std::string directory,
                                                                   std::size_t record_length,
                                                                   file_options how) {
  return input_stream<std::string_view>(
      std::make_unique<binary_records_input>(std::move(directory), record_length, std::move(how)));
}

rdd<std::string_view> streaming_context::text_file(std::string const& path) {
  auto chunks = services().load_text(path);
  return make_rdd<std::string_view>(services(), deal(std::move(chunks), parallelism()));
}

dstream<dead_letter> streaming_context::dead_letters() {
  if (!impl_->dead_letters) {
    impl_->dead_letters = std::make_shared<batch_queue<dead_letter>>();
    impl_->dead_letter_stream = queue_stream(impl_->dead_letters).named("dead letters");
  }
  return *impl_->dead_letter_stream;
}

session& streaming_context::services() { return impl_->services; }

void streaming_context::start() {
  auto& core = *impl_->core;
  if (core.state() == context_state::active)
    throw usage_error{"start: the context is active already; one start is enough"};
  if (core.state() == context_state::stopped)
    throw usage_error{"start: the context has stopped; make a new one"};
  if (impl_->declared->outputs().empty())
    throw usage_error{
        "start: nothing would run, for there is no output; add print(), foreach_rdd(), "
        "collect_into(), save_as_text_files() or to()"};
  auto setup = std::make_shared<sluice::setup>();
  setup->core = impl_->core;
  setup->outside = impl_->outside;
  setup->plan = make_plan(impl_->declared->outputs());
  if (auto const wanted = impl_->declared->checkpoint_interval())
    core.ask_for_checkpoints(std::chrono::ceil<std::chrono::milliseconds>(*wanted));
  setup->parallelism = parallelism();
  setup->record_rules = {core.settings().on_record_error, core.settings().dead_letter_limit};
  setup->dead_letters = impl_->dead_letters;
  setup->listeners = impl_->listeners;
  if (core.settings().allow_faults)
    setup->faults = std::make_shared<live_faults>(
        impl_->outside->clock(), [i = impl_.get()](std::string role) { i->kill(std::move(role)); },
        [c = impl_->core](std::string const& text) {
          c->log().write("faults", log_level::warn, text);
        });
  for (auto& in : impl_->inputs) setup->inputs.push_back(std::move(in));
  impl_->guarantee = describe_guarantee(setup->plan, setup->inputs, impl_->journal_directory());
  impl_->started = setup;
  impl_->declared->freeze("the context has been started; declare everything before start()");
  if (!impl_->engine_ && !core.settings().checkpoint_dir.empty())
    core.log().write("context", log_level::warn,
                     "a context in the calling thread writes down no progress: checkpoint_dir "
                     "serves rdd::checkpoint only");
  core.set_state(context_state::active);
  try {
    for (auto& in : setup->inputs) in.source->before_start(*setup->outside);
    impl_->running = impl_->engine_
                         ? launch_on_actors(impl_->engine_, std::move(setup))
                         : launch_inline(std::move(setup), std::move(impl_->inline_world));
  } catch (...) {
    core.set_state(context_state::stopped);
    throw;
  }
}

void streaming_context::stop(stop_mode mode) {
  if (impl_->core->state() == context_state::stopped) return;
  impl_->check_outside("stop");
  if (!impl_->running) {
    impl_->declared->freeze("the context has been stopped; make a new one");
    return impl_->core->set_state(context_state::stopped);
  }
  impl_->running->stop(mode);
  auto const patience = mode == stop_mode::drain ? settings().drain_timeout : std::nullopt;
  if (impl_->wait_until_stopped(patience)) return;
  impl_->core->log().write(
      "context", log_level::error,
      "stop: not drained in " + std::to_string(patience->count()) +
          " ms: " + std::to_string(impl_->running->open_batches()) +
          " batches are not committed, and inputs may hold more" +
          (impl_->started->journal ? "; the next process goes on with them" : "; they are lost"));
  impl_->running->stop(stop_mode::now);
  impl_->wait_until_stopped({});
}

void streaming_context::await_termination() {
  impl_->check_outside("await_termination");
  impl_->active("await_termination");
  impl_->wait_until_over({});
  impl_->core->rethrow_failure();
}

bool streaming_context::await_termination_for(std::chrono::milliseconds timeout) {
  impl_->check_outside("await_termination_for");
  impl_->active("await_termination_for");
  auto const stopped = impl_->wait_until_over(timeout);
  impl_->core->rethrow_failure();
  return stopped;
}

void streaming_context::request_batch() { impl_->active("request_batch").request_batch(); }
void streaming_context::pause() { impl_->active("pause").pause(); }
void streaming_context::resume() {
  auto& running = impl_->active("resume");
  if (impl_->core->state() == context_state::suspended) impl_->core->resume();
  running.resume();
}

void streaming_context::kill_actor(std::string role) {
  if (!settings().allow_faults)
    throw usage_error{
        "kill_actor: faults are not allowed here; set options.allow_faults in a test"};
  impl_->active("kill_actor").kill(std::move(role));
}

void streaming_context::inject_faults(fault_script plan, fault_limits limits) {
  impl_->active("inject_faults");
  if (!impl_->started->faults)
    throw usage_error{
        "inject_faults: faults are not allowed here; set options.allow_faults where they are "
        "wanted"};
  impl_->started->faults->begin(std::move(plan), limits);
}

void streaming_context::end_faults() {
  if (impl_->started && impl_->started->faults) impl_->started->faults->end();
}

fault_script streaming_context::injected_faults() const {
  return impl_->started && impl_->started->faults ? impl_->started->faults->happened()
                                                  : fault_script{};
}

void streaming_context::run_until_idle() {
  impl_->check_outside("run_until_idle");
  auto& running = impl_->active("run_until_idle");
  auto const ticket = impl_->core->next_ticket();
  running.run_until_idle(ticket);
  running.wait([c = impl_->core.get(),
                ticket] { return c->is_idle(ticket) || c->state() != context_state::active; },
               {});
  impl_->core->rethrow_failure();
}

context_state streaming_context::state() const { return impl_->core->state(); }

void streaming_context::remember(duration at_least) {
  impl_->declared->check_open("a remember duration");
  impl_->services.set_remember(at_least);
}

void streaming_context::checkpoint(std::string directory) {
  impl_->declared->check_open("a checkpoint directory");
  impl_->services.set_checkpoint_dir(std::move(directory));
}

void streaming_context::add_listener(std::shared_ptr<streaming_listener> listener) {
  if (!listener) throw usage_error{"add_listener: the listener is null"};
  impl_->declared->check_open("a listener");
  impl_->listeners.push_back(std::move(listener));
}

std::string streaming_context::explain() const {
  auto const of = make_plan(impl_->declared->outputs());
  if (!impl_->started)
    return of.describe() + describe_guarantee(of, impl_->inputs, impl_->journal_directory());
  auto const& recovered = impl_->started->recovered;
  return of.describe() + impl_->guarantee + (recovered ? recovered->text + '\n' : "");
}

std::string streaming_context::explain_backpressure() const {
  return impl_->running ? impl_->running->explain_backpressure()
                        : "the context has not been started\n";
}

storage_use streaming_context::storage() const { return impl_->services.kept()->use(); }

options const& streaming_context::settings() const { return impl_->core->settings(); }
std::size_t streaming_context::parallelism() const { return impl_->services.parallelism(); }

}  // namespace sluice
