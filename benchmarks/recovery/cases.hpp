/// The cases of this program: what it costs to write progress down, and how soon a stream goes on.
///
/// Thread rule: each is called by one thread. Promise: each works on real files in a directory of
/// its own, which it removes, and checks what it computes.
#pragma once

#include "harness/bench.hpp"

namespace bench {

/// Batches that are durable before they are worked on.
void durable_commit(report& results);
/// The same with an output into SQLite.
void durable_commit_sqlite(report& results);
/// The first checkpoint of a keyed state: all of it.
void full_checkpoint(report& results);
/// The start of a stream whose keyed state is in a directory.
void restore(report& results);
/// Checkpoints every second while a tenth of the keys changes.
void checkpoint_cost(report& results);
/// Checkpoints with as many changes while there are ten times as many keys.
void checkpoint_growth(report& results);
/// A function throws; the stage and all around it are started again.
void stage_restart(report& results);
/// The process is killed; the next one goes on.
void process_recovery(report& results);
/// A batch every millisecond, each durable.
void interval_durable(report& results);

/// What `process_recovery` starts: another process of this program. Does not return normally.
int run_as_child(int argc, char** argv);
/// The first argument of such a process.
inline constexpr auto child_argument = "--as-child";

}  // namespace bench
