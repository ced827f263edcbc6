/// Makes sealed chunks of lines from received text.
///
/// Thread rule: one at a time. Promise: a large run of text becomes a chunk as it is, without a
/// copy; small ones are gathered, so that what a chunk costs beside its text stays small.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <sluice/operators/chunk.hpp>
#include <sluice/receivers/line_policy.hpp>
#include <string>
#include <string_view>

#include "block_pool.hpp"
#include "intake.hpp"

namespace sluice {

class line_blocks {
 public:
  struct rules {
    std::size_t max_line_bytes = std::size_t{1} << 20;
    sluice::long_line long_line = sluice::long_line::split;
  };
  struct counts {
    std::uint64_t long_lines = 0;     ///< lines above the bound, whatever became of them
    std::uint64_t partial_lines = 0;  ///< lines without an end, whatever became of them
    std::uint64_t dropped_lines = 0;
    std::uint64_t dropped_bytes = 0;
  };
  using consumer = std::function<void(chunk_ptr)>;

  line_blocks(rules how, std::shared_ptr<block_pool> pool, consumer sealed);

  /// Takes runs that were parted by `line_boundary(max_line_bytes)`.
  void add(byte_run run);
  /// The text ends as a text file may end: what is behind the last line end is a line.
  void end(std::string rest);
  /// The text was cut off.
  void cut_off(std::string rest, partial_line how);
  /// Seals what has been gathered.
  void seal();

  /// Gathered, not sealed.
  std::size_t records() const { return gathered_lines_; }
  std::size_t bytes() const { return gathered_bytes_; }
  /// True once `long_line::fail` has met its line; whatever is added then is ignored.
  bool failed() const { return failed_; }
  counts const& counted() const { return counts_; }

 private:
  struct held_text {
    std::shared_ptr<void const> owner;
    std::string_view text;
    std::size_t slack = 0;  // memory of the owner beyond the text, charged to the first chunk
  };

  bool is_small(std::size_t bytes) const { return bytes < pool_->block_bytes() / 2; }
  held_text hold(byte_run run);
  void gather(byte_run run, std::size_t lines);
  void walk(held_text held);
  void long_piece(held_text& held, std::string_view text, bool line_ends);
  void emit(held_text& held, std::string_view text, std::size_t lines);
  void last_line(std::string rest);

  rules const how_;
  std::shared_ptr<block_pool> pool_;
  consumer sealed_;
  io_buffer gathering_;
  std::size_t gathered_bytes_ = 0;
  std::size_t gathered_lines_ = 0;
  bool in_long_line_ = false;
  bool failed_ = false;
  counts counts_;
};

}  // namespace sluice
