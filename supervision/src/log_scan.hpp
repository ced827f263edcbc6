/// Reads the segments of a log and judges every byte.
///
/// Thread rule: one thread. Promise: no length from the disk is believed before it was checked, and
/// memory is bounded by the largest record that really is there.
#pragma once

#include <memory>
#include <optional>
#include <sluice/supervision/durable_log.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "log_format.hpp"

namespace sluice {

/// A segment with its place on disk. Without header: a crash has cut it off within that.
struct found_segment {
  std::string path;
  std::uint64_t index = 0;
  std::uint64_t size = 0;
  std::optional<segment_header> header;
};

/// The segments of a directory in the order of their index.
io_result<std::vector<found_segment>> find_segments(storage& files, std::string const& directory);

/// What reading one segment gave.
struct segment_end {
  std::uint64_t next = 0;        ///< the sequence after its last record
  std::uint64_t rest_bytes = 0;  ///< behind its last record
  bool damaged = false;          ///< the rest is complete but wrong, and was to be cut
};

/// A file of a log, read through a window.
class segment_reader {
 public:
  segment_reader(std::unique_ptr<readable_file> file, std::string path, std::uint64_t size);

  /// `count` bytes at `offset`, which must lie inside the file; valid until the next call.
  io_result<std::string_view> view(std::uint64_t offset, std::size_t count);
  io_result<bool> is_zero_from(std::uint64_t offset);

  std::uint64_t size() const { return size_; }
  std::string const& path() const { return path_; }

 private:
  std::size_t begin_window(std::uint64_t offset, std::size_t size);

  std::unique_ptr<readable_file> file_;
  std::string path_;
  std::uint64_t size_;
  // Memory that was not filled before: a record may be large.
  std::unique_ptr<char[]> memory_{};
  std::size_t room_ = 0;
  std::string_view window_{};  // what of it has been read
  std::uint64_t window_offset_ = 0;
};

/// Calls `visit` for the records of a segment that has a header.
/// @param end     the sequence at which the next segment takes over; without it this is the last
///                one, whose tail may be torn
io_result<segment_end> read_segment(storage& files, found_segment const& segment,
                                    std::optional<std::uint64_t> end, damaged_tail if_damaged,
                                    durable_log::visitor const& visit);

}  // namespace sluice
