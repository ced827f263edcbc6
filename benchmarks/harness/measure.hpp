/// What a stretch of work cost: wall time, the process's CPU time, memory, allocations, foreign
/// load.
///
/// Thread rule: any thread; CPU time and memory are the whole process's. Promise: reads counters of
/// the kernel only; an observation costs some microseconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace bench {

/// Seconds of a clock that only moves forward.
double wall_seconds();
/// CPU seconds of all threads of this process so far.
double cpu_seconds();
/// Resident memory of this process now, in bytes.
std::size_t resident_bytes();
/// The most that it ever was.
std::size_t peak_resident_bytes();
/// Bytes that are allocated now, as the C library counts them; whether they were touched or not.
std::size_t allocated_bytes();

/// What passed since a stopwatch was made.
struct cost {
  double wall = 0;
  double cpu = 0;
  /// CPU time of the thread that used most: the wall time if each thread had a core of its own.
  /// Threads that have ended are not seen.
  double busiest = 0;
  /// The share of the machine's CPU time that went to other processes, 0 to 1.
  double foreign = 0;
  /// Calls of `operator new`, by all threads.
  std::uint64_t allocations = 0;
};

/// Measures from its construction on.
class stopwatch {
 public:
  stopwatch();
  [[nodiscard]] cost passed() const;

 private:
  double wall_;
  double cpu_;
  double busy_;
  std::map<std::string, double> threads_;  ///< CPU seconds so far, by thread
  std::uint64_t allocations_;
};

}  // namespace bench
