/// Options of a streaming context: an aggregate, every field with its default.
#pragma once

#include <chrono>
#include <cstddef>
#include <sluice/actors/trigger.hpp>
#include <sluice/receivers/input.hpp>
#include <string>

namespace sluice {

struct options {
  /// Name in logs and listener events.
  std::string app_name = "sluice";
  /// When batches are cut.
  sluice::trigger trigger = every(std::chrono::seconds{1});
  /// Partitions of inputs and shuffles, and worker threads up to the number of cores; 0: hardware
  /// threads.
  std::size_t parallelism = 0;
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
  /// Listener events that may wait for slow listeners; more are dropped, counted and logged.
  std::size_t listener_queue = 10'000;
  /// `trace`, `debug`, `info`, `warn`, `error` or `off`, then exceptions: `warn,receiver=debug`.
  /// Components: context, guardian, driver, generator, receiver, stage, sink, listener.
  std::string log_level = "warn";
};

}  // namespace sluice
