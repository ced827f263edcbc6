/// How findings are written: a table for people, one JSON line each for programs.
#pragma once

#include <iosfwd>
#include <string>

#include "bench.hpp"

namespace bench {

/// One row per finding: ratio as median and range, bar, verdict.
void print_table(std::ostream& out, bench_case const& which, report const& results);
/// @throws std::runtime_error if the file cannot be written
void append_json(std::string const& file, bench_case const& which, report const& results);

}  // namespace bench
