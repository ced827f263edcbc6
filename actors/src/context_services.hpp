/// What handles ask their context for.
///
/// Thread rule: `set_remember` and `set_checkpoint_dir` before the start, all else from any thread.
/// Promise: outlives the graph; `end` frees what is kept.
#pragma once

#include "context_core.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <sluice/actors/execution.hpp>
#include <sluice/operators/kept_store.hpp>
#include <sluice/operators/session.hpp>

namespace sluice {

class context_services final : public session {
 public:
  context_services(std::size_t parallelism, engine* on, std::shared_ptr<context_core> core,
                   std::function<world&()> outside);

  std::size_t parallelism() const override { return parallelism_; }
  std::vector<partition> run_job(node_ptr const& output) override;
  std::shared_ptr<output_spec const> text_files(std::string prefix, std::string suffix) override;
  void save_text(std::string const& directory, std::vector<partition> const& parts) override;
  std::vector<chunk_ptr> load_text(std::string const& path) override;
  std::shared_ptr<kept_store> const& kept() const override { return kept_; }
  std::string new_checkpoint() override;
  stream_progress progress() const override;

  /// @throws usage_error if it is not positive, or set already
  void set_remember(duration at_least);
  /// @throws usage_error if it is empty, or set already
  void set_checkpoint_dir(std::string directory);
  void end() { kept_->close(); }

 private:
  std::size_t parallelism_;
  engine* engine_;
  std::shared_ptr<context_core> core_;
  std::function<world&()> outside_;
  std::shared_ptr<kept_store> kept_;
  std::optional<duration> remember_;
  bool checkpoint_dir_set_ = false;
};

}  // namespace sluice
