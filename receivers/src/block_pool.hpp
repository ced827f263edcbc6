/// Blocks of memory that bytes from outside are received into, recycled when nobody looks at them.
///
/// Thread rule: any thread. Promise: keeps at most `max_free` unused blocks; a shared block comes
/// back by itself when its last reference goes, on whatever thread that is.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <sluice/supervision/network.hpp>
#include <vector>

namespace sluice {

class block_pool : public std::enable_shared_from_this<block_pool> {
 public:
  block_pool(std::size_t block_bytes, std::size_t max_free);

  std::size_t block_bytes() const { return block_bytes_; }
  /// A block of the usual size, or of exactly `at_least` bytes if that is more.
  io_buffer take(std::size_t at_least = 0);
  /// Blocks of another than the usual size are freed instead.
  void give_back(io_buffer block);
  /// The memory as something that records may point into.
  std::shared_ptr<char const> share(io_buffer block);
  std::size_t free_blocks() const;

 private:
  std::size_t const block_bytes_;
  std::size_t const max_free_;
  mutable std::mutex mutex_;
  std::vector<io_buffer> free_;
};

}  // namespace sluice
