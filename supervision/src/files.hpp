/// What logs and checkpoints need of files beyond single calls.
///
/// Thread rule: as the storage. Promise: every name that was made is durable when a call returns,
/// unless it says otherwise.
#pragma once

#include <sluice/supervision/durability_error.hpp>
#include <sluice/supervision/storage.hpp>
#include <string>
#include <string_view>

namespace sluice {

/// Something is wrong with `resource`.
inline io_error durability_error(std::string resource, durability_errc code) {
  return {make_error_code(code), std::move(resource)};
}

/// Creates a directory with its missing parents and makes all their names durable.
io_result<void> make_durable_directory(storage& files, std::string const& path);

/// All bytes of a file, which must be `size` or, if that is unknown, at most `limit`; anything else
/// is `damaged`.
io_result<std::string> read_exactly(storage& files, std::string const& path, std::uint64_t size);
io_result<std::string> read_at_most(storage& files, std::string const& path, std::uint64_t limit);

/// Writes under a temporary name, syncs and renames. The name is durable only after a sync of the
/// directory.
io_result<void> write_and_rename(storage& files, std::string const& path, std::string_view bytes);

/// Ends the name of a file that is being written.
inline constexpr std::string_view temporary_suffix = ".tmp";

/// `prefix` and the number in 20 digits, so that names sort as numbers do.
std::string numbered_name(std::string_view prefix, std::uint64_t number);

/// The number of a name that `numbered_name` made, 0 for any other text.
std::uint64_t number_of_name(std::string_view prefix, std::string_view name);

}  // namespace sluice
