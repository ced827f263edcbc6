/// Inputs: what a receiver_host runs at the upstream edge of a stream.
///
/// Thread rule: every call on an input and every piece of work given to its host runs in the host,
/// one at a time; only `input_host::post` may be called from other threads. Promise: an input holds
/// at most what its limits allow, and nothing that it took from outside is lost or dropped without
/// being counted.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <sluice/operators/chunk.hpp>
#include <sluice/operators/delivery.hpp>
#include <sluice/operators/time.hpp>
#include <sluice/receivers/overflow.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

class world;

/// How much one input may hold between the outside and the commit of the batch it went into.
struct buffer_limits {
  std::size_t bytes = std::size_t{64} << 20;
  std::size_t records = 10'000'000;
};

/// What an input holds and whether more will come without anybody's doing.
struct input_status {
  std::uint64_t records = 0;  ///< sealed or sealable now, not yet cut
  std::uint64_t bytes = 0;
  /// Nothing is buffered, and a replayable source (queue, directory) has been read to its end.
  bool idle = true;
  /// An entry waits that makes a batch of its own, whatever its size: a queue's, which may be
  /// empty.
  bool ready = false;
};

/// What one cut takes from an input: the input's share of a batch.
struct input_cut {
  std::vector<partition> parts;  ///< exactly `input_host::partitions()` of them
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  std::string description;  ///< for people: files read, peer connected
  input_status after;       ///< status once this cut has been taken
  std::string note;         ///< for `cut_again`, if the source is read again
};

/// What brings a share back that was cut by a process before.
enum class input_recovery {
  log,     ///< the log of the stream, which has its records
  source,  ///< the source itself, which has them still
  none     ///< nothing: it comes back empty
};

/// Something that happened to a receiver, for listeners and logs.
struct receiver_event {
  enum class type { started, error, restarted, stopped };
  type what;
  std::string reason;
};

/// What the runtime offers to an input. Kept alive by whoever may still call `post`.
class input_host {
 public:
  virtual ~input_host() = default;
  /// Runs `work` in the host, later, in order; dropped once the host has ended. Any thread.
  virtual void post(std::function<void()> work) = 0;
  /// Runs `work` in the host after `delay`, in virtual time when simulated.
  virtual void after(std::chrono::milliseconds delay, std::function<void()> work) = 0;
  /// Tells that `status()` has changed. Cheap; call it whenever something arrived.
  virtual void changed() = 0;
  /// Whether every change of `status().records` is to be told, not just the first since a cut.
  virtual bool counts_records() const { return false; }
  /// Tells that nothing is taken from outside until there is room, with what is held; call it when
  /// it begins. Cheap; any thread.
  virtual void waits_for_room(buffer_limits const& held) { static_cast<void>(held); }
  /// Tells that this is over.
  virtual void has_room() {}
  virtual void report(receiver_event event) = 0;
  virtual world& outside() = 0;
  virtual buffer_limits limits() const = 0;
  /// Partitions of the input's node.
  virtual std::size_t partitions() const = 0;
  /// The least time between two seals of records that are stored one by one.
  virtual std::chrono::milliseconds block_interval() const = 0;
};

/// One source of records.
class input {
 public:
  virtual ~input() = default;
  /// `queue`, `socket_text`, `text_file`, ...
  virtual std::string_view kind() const = 0;
  /// For people: `socket_text localhost:9999`.
  virtual std::string describe() const = 0;
  /// Called by the start of the context in its own thread, before anything runs: what is outside
  /// by now was there before, what comes is new.
  virtual void before_start(world&) {}
  /// Begins to take records from outside.
  virtual void start(std::shared_ptr<input_host> host) = 0;
  /// @param probe  look again (list the directory) instead of telling what is known
  virtual input_status status(bool probe) = 0;
  /// Hands out at most `max_records` records for a batch (a queue hands out one entry regardless).
  virtual input_cut cut(batch_ref const& batch, std::uint64_t max_records) = 0;
  /// Batches up to and including `batch` are committed: their share of the limits is free again.
  /// Not called for a batch to which the input gave neither records nor a description.
  virtual void committed(batch_id batch) = 0;
  /// Takes nothing new from outside; what was received, partial lines included, becomes cuttable.
  /// What has been handed over completely (queue entries, files begun) is still read to its end.
  virtual void drain() = 0;
  /// Ends; nothing is called afterwards but the destructor.
  virtual void stop() = 0;

  // Going on after the process before has ended.

  virtual input_recovery recovery() const { return input_recovery::log; }
  /// What becomes of records when the process ends, if the stream has a checkpoint directory.
  virtual delivery guarantee() const { return delivery::at_most_once; }
  virtual intake_rules intake() const { return {}; }
  /// Where to go on behind what has been cut, for `go_on_from`; empty: nowhere in particular.
  virtual std::string position() const { return {}; }
  /// The process before had cut everything up to this position. Comes before `start`.
  virtual void go_on_from(std::string_view) {}
  /// The share that `cut` noted in the process before. Comes after `start`, batch by batch, before
  /// any other cut. @throws stream_failure if the source does not have it any more
  virtual input_cut cut_again(batch_ref const& batch, std::string_view note);

  /// Everything that was counted: `partial_lines`, `long_lines`, `reconnects`, `dropped_...`.
  virtual std::map<std::string, std::uint64_t> counters() const { return {}; }
};

}  // namespace sluice
