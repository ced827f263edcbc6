#include "file_finder.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace sluice {

void file_finder::begin(storage& files, batch_time now) {
  started_ = now;
  auto const entries = files.list(directory_);
  first_listing_ = !entries && entries.error().code != std::errc::no_such_file_or_directory;
  if (!entries) return;
  for (auto const& entry : *entries)
    if (entry.size > 0) there_before_.insert(entry.name);
}

file_finder::findings file_finder::look(storage& files, batch_time now) {
  auto const starting = !started_;
  if (starting) started_ = now;
  auto const entries = files.list(directory_);
  if (!entries) return failed(entries.error());
  last_problem_.clear();
  auto found = findings{};
  found.listed = true;
  auto known = known_files{};
  for (auto const& entry : *entries) {
    if (!accepts(entry)) continue;
    if (auto const before = known_.find(entry.name); before != known_.end()) {
      check_size(entry, known[entry.name] = before->second, found);
    } else if (entry.size > 0) {
      known.emplace(entry.name, std::nullopt);
      if (is_to_be_read(entry, now, starting)) found.files.push_back(entry);
    }
    // An empty file has nothing to tell yet: its writer may just have created it.
  }
  std::ranges::sort(found.files, {},
                    [](directory_entry const& e) { return std::tie(e.modified, e.name); });
  note_changes(known, found);
  known_ = std::move(known);
  std::erase_if(there_before_, [&](std::string const& name) { return !known_.contains(name); });
  first_listing_ = false;
  settled_ = true;
  return found;
}

void file_finder::note_changes(known_files const& now, findings const& found) {
  auto to_be_read = std::set<std::string>{};
  for (auto const& entry : found.files) {
    to_be_read.insert(entry.name);
    changes_.found.push_back(entry.name);
  }
  for (auto const& [name, bytes_read] : now) {
    if (known_.contains(name)) continue;
    changes_.forgotten.erase(name);
    if (!to_be_read.contains(name)) changes_.passed_over.push_back(name);
  }
  for (auto const& [name, bytes_read] : known_)
    if (!now.contains(name)) changes_.forgotten.insert(name);
}

void file_finder::restore(known_files known) {
  known_ = std::move(known);
  there_before_.clear();
  changes_ = {};
  first_listing_ = false;
  settled_ = true;
}

file_finder::findings file_finder::failed(io_error const& why) {
  ++counts_.listing_errors;
  // What appears in a directory that was missing is new in any case.
  auto const missing = why.code == std::errc::no_such_file_or_directory;
  if (missing) {
    first_listing_ = false;
    settled_ = true;
  }
  auto found = findings{};
  auto const problem = why.message();
  if (std::exchange(last_problem_, problem) != problem) {
    found.problems.push_back("directory " + problem + "; it is looked at again every " +
                             std::to_string(how_.rescan_interval.count()) + " ms");
  }
  return found;
}

bool file_finder::accepts(directory_entry const& entry) const {
  if (entry.is_directory || entry.name.empty()) return false;
  if (how_.filter) return how_.filter(entry.name);
  return entry.name.front() != '.' && entry.name.front() != '_';
}

bool file_finder::is_to_be_read(directory_entry const& entry, batch_time now, bool starting) {
  // If listing did not work at the start, the time of modification has to tell.
  auto const is_old = there_before_.contains(entry.name) ||
                      (first_listing_ && (starting || entry.modified <= *started_));
  if (is_old && how_.new_files_only) {
    ++counts_.old_files;
    return false;
  }
  if (how_.max_age && now - entry.modified > *how_.max_age) {
    ++counts_.ignored_old_files;
    return false;
  }
  return true;
}

void file_finder::check_size(directory_entry const& entry, std::optional<std::uint64_t>& bytes_read,
                             findings& found) {
  if (!bytes_read || *bytes_read == entry.size) return;
  ++counts_.changed_files;
  found.problems.push_back(directory_ + "/" + entry.name + " has " + std::to_string(entry.size) +
                           " bytes now and had " + std::to_string(*bytes_read) +
                           " when it was read; the change is not read: write files elsewhere, "
                           "then rename them into the directory");
  bytes_read = entry.size;
}

void file_finder::was_read(std::string const& name, std::uint64_t bytes) {
  if (auto const known = known_.find(name); known != known_.end()) known->second = bytes;
}

}  // namespace sluice
