/// Batch ids and batch times.
///
/// Thread rule: plain values. Promise: units live in the types; nothing in here reads a clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace sluice {

/// Length of an interval, window or delay.
using duration = std::chrono::microseconds;

/// A point on the wall clock, as data: what a batch is labelled with.
using batch_time = std::chrono::sys_time<duration>;

/// Number of a batch in its context: 1, 2, 3, ...; 0 is "no batch yet".
using batch_id = std::uint64_t;

/// Identity of a batch: the same id has the same content, always.
struct batch_ref {
  batch_id id = 0;
  batch_time time{};

  friend bool operator==(batch_ref const&, batch_ref const&) = default;
};

}  // namespace sluice
