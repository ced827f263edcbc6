/// Options of a streaming context: an aggregate, every field with its default.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <sluice/actors/trigger.hpp>
#include <sluice/operators/record_errors.hpp>
#include <sluice/receivers/input.hpp>
#include <sluice/supervision/checkpoint_store.hpp>
#include <sluice/supervision/supervision_policy.hpp>
#include <string>

namespace sluice {

/// What becomes of a batch that has failed for good.
enum class failed_batch {
  suspend,  ///< everything stands still, with its state kept, until `resume()`
  stop,     ///< the stream ends
  skip      ///< the task that failed goes on as if its share of the batch had been empty; counted
};

/// A function of the stream has thrown, or a sink has failed: the batch is tried again, with the
/// waits of `options.supervision.stages`, then given up.
struct batch_failure_policy {
  std::size_t retries = 3;
  failed_batch then = failed_batch::suspend;
};

/// Who restarts how often.
struct supervision_options {
  /// Generator, driver, stages and sinks, which restart together: the strategy stays `region`.
  supervision_policy stages{};
  /// Receivers; with `region` and `one_for_one` each for itself.
  supervision_policy receivers{};
};

/// What becomes of saved state for which the program has no operator.
enum class unmatched_state {
  refuse,  ///< `start` throws and lists what is missing, extra and changed
  drop     ///< it is left behind, and operators without saved state begin without; logged
};

/// How a stream with a checkpoint directory writes down its progress.
struct checkpoint_options {
  /// Least time between two checkpoints; a batch is at the end of each.
  std::chrono::milliseconds interval{10'000};
  /// Bounds for the log of batches and for that of states. A checkpoint begins when half of the
  /// first is used; a batch for which there is no room suspends the stream.
  std::uint64_t max_log_bytes = std::uint64_t{4} << 30U;
  std::uint64_t max_state_bytes = std::uint64_t{16} << 30U;
  /// Checkpoints in succession that may fail before the stream is suspended.
  std::size_t tolerated_failures = 2;
  /// Processes that may end while the same batch is the oldest one that is not committed. One more,
  /// and that batch is put aside into `poison/` in the directory, and passed over; logged, and told
  /// to listeners. 0: it is done again however often that happens.
  std::size_t max_attempts = 0;
  /// If the directory had checkpoints and none can be used.
  unusable_checkpoints if_unusable = unusable_checkpoints::refuse;
  unmatched_state if_unmatched = unmatched_state::refuse;
};

/// What becomes of the points of a clock trigger that passed while no process ran.
enum class missed_batches {
  coalesce,  ///< one batch for all of them, at once
  replay,    ///< one batch for each of them, at once; the first takes what has been received
  skip       ///< none; the next batch is cut at its time
};

/// What happens when a source is faster than the stream.
struct backpressure_options {
  /// Whether a rate is learned for each receiver and socket: as many records per second go into
  /// batches as were processed lately, less when batches wait. What exceeds the rate waits in the
  /// receiver's buffer, then its `overflow` decides. Kept in checkpoints.
  bool enabled = false;
  /// Weights of the controller, not negative: of what the rate was wrong by, of what has piled up,
  /// and of how fast that changes.
  double proportional = 1.0;
  double integral = 0.2;
  double derivative = 0.0;
  /// Records per second that are let in whatever was learned; at least 1.
  std::uint64_t min_rate = 100;
  /// Records per second until a rate is learned; 0: no bound. Holds if `enabled`.
  std::uint64_t initial_rate = 0;
  /// A link, a receiver or the cutting of batches that has waited so long without a break stands
  /// still: told once, with a line in the log, and once more when it has gone on for as long.
  std::chrono::milliseconds stall_after{1'000};
};

/// Where `cache`, `persist` and `checkpoint` keep records.
struct storage_options {
  /// Bytes of memory for everything that one context keeps. When they are used up, the partitions
  /// that were not used for longest go to disk, or are freed and computed again, as their level
  /// says; those of one rdd make no room for each other.
  std::size_t memory = std::size_t{512} << 20U;
  /// Where partitions go that are to be on disk: in a new directory therein, which is made with the
  /// first and removed with the context; empty: the system's directory for temporary files.
  std::string directory;
};

struct options {
  /// Name in logs and listener events.
  std::string app_name = "sluice";
  /// When batches are cut.
  sluice::trigger trigger = every(std::chrono::seconds{1});
  /// Partitions of inputs and shuffles, and worker threads up to the number of cores; 0: hardware
  /// threads.
  std::size_t parallelism = 0;
  /// About how long a worker thread that has run out of work looks for more before it sleeps, which
  /// it takes some 25 us to be woken from: lower latencies for a busier processor. At most 1 s.
  std::chrono::microseconds spin{0};
  /// The longest time that records stored one by one wait before they are sealed into a block.
  std::chrono::milliseconds block_interval{200};
  /// Batches that may be between cut and commit; at least 1.
  std::size_t max_in_flight_batches = 4;
  /// What each receiver may hold between its source and the commit of the batch; without room it
  /// stops reading.
  buffer_limits receiver_buffer{};
  /// What each link between two tasks may carry unprocessed; a partition that exceeds it travels
  /// alone.
  buffer_limits link_buffer{};
  backpressure_options backpressure{};
  /// What becomes of a record for which the function of a narrow operator (map, flat_map, filter,
  /// map_values, flat_map_values) throws: one action for all, or a function that chooses.
  record_error_policy on_record_error = error_action::restart;
  /// Dead letters that one task may make of one batch; one more fails the batch.
  std::size_t dead_letter_limit = 10'000;
  /// What becomes of a batch in which something failed.
  batch_failure_policy on_batch_failure{};
  /// Restarts of actors that have died, and of batches that have failed.
  supervision_options supervision{};
  /// Room for what `cache` and `persist` keep.
  storage_options storage{};
  /// Where the stream writes down its progress, to go on from there after its process has ended,
  /// and where `rdd::checkpoint` writes; empty: nowhere. See `streaming_context::checkpoint`.
  std::string checkpoint_dir{};
  checkpoint_options checkpoints{};
  sluice::missed_batches missed_batches = missed_batches::coalesce;
  /// How long `stop(stop_mode::drain)` waits for what was received to be committed; what is not by
  /// then is counted in the log, and left to the next process if there is a checkpoint directory.
  /// Nothing: as long as it takes.
  std::optional<std::chrono::milliseconds> drain_timeout{};
  /// Whether `kill_actor` and `inject_faults` may be called.
  bool allow_faults = false;
  /// Listener events that may wait for slow listeners; more are dropped, counted and logged.
  std::size_t listener_queue = 10'000;
  /// `trace`, `debug`, `info`, `warn`, `error` or `off`, then exceptions: `warn,receiver=debug`.
  /// Components: context, guardian, driver, generator, receiver, stage, sink, listener, faults.
  std::string log_level = "warn";
};

}  // namespace sluice
