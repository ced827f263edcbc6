/// The files that were begun and of which not everything is in a batch.
///
/// Thread rule: one at a time. Promise: each record that is cut belongs to one span, in order.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "file_note.hpp"

namespace sluice {

/// Records have numbers, counted from the first one that was read of any file.
class begun_files {
 public:
  /// @param number  of the next record that is read
  void begin(queued_file file, std::uint64_t number);
  /// The file that was begun last has been read as far as it will be.
  /// @param bytes  its size, if that was to its end
  void end(std::uint64_t number, std::optional<std::uint64_t> bytes);
  /// Everything below `number` has been cut. @return what is new in that
  std::vector<file_span> cut(std::uint64_t number);
  /// What would have to be read again.
  std::deque<queued_file> left() const;

 private:
  struct begun {
    queued_file file;
    std::uint64_t next = 0;  // the first of its records that is not cut
    std::optional<std::uint64_t> end = {};
    std::optional<std::uint64_t> bytes = {};
  };

  std::deque<begun> files_;
};

}  // namespace sluice
