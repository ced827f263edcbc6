/// What can be wrong with logs and checkpoints beyond what the operating system says.
///
/// Thread rule: plain values. Promise: each code's text says what helps; the `resource` of the
/// `io_error` that carries it says where.
#pragma once

#include <string>
#include <system_error>

namespace sluice {

/// Reasons why durable data is refused.
enum class durability_errc {
  log_full = 1,         ///< the bound on the size of the log is reached; nothing was written
  record_too_large,     ///< a record is above the bound for one; nothing was written
  damaged,              ///< bytes are not what was written
  records_missing,      ///< intact, but not all that is needed is there
  newer_format,         ///< written by a later version
  in_use,               ///< a living process has it open
  foreign_directory,    ///< holds files, but not the marker of a checkpoint directory
  checkpoints_missing,  ///< the markers tell of checkpoints that are not there
  no_checkpoint_usable  ///< there are checkpoints, but none that verifies
};

/// The category of `durability_errc`.
std::error_category const& durability_category() noexcept;

/// Found by `std::error_code`, so that a code can be assigned and compared.
std::error_code make_error_code(durability_errc code) noexcept;

}  // namespace sluice

/// @cond
template <>
struct std::is_error_code_enum<sluice::durability_errc> : std::true_type {};
/// @endcond
