/// Blocks that wait on disk, first in, first out.
///
/// Thread rule: one at a time. Promise: bounded; what comes back is what was put in, or an error
/// that names the file and changes nothing; no file outlives it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <sluice/operators/partition_codec.hpp>
#include <sluice/receivers/overflow.hpp>
#include <sluice/supervision/io_result.hpp>
#include <string>

#include "block_buffer.hpp"

namespace sluice {

class world;

class block_spill {
 public:
  struct counts {
    std::uint64_t records = 0;  ///< that were written, ever
    std::uint64_t bytes = 0;    ///< likewise, on disk
    std::uint64_t write_errors = 0;
  };

  block_spill(world& outside, spill_options how, partition_codec const& codec, std::string who);
  block_spill(block_spill const&) = delete;
  block_spill& operator=(block_spill const&) = delete;
  ~block_spill();

  bool empty() const { return waiting_.empty(); }
  /// What waits, as it was in memory.
  block_buffer::amount waiting() const { return amount_; }
  /// Whether a block of this size in memory is likely to fit.
  bool has_room_for(std::size_t bytes) const {
    return on_disk_ + disk_bytes(bytes) <= how_.max_bytes;
  }
  /// @return whether it was written; if not, it is still the caller's
  bool push(block const& sealed);
  /// Size in memory of the oldest.
  block_buffer::amount front_size() const { return waiting_.front().size; }
  /// Takes the oldest from the disk. @throws runtime_failure  if it cannot be read; it stays
  block pop();
  counts const& counted() const { return counts_; }
  /// Removes all files. Nothing is pushed any more.
  void end();
  /// Why a block could not be written, told once for all until one can be again.
  std::optional<std::string> take_error();

 private:
  struct spilled {
    std::uint64_t number = 0;  // of its file
    std::size_t file_bytes = 0;
    std::uint64_t sum = 0;
    block_buffer::amount size;
  };
  static std::size_t disk_bytes(std::size_t bytes);
  io_result<void> write(std::string const& path, std::string_view bytes);
  std::string path_of(std::uint64_t number) const;
  io_result<void> make_directory();
  void remove(std::string const& path);

  world& outside_;
  spill_options const how_;
  partition_codec const& codec_;
  std::string const who_;
  std::string directory_;  // empty until the first block
  std::uint64_t last_ = 0;
  std::deque<spilled> waiting_;
  block_buffer::amount amount_;
  std::size_t on_disk_ = 0;
  counts counts_;
  std::optional<std::string> error_;
  bool failing_ = false;
};

}  // namespace sluice
