/// Finds the files of a directory that are to be read.
///
/// Thread rule: one at a time. Promise: a name is found once for as long as it stays listed; what
/// is passed over is counted.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <sluice/operators/time.hpp>
#include <sluice/receivers/file_options.hpp>
#include <sluice/supervision/storage.hpp>
#include <string>
#include <utility>
#include <vector>

#include "file_note.hpp"

namespace sluice {

class file_finder {
 public:
  struct findings {
    std::vector<directory_entry> files;  ///< to be read, in the order of (modified, name)
    std::vector<std::string> problems;   ///< to be told
    bool listed = false;
  };
  /// What is new since it was asked for before.
  struct changes {
    std::vector<std::string> found;
    std::vector<std::string> passed_over;
    std::set<std::string> forgotten;  ///< not listed any more
  };
  struct counts {
    std::uint64_t old_files = 0;
    std::uint64_t ignored_old_files = 0;
    std::uint64_t changed_files = 0;
    std::uint64_t listing_errors = 0;
  };

  file_finder(std::string directory, file_options how)
      : directory_{std::move(directory)}, how_{std::move(how)} {}

  /// Remembers which files are there before the input starts.
  void begin(storage& files, batch_time now);
  /// Lists the directory. Without a `begin` the first time is the start of the input.
  findings look(storage& files, batch_time now);
  /// A file that was found has been read to its end.
  void was_read(std::string const& name, std::uint64_t bytes);
  counts const& counted() const { return counts_; }

  /// True once it is certain which files were there before.
  bool settled() const { return settled_; }
  known_files const& known() const { return known_; }
  changes take_changes() { return std::exchange(changes_, {}); }
  /// Goes on from what another one knew: whatever is not among it is new.
  void restore(known_files known);

 private:
  findings failed(io_error const& why);
  bool accepts(directory_entry const& entry) const;
  bool is_to_be_read(directory_entry const& entry, batch_time now, bool starting);
  void check_size(directory_entry const& entry, std::optional<std::uint64_t>& bytes_read,
                  findings& found);
  void note_changes(known_files const& now, findings const& found);

  std::string const directory_;
  file_options const how_;
  std::optional<batch_time> started_;
  // The first listing that works tells what was there before the start.
  bool first_listing_ = true;
  std::set<std::string> there_before_;
  known_files known_;
  bool settled_ = false;
  changes changes_;
  // A problem that goes on is told once.
  std::string last_problem_;
  counts counts_;
};

}  // namespace sluice
