/// Deliberate defects, for the proof that tests find them. Nobody but that proof compiles them in.
///
/// Thread rule: set before a run, read by all. Promise: without SLUICE_MUTANTS the library has no
/// trace of them.
#pragma once

#include <cstdint>

namespace sluice {

enum class mutant : std::uint8_t {
  none,
  commit_before_prepare,     ///< an output commits although another has not prepared yet
  credit_minted_on_restart,  ///< a later epoch grants for a batch twice
  cut_twice,                 ///< an input cuts a batch anew that it has been asked for before
  manifest_before_data,      ///< a checkpoint does not wait for its states to be flushed
  missing_flush,             ///< a batch is worked on before the log of batches is flushed
  lost_timer,                ///< the third restart never comes
  unbounded_link,            ///< a link sends without credit
  dropped_tail_on_drain,     ///< a drain leaves behind what has not been cut
  duplicate_on_redelivery,   ///< an output takes a batch again that it has committed
  state_run_twice,           ///< a stage does a batch again on the state behind it
  forgotten_batches,         ///< a new generator does not send the batches of the one before
  repeated_item_taken,       ///< a link takes an item that comes twice for a new one
  replays_one_too_few,       ///< a new process leaves out the oldest batch that it should repeat
  log_position_too_far,      ///< a checkpoint tells to go on one batch too late
  half_a_checkpoint,         ///< only the first partition of a stage saves its state
  commit_logged_early        ///< a commit is written down before the outputs have done it
};

#ifdef SLUICE_MUTANTS
inline mutant active_mutant = mutant::none;
inline bool is_mutant(mutant m) { return active_mutant == m; }
#else
constexpr bool is_mutant(mutant) { return false; }
#endif

}  // namespace sluice
