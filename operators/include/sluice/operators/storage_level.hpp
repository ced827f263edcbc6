/// Where records are kept for later jobs, and how much of it there is.
///
/// Thread rule: plain values. Promise: none of them changes a result, only where it comes from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice {

/// Where `persist` keeps partitions.
enum class storage_level {
  none,             ///< nowhere: computed each time
  memory_only,      ///< in memory; what finds no room is computed again when it is needed
  memory_and_disk,  ///< in memory; what finds no room goes to disk
  disk_only         ///< on disk
};

/// The level as it is written in a program.
std::string_view to_string(storage_level level);

/// What a context keeps now, and what has become of the rest.
struct storage_use {
  std::size_t memory = 0;     ///< bytes in memory now
  std::uint64_t spilled = 0;  ///< partitions that went to disk
  std::uint64_t dropped = 0;  ///< partitions freed for want of memory, with no copy on disk
  std::uint64_t lost = 0;     ///< partitions that disk did not take or did not give back
};

}  // namespace sluice
