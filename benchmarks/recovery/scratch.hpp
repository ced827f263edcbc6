/// A directory of real files that goes when the object does.
///
/// Thread rule: one thread. Promise: it is empty at first, and below `TMPDIR` or `/tmp`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace bench {

class report;

class scratch_directory {
 public:
  scratch_directory();
  ~scratch_directory();
  scratch_directory(scratch_directory const&) = delete;
  scratch_directory& operator=(scratch_directory const&) = delete;

  [[nodiscard]] std::string path(std::string const& name) const { return (at_ / name).string(); }
  /// A path that was not given before.
  [[nodiscard]] std::string fresh(std::string const& name);
  /// Tells in the report what file system the numbers belong to.
  void note_in(report& results) const;

 private:
  std::filesystem::path at_;
  int last_ = 0;
};

/// Size of all files in a directory and below.
std::uint64_t bytes_in(std::string const& directory);
/// What this process has handed to `write` so far.
std::uint64_t bytes_written();

}  // namespace bench
