/// What handles need from whoever runs their graph.
///
/// Thread rule: called by the thread that calls the handle. Promise: operators know this interface,
/// never the runtime behind it.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <sluice/operators/graph.hpp>
#include <sluice/operators/time.hpp>
#include <string>
#include <vector>

namespace sluice {

class kept_store;

/// How far the stream of a session has come.
struct stream_progress {
  bool started = false;
  std::optional<batch_time> committed;  ///< the newest batch that is
  duration remember{0};                 ///< how long batches are kept at least
};

class session {
 public:
  virtual ~session() = default;
  /// Partitions of a shuffle or of `parallelize` when the caller names no number.
  virtual std::size_t parallelism() const = 0;
  /// Runs a job of one batch to its end.
  /// @return for the output node, one partition per upstream partition
  /// @throws stream_failure naming the operator whose function threw
  virtual std::vector<partition> run_job(node_ptr const& output) = 0;
  /// Where `save_as_text_files(prefix, suffix)` goes: a directory `prefix-TIME_MS.suffix` per
  /// batch.
  virtual std::shared_ptr<output_spec const> text_files(std::string prefix, std::string suffix) = 0;
  /// Writes one directory with a part file per partition. @throws runtime_failure if it exists
  virtual void save_text(std::string const& directory, std::vector<partition> const& parts) = 0;
  /// Reads a text file, or all files of a directory, as chunks of lines.
  virtual std::vector<chunk_ptr> load_text(std::string const& path) = 0;
  /// Where kept partitions live. Any thread.
  virtual std::shared_ptr<kept_store> const& kept() const = 0;
  /// Makes a directory for the checkpoint of an rdd. @return its path
  /// @throws usage_error if checkpoints have no place, runtime_failure if it cannot be made
  virtual std::string new_checkpoint() = 0;
  /// Any thread.
  virtual stream_progress progress() const = 0;
};

}  // namespace sluice
