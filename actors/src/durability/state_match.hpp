/// Which saved state belongs to which operator of the program.
///
/// Thread rule: plain values, pure functions. Promise: operators are known by the names that the
/// program gives them, the others by kind and order among their kind, so that operators without
/// state may come and go.
#pragma once

#include "records.hpp"

#include <map>
#include <sluice/operators/op.hpp>
#include <string>
#include <vector>

namespace sluice {

/// An id for each operator, in their order.
std::vector<std::string> ids_of(std::vector<op_ptr> const& ops);

/// What one side knows of an operator with state.
struct state_shape {
  std::uint64_t schema = 0;
  std::uint64_t partitions = 0;

  friend bool operator==(state_shape const&, state_shape const&) = default;
};
using state_shapes = std::map<std::string, state_shape>;

state_shapes shapes_of(std::vector<saved_task> const& tasks);

/// The program and the checkpoint, compared. Each list holds ids in ascending order.
struct state_match {
  std::vector<std::string> matched;
  std::vector<std::string> added;    ///< only the program has them: they begin without state
  std::vector<std::string> missing;  ///< only the checkpoint has them
  std::vector<std::string> changed;  ///< with how they differ

  bool fits() const { return missing.empty() && changed.empty(); }
  /// `state restored: a, b; new: c`, and what does not fit.
  std::string describe() const;
};

state_match match(state_shapes const& program, state_shapes const& saved);

}  // namespace sluice
