/// What can be observed of a running context.
///
/// Thread rule: callbacks come one at a time, in order, on a thread of the runtime; `stop` must not
/// be called from inside. Promise: none after the context has stopped; a slow listener slows no
/// batch.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
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

/// A core actor that was replaced, or that died for good.
struct actor_info {
  std::string role;
  std::string cause;
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
};

}  // namespace sluice
