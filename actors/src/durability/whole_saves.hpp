/// Saves as they were, from pieces that are in the log one after the other.
///
/// Thread rule: one thread at a time. Promise: a save is handed on with all of its bytes or not at
/// all; where one has no end, that is a `runtime_failure`.
#pragma once

#include "records.hpp"

#include <functional>
#include <map>
#include <span>

namespace sluice {

/// What one task has saved at one checkpoint.
struct whole_save {
  std::uint64_t checkpoint = 0;
  std::string op;  ///< id of the operator
  std::uint64_t partition = 0;
  std::vector<std::span<std::byte const>> pieces;  ///< somebody else's: they may be many bytes
};

class whole_saves {
 public:
  using visitor = std::function<void(whole_save const&)>;

  explicit whole_saves(visitor visit) : visit_{std::move(visit)} {}
  /// The next record of the log; between two pieces of a save may be others' pieces.
  /// @throws runtime_failure
  void take(saved_state const& piece);
  /// @throws runtime_failure  if a task of this checkpoint has not come to the end of its save
  void expect_all(checkpoint_contents const& contents) const;

 private:
  struct progress {
    std::uint64_t checkpoint = 0;    ///< of the newest save
    std::vector<std::string> begun;  ///< its pieces, until it is whole
  };
  using task_id = std::pair<std::string, std::uint64_t>;

  visitor visit_;
  std::map<task_id, progress> by_task_;
};

}  // namespace sluice
