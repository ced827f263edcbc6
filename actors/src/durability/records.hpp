/// What the log of a stream tells, and its bytes.
///
/// Thread rule: plain values, pure functions. Promise: what was encoded is decoded to equal values;
/// whatever else is decoded is a `runtime_failure` that names the log.
#pragma once

#include <cstdint>
#include <sluice/operators/time.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sluice {

/// What every batch of a stream depends on, once it has begun.
struct stream_frame {
  batch_time zero{};              ///< of the time grid
  std::uint64_t parallelism = 0;  ///< partitions of inputs
};

/// What an input has given to a batch, in its own words: by the input's id.
using input_notes = std::vector<std::pair<std::string, std::string>>;

/// A batch as it was cut.
struct logged_batch {
  batch_ref batch;
  batch_time submitted{};
  input_notes shares;
};

struct logged_commit {
  batch_id batch = 0;
};

/// A process begins to do a batch again that one before has not committed.
struct logged_attempt {
  batch_id batch = 0;
};

using log_entry = std::variant<stream_frame, logged_batch, logged_commit, logged_attempt>;

/// The bytes of an entry in two pieces.
struct entry_bytes {
  std::string head;
  std::string body;
};

/// What is large is moved, not copied.
entry_bytes to_bytes(log_entry entry);
/// @throws runtime_failure
log_entry log_entry_from(std::string_view bytes);

/// A piece of what one task has saved at one checkpoint.
struct saved_state {
  std::uint64_t checkpoint = 0;
  std::string op;  ///< id of the operator
  std::uint64_t partition = 0;
  bool is_last = true;     ///< of the pieces of this save
  std::string_view bytes;  ///< somebody else's: they may be many
};

/// What stands before the state's bytes.
std::string head_of(saved_state const& state);
/// @return  with a view into `bytes`
/// @throws runtime_failure
saved_state saved_state_from(std::string_view bytes);

/// A task in the table of contents of a checkpoint.
struct saved_task {
  std::string op;
  std::uint64_t partition = 0;
  std::uint64_t schema = 0;
  std::uint64_t oldest_save = 0;  ///< this and all that follow are needed

  friend bool operator==(saved_task const&, saved_task const&) = default;
};

/// What a checkpoint says beside the states themselves.
struct checkpoint_contents {
  std::uint64_t number = 0;
  batch_ref batch;  ///< the states are those after it
  stream_frame frame;
  std::uint64_t next_log_entry = 0;                                 ///< what comes behind the batch
  std::uint64_t first_state_entry = 0;                              ///< of those that are needed
  std::vector<std::pair<std::uint64_t, std::uint64_t>> void_saves;  ///< from, to: of no use
  std::vector<saved_task> tasks;
  input_notes positions;
};

std::string to_bytes(checkpoint_contents const& contents);
/// @throws runtime_failure
checkpoint_contents checkpoint_contents_from(std::string_view bytes);

}  // namespace sluice
