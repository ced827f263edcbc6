/// How large blocks are under given limits.
#pragma once

#include <algorithm>
#include <cstddef>
#include <sluice/receivers/input.hpp>

namespace sluice {

/// A quarter of a MiB, which stays in a core's cache; less if the limits are so small that a few
/// such blocks would make up all of them.
inline std::size_t block_bytes_for(buffer_limits const& limits) {
  constexpr auto usual = std::size_t{256} << 10;
  constexpr auto least = std::size_t{4} << 10;
  constexpr auto blocks_in_limit = std::size_t{16};
  return std::clamp(limits.bytes / blocks_in_limit, least, usual);
}

}  // namespace sluice
