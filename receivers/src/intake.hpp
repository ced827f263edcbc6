/// Where bytes from outside arrive: hands out memory to read into and parts what came into whole
/// records and an unfinished rest.
///
/// Thread rule: one at a time. Promise: a whole record is never copied; of every read only the rest
/// behind its last record end is, once, in front of where the next read goes.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "block_pool.hpp"

namespace sluice {

/// Received bytes that can be handed on, at the front of their memory.
struct byte_run {
  io_buffer memory;
  std::size_t size = 0;

  std::string_view bytes() const { return {memory.data.get(), size}; }
};

/// How many bytes at the front of `all` can be handed on. Of these bytes the first `scanned` were
/// there when it was asked before and answered 0.
///
/// It must answer more than 0 once there are more bytes than it allows a record to have: that is
/// what bounds the memory.
using find_boundary = std::function<std::size_t(std::string_view all, std::size_t scanned)>;

/// The end of the last line; without one, whole pieces of `max_line_bytes` of a line that is
/// longer. A line of exactly that length is left waiting for its line end.
find_boundary line_boundary(std::size_t max_line_bytes);
/// The end of the last frame of 4 bytes big-endian length and that many bytes. Everything, if the
/// length is above `max_frame_bytes`: judging it is for the one who decodes.
find_boundary frame_boundary(std::size_t max_frame_bytes);

class intake {
 public:
  intake(std::shared_ptr<block_pool> pool, find_boundary boundary);

  /// For a reader in place: the room behind the unfinished rest.
  std::span<char> space();
  /// `bytes` have been put there.
  std::optional<byte_run> received(std::size_t bytes);

  /// For a reader that takes the memory along: the same as buffer and offset.
  struct loan {
    io_buffer memory;
    std::size_t offset = 0;
  };
  loan lend();
  std::optional<byte_run> returned(io_buffer memory, std::size_t bytes);

  /// Ends the stream of bytes here; also while the memory is lent.
  std::string take_rest();

 private:
  std::optional<byte_run> part();
  void make_room();

  std::shared_ptr<block_pool> pool_;
  find_boundary boundary_;
  io_buffer memory_;
  std::size_t filled_ = 0;   // bytes of the rest at the front of the memory
  std::size_t scanned_ = 0;  // of these, the ones known to hold no boundary
  // The rest again, so that it can be told while the memory is with a read.
  std::string lent_rest_;
  bool lent_ = false;
};

}  // namespace sluice
