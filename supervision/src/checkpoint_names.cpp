#include "checkpoint_names.hpp"

#include <algorithm>
#include <charconv>
#include <sluice/operators/error.hpp>
#include <sluice/supervision/checksum.hpp>

#include "files.hpp"

namespace sluice {
namespace {

constexpr std::string_view manifest_prefix = "manifest-";
constexpr std::string_view blob_prefix = "blob-";

constexpr std::string_view letters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

// The id in `blob-<id>-<name>`, 0 for any other text.
checkpoint_id id_of_blob(std::string_view name) {
  auto const stem = numbered_name(blob_prefix, 0).size();
  if (name.size() <= stem || name[stem] != '-') return 0;
  return number_of_name(blob_prefix, name.substr(0, stem));
}

bool is_ours(std::string_view name) {
  return name == initialised_name || name == committed_name || name == clean_name ||
         number_of_name(manifest_prefix, name) != 0 || id_of_blob(name) != 0;
}

// Sorts one name in; false if it is a stranger's.
bool take(std::string const& name, checkpoint_listing& into) {
  if (name.ends_with(temporary_suffix)) {
    auto const target = std::string_view{name}.substr(0, name.size() - temporary_suffix.size());
    if (!is_ours(target)) return false;
    into.temporaries.push_back(name);
    into.last_id =
        std::max({into.last_id, number_of_name(manifest_prefix, target), id_of_blob(target)});
    return true;
  }
  into.initialised |= name == initialised_name;
  into.committed |= name == committed_name;
  into.clean |= name == clean_name;
  auto const manifest = number_of_name(manifest_prefix, name);
  auto const blob = id_of_blob(name);
  if (manifest != 0) into.manifests.push_back(manifest);
  if (blob != 0) into.blobs.emplace_back(blob, name);
  into.last_id = std::max({into.last_id, manifest, blob});
  return is_ours(name) || name == lock_name;
}

}  // namespace

std::string manifest_name(checkpoint_id id) { return numbered_name(manifest_prefix, id); }

std::string blob_name(checkpoint_id id, std::string_view name) {
  return numbered_name(blob_prefix, id) + "-" + std::string{name};
}

void check_blob_name(std::string_view name) {
  constexpr auto longest = std::size_t{128};
  if (!name.empty() && name.size() <= longest &&
      name.find_first_not_of(letters) == std::string_view::npos &&
      !name.ends_with(temporary_suffix))
    return;
  throw usage_error{"checkpoint_draft::add: \"" + std::string{name} +
                    "\" cannot name a blob; use 1 to 128 letters, digits, '.', '_' and '-', not "
                    "ending in .tmp"};
}

io_result<checkpoint_listing> list_checkpoints(storage& files, std::string const& directory) {
  auto const entries = files.list(directory);
  if (!entries) return entries.error();
  auto found = checkpoint_listing{};
  auto strangers = false;
  for (auto const& entry : *entries) {
    // A file system of its own has a directory lost+found at its top.
    strangers |= entry.is_directory ? entry.name != "lost+found" : !take(entry.name, found);
  }
  auto const holds_something = strangers || found.committed || found.clean ||
                               !found.manifests.empty() || !found.blobs.empty();
  if (!found.initialised && holds_something)
    return durability_error(directory, durability_errc::foreign_directory);
  return found;
}

std::string clean_text(checkpoint_id newest) {
  auto text = std::to_string(newest);
  return text + " " + std::to_string(checksum(text)) + "\n";
}

io_result<std::optional<checkpoint_id>> read_clean_marker(storage& files,
                                                          std::string const& directory,
                                                          checkpoint_listing const& found,
                                                          std::string& note) {
  constexpr auto longest = std::uint64_t{64};
  if (!found.clean) return std::optional<checkpoint_id>{};
  auto const path = directory + "/" + std::string{clean_name};
  auto const text = read_at_most(files, path, longest);
  if (!text && text.error().code != durability_errc::damaged) return text.error();
  if (text) {
    auto id = checkpoint_id{0};
    std::from_chars(text->data(), text->data() + text->size(), id);
    if (*text == clean_text(id)) return std::optional{id};
  }
  note = path + " is damaged and does not count";
  return std::optional<checkpoint_id>{};
}

}  // namespace sluice
