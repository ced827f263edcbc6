/// What can be observed of a running context.
///
/// Thread rule: callbacks come one at a time, in order, on a thread of the runtime; `stop` must not
/// be called from inside. Promise: none after the context has stopped; a slow listener slows no
/// batch.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <sluice/operators/record_errors.hpp>
#include <sluice/operators/time.hpp>
#include <string>
#include <vector>

namespace sluice {

/// One input's share of a batch.
struct input_info {
  std::size_t input = 0;  ///< by order of creation
  std::string name;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  std::string description;                        ///< for people: files read, peer
  std::uint64_t buffered = 0;                     ///< records that wait for a later batch
  std::map<std::string, std::uint64_t> counters;  ///< since the start: reconnects, long lines, ...
};

/// One output's work on a batch.
struct output_info {
  std::size_t output = 0;  ///< by order of registration
  std::string name;
  std::optional<batch_time> start;
  std::optional<batch_time> end;
};

/// A batch and how long it took.
struct batch_info {
  batch_ref batch;
  std::uint64_t records = 0;
  std::uint64_t buffered = 0;  ///< records that receivers hold for later batches
  batch_time submitted{};      ///< when it was due
  std::optional<batch_time> started;
  std::optional<batch_time> ended;
  std::uint64_t skipped = 0;       ///< records on which a function threw, passed over
  std::uint64_t dead_letters = 0;  ///< likewise, and kept as dead letters
  std::vector<input_info> inputs;
  std::vector<output_info> outputs;

  /// start - submission
  std::optional<duration> scheduling_delay() const;
  /// end - start
  std::optional<duration> processing_delay() const;
  /// scheduling + processing
  std::optional<duration> total_delay() const;
};

/// A receiver as listeners see it.
struct receiver_info {
  std::size_t input = 0;
  std::string name;
  std::string message;  ///< of the event: the error, the reason
};

/// Something that has failed and was restarted: an actor and what died with it, or a batch.
struct actor_info {
  std::string role;
  std::string cause;
  std::uint32_t epoch = 0;  ///< of those that go on
};

/// What a stream with a checkpoint directory begins with.
struct recovery_info {
  bool fresh = false;           ///< it has never begun there
  batch_id checkpoint = 0;      ///< the batch whose state was restored; 0: none
  batch_id committed = 0;       ///< the newest that the process before has committed
  std::uint64_t to_replay = 0;  ///< batches that are done again
  std::string states;           ///< for people: which operators got their state back
  std::string poison;           ///< where a batch was put aside that has ended too many processes
  std::string text;             ///< all of it, for people
};

/// A checkpoint that was made, or that failed.
struct checkpoint_info {
  batch_id batch = 0;
  std::string failure;  ///< empty: it counts
};

/// What a task has given up of a batch.
struct skip_info {
  batch_id batch = 0;
  std::string cause;
};

/// Something that stands still because what comes behind it has no room, or that goes on again.
struct backpressure_info {
  std::string waiting;   ///< `batch generator`, `stage 1/0 (reduce_by_key)`, `input 0 (socket)`
  std::string for_what;  ///< `commits`, `credit of sink 0 (print)`, `room in its buffer`
  std::uint64_t batches = 0;  ///< that were handed over, and are not processed
  std::uint64_t records = 0;  ///< likewise; of an input: that it holds
  std::uint64_t bytes = 0;
  duration lasted{};  ///< so far, or in all
  bool over = false;
  std::string text;  ///< all of it, for people
};

class streaming_listener {
 public:
  virtual ~streaming_listener() = default;
  virtual void on_streaming_started(batch_time) {}
  virtual void on_receiver_started(receiver_info const&) {}
  virtual void on_receiver_error(receiver_info const&) {}
  virtual void on_receiver_restarted(receiver_info const&) {}
  virtual void on_receiver_stopped(receiver_info const&) {}
  virtual void on_batch_submitted(batch_info const&) {}
  virtual void on_batch_started(batch_info const&) {}
  virtual void on_batch_completed(batch_info const&) {}
  virtual void on_output_started(batch_info const&, output_info const&) {}
  virtual void on_output_completed(batch_info const&, output_info const&) {}
  virtual void on_dead_letter(dead_letter const&) {}
  /// Comes first, if there is a checkpoint directory.
  virtual void on_recovery(recovery_info const&) {}
  /// The last batch that a process before had cut is committed.
  virtual void on_caught_up(batch_id) {}
  virtual void on_checkpoint(checkpoint_info const&) {}
  virtual void on_batch_skipped(skip_info const&) {}
  /// After `options.backpressure.stall_after`, and when it is over.
  virtual void on_backpressure(backpressure_info const&) {}
  virtual void on_actor_restarted(actor_info const&) {}
  /// Everything stands still. @param cause  why, for people
  virtual void on_suspended(std::string const& cause) { static_cast<void>(cause); }
};

}  // namespace sluice
