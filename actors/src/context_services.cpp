#include "context_services.hpp"

#include "job.hpp"

#include <sluice/operators/error.hpp>
#include <sluice/sinks/kept_files.hpp>
#include <sluice/sinks/text_files.hpp>
#include <sluice/supervision/world.hpp>

namespace sluice {

context_services::context_services(std::size_t parallelism, engine* on,
                                   std::shared_ptr<context_core> core,
                                   std::function<world&()> outside)
    : parallelism_{parallelism},
      engine_{on},
      core_{std::move(core)},
      outside_{std::move(outside)},
      kept_{std::make_shared<kept_store>(
          core_->settings().storage.memory,
          make_kept_files(outside_, core_->settings().storage.directory,
                          [c = core_](std::string const& text) {
                            c->log().write("context", log_level::warn, text);
                          }))} {}

std::vector<partition> context_services::run_job(node_ptr const& output) {
  return sluice::run_job(output, engine_, parallelism_);
}

std::shared_ptr<output_spec const> context_services::text_files(std::string prefix,
                                                                std::string suffix) {
  return make_text_files_output(outside_, std::move(prefix), std::move(suffix));
}

void context_services::save_text(std::string const& directory,
                                 std::vector<partition> const& parts) {
  write_text_directory(outside_().storage(), directory, parts, existing::refuse);
}

std::vector<chunk_ptr> context_services::load_text(std::string const& path) {
  return read_text(outside_().storage(), path);
}

std::string context_services::new_checkpoint() {
  auto const& parent = core_->settings().checkpoint_dir;
  if (parent.empty())
    throw usage_error{
        "checkpoint: there is no checkpoint directory; call streaming_context::checkpoint(dir) or "
        "set options.checkpoint_dir first"};
  return make_checkpoint_directory(outside_().storage(), parent);
}

stream_progress context_services::progress() const {
  return {core_->state() != context_state::initialized, core_->last_committed(),
          remember_.value_or(duration{0})};
}

void context_services::set_remember(duration at_least) {
  if (at_least <= duration{0})
    throw usage_error{"remember: the duration is " + std::to_string(at_least.count()) +
                      " us; it must be positive"};
  if (remember_)
    throw usage_error{"remember: it is " + std::to_string(remember_->count()) +
                      " us already; it can be set once"};
  remember_ = at_least;
}

void context_services::set_checkpoint_dir(std::string directory) {
  if (directory.empty())
    throw usage_error{"checkpoint: the directory is empty; give a path such as \"checkpoint\""};
  if (checkpoint_dir_set_)
    throw usage_error{"checkpoint: the directory is " + core_->settings().checkpoint_dir +
                      " already; it can be set once"};
  core_->set_checkpoint_dir(std::move(directory));
  checkpoint_dir_set_ = true;
}

}  // namespace sluice
