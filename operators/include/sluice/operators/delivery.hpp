/// How often the effect of a batch is there, once it was cut, whatever has died meanwhile.
///
/// Thread rule: a value. Promise: the weaker comes first, so the smaller of two is what both give.
#pragma once

#include <cstdint>
#include <string_view>

namespace sluice {

enum class delivery : std::uint8_t {
  at_most_once,   ///< may be lost with the process
  at_least_once,  ///< may be there twice after the process has ended
  exactly_once
};

constexpr std::string_view to_string(delivery d) {
  switch (d) {
    case delivery::at_most_once: return "at most once";
    case delivery::at_least_once: return "at least once";
    case delivery::exactly_once: return "exactly once";
  }
  return "unknown";
}

}  // namespace sluice
