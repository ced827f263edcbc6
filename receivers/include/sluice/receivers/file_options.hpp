/// Which files of a directory an input reads, and how.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <sluice/operators/time.hpp>
#include <sluice/receivers/line_policy.hpp>
#include <string_view>

namespace sluice {

struct file_options {
  /// Leaves alone what is in the directory when the input starts.
  bool new_files_only = true;
  /// Whether a file of this name is read; if not given, all but those that begin with `.` or `_`.
  std::function<bool(std::string_view name)> filter = {};
  /// Ignores, and counts, files that are modified longer ago than this when they are first seen.
  std::optional<duration> max_age = {};
  /// How often the directory is listed even if nothing announced a change.
  std::chrono::milliseconds rescan_interval{1'000};
  /// For lines: length of the longest one; never more than the receiver's buffer.
  std::size_t max_line_bytes = std::size_t{1} << 20;
  /// For lines: what becomes of a longer one.
  sluice::long_line long_line = sluice::long_line::split;
};

}  // namespace sluice
