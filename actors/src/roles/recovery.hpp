/// Brings the cells of a stream to where the process before has left them.
///
/// Thread rule: one thread, before the actors are spawned. Promise: either everything that the
/// checkpoint directory tells of has found its place, or nothing has begun and the error says what
/// does not fit and what helps.
#pragma once

#include "actors/src/cells/cells.hpp"
#include "setup.hpp"

namespace sluice {

/// Opens the journal in `options.checkpoint_dir` and recovers from it, or begins it.
/// @throws runtime_failure, usage_error
void open_journal(setup& of, cells& kept);

}  // namespace sluice
