#include "line_counters.hpp"

#include <sluice/operators/error.hpp>

#include "line_blocks.hpp"

namespace sluice {

void check_line_bytes(std::string const& who, std::size_t max_line_bytes) {
  if (max_line_bytes == 0)
    throw usage_error{who +
                      ": max_line_bytes is 0; give the length of the longest line, at least 1"};
}

std::string too_long_line(std::size_t max_line_bytes) {
  return "a line is longer than max_line_bytes = " + std::to_string(max_line_bytes) +
         " allows; raise it, or choose long_line::split or long_line::drop";
}

void count_lines_of(line_blocks const& lines, std::map<std::string, std::uint64_t>& counters) {
  auto const& counted = lines.counted();
  counters["long_lines"] = counted.long_lines;
  counters["partial_lines"] = counted.partial_lines;
  counters["dropped_lines"] = counted.dropped_lines;
  counters["dropped_bytes"] = counted.dropped_bytes;
}

}  // namespace sluice
