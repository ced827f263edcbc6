/// The names in a checkpoint directory, and what they tell.
///
/// Thread rule: as the storage. Promise: a file whose name is not one of these is not touched.
#pragma once

#include <optional>
#include <sluice/supervision/checkpoint_store.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice {

inline constexpr std::string_view lock_name = "lock";
inline constexpr std::string_view initialised_name = "initialised";
inline constexpr std::string_view committed_name = "committed";
inline constexpr std::string_view clean_name = "clean";

std::string manifest_name(checkpoint_id id);
std::string blob_name(checkpoint_id id, std::string_view name);

/// @throws usage_error if it could not be part of a file name everywhere
void check_blob_name(std::string_view name);

/// What is in a checkpoint directory.
struct checkpoint_listing {
  bool initialised = false;
  bool committed = false;
  bool clean = false;
  std::vector<checkpoint_id> manifests{};                      ///< ascending
  std::vector<std::pair<checkpoint_id, std::string>> blobs{};  ///< with the names of their files
  std::vector<std::string> temporaries{};  ///< left by writes that did not come to their end
  checkpoint_id last_id = 0;
};

/// Reads the names. Without the marker `initialised`, anything but what a first `open` leaves when
/// it is interrupted is `foreign_directory`.
io_result<checkpoint_listing> list_checkpoints(storage& files, std::string const& directory);

/// What the marker `clean` says: the newest checkpoint when the store was closed, 0 for none.
std::string clean_text(checkpoint_id newest);

/// What it said; none if there is no marker. One that is damaged counts as none, which is the
/// careful way, and is told in `note`.
io_result<std::optional<checkpoint_id>> read_clean_marker(storage& files,
                                                          std::string const& directory,
                                                          checkpoint_listing const& found,
                                                          std::string& note);

}  // namespace sluice
