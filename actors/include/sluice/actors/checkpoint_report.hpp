/// What is in the checkpoint directory of a stream that does not run, for tools and people.
///
/// Thread rule: one call at a time per directory. Promise: every byte that a stream would need to
/// go on has been read and verified; the directory is left as it was found.
#pragma once

#include <cstdint>
#include <optional>
#include <sluice/operators/time.hpp>
#include <string>
#include <vector>

namespace sluice {

struct checkpoint_report {
  struct state {
    std::string op;  ///< by which it is found again: the name that `named` gave, or kind and order
    std::uint64_t partition = 0;
    std::uint64_t schema = 0;  ///< of its types
    std::uint64_t saves = 0;
    std::uint64_t bytes = 0;
  };
  struct input {
    std::string id;
    std::uint64_t bytes = 0;  ///< of the position, or of the note about a batch
  };
  struct checkpoint {
    std::uint64_t number = 0;
    batch_ref batch;  ///< the states are those behind it
    std::vector<state> states{};
    std::vector<input> positions{};
  };
  struct batch {
    batch_ref which;
    std::vector<input> shares{};
  };

  std::string note;  ///< what was found, what was passed over and why
  bool begun = false;
  batch_time zero{};  ///< of the time grid
  std::uint64_t parallelism = 0;
  std::optional<checkpoint> newest{};
  std::vector<batch> batches{};  ///< behind the checkpoint: they will be done again
  batch_id committed = 0;        ///< the newest
};

/// @param directory  `options.checkpoint_dir` of the stream
/// @throws runtime_failure  if a stream runs there, or something needed is missing or damaged
checkpoint_report read_checkpoint_directory(std::string const& directory);

}  // namespace sluice
