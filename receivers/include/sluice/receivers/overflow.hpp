/// What happens at an input when the stream is slower than its source.
///
/// Thread rule: plain values. Promise: whatever is chosen, memory stays within `receiver_buffer`
/// and a block or two, and what is dropped is counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

/// What becomes of records for which the input's buffer has no room.
enum class overflow : std::uint8_t {
  backpressure,  ///< the source waits: `store` blocks, a socket is not read
  drop_head,     ///< the oldest that are in no batch yet are dropped, in whole blocks
  drop_tail,     ///< the newest that are in no batch yet are dropped, in whole blocks
  drop_new,      ///< those that arrive are dropped
  fail,          ///< the input ends with an error; what it took before is still processed
  spill          ///< they wait on disk, in order; when that is full, the source waits
};

constexpr std::string_view to_string(overflow o) {
  switch (o) {
    case overflow::backpressure: return "backpressure";
    case overflow::drop_head: return "drop_head";
    case overflow::drop_tail: return "drop_tail";
    case overflow::drop_new: return "drop_new";
    case overflow::fail: return "fail";
    case overflow::spill: return "spill";
  }
  return "unknown";
}

constexpr bool drops_records(overflow o) {
  return o == overflow::drop_head || o == overflow::drop_tail || o == overflow::drop_new;
}

/// Where `overflow::spill` puts records, and how many. They are not for the next process.
struct spill_options {
  /// Bytes on disk; a block counts as 4 KiB at least.
  std::size_t max_bytes = std::size_t{1} << 30;
  /// Where: in a new directory therein, which is made with the first block and removed with the
  /// input; empty: the system's directory for temporary files.
  std::string directory = {};
};

/// How an input meets a stream that is slower than its source.
struct intake_rules {
  sluice::overflow overflow = overflow::backpressure;
  /// Records per second that may go into batches; 0: no bound.
  std::uint64_t max_rate = 0;
  /// Whether `options.backpressure` holds for it: not for what can be read again at any speed.
  bool controlled = false;
};

}  // namespace sluice
