/// What handles need from whoever runs their graph.
///
/// Thread rule: called by the thread that calls the handle. Promise: operators know this interface,
/// never the runtime behind it.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <sluice/operators/graph.hpp>
#include <string>
#include <vector>

namespace sluice {

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
};

}  // namespace sluice
