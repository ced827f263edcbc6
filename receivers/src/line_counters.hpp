/// What every input of lines checks, says and counts in the same words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace sluice {

class line_blocks;

/// @throws usage_error if a line may have no bytes
void check_line_bytes(std::string const& who, std::size_t max_line_bytes);
/// Why `long_line::fail` ended the input.
std::string too_long_line(std::size_t max_line_bytes);
void count_lines_of(line_blocks const& lines, std::map<std::string, std::uint64_t>& counters);

}  // namespace sluice
