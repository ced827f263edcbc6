#include "block_pool.hpp"

#include <algorithm>
#include <utility>

namespace sluice {

block_pool::block_pool(std::size_t block_bytes, std::size_t max_free)
    : block_bytes_{block_bytes}, max_free_{max_free} {
  // Giving back happens in destructors and must not have to allocate.
  free_.reserve(max_free_);
}

io_buffer block_pool::take(std::size_t at_least) {
  auto const wanted = std::max(at_least, block_bytes_);
  if (wanted == block_bytes_) {
    auto const lock = std::scoped_lock{mutex_};
    if (!free_.empty()) {
      auto block = std::move(free_.back());
      free_.pop_back();
      return block;
    }
  }
  return {std::make_unique_for_overwrite<char[]>(wanted), wanted};
}

void block_pool::give_back(io_buffer block) {
  if (block.capacity != block_bytes_ || !block.data) return;
  auto const lock = std::scoped_lock{mutex_};
  if (free_.size() < max_free_) free_.push_back(std::move(block));
}

std::shared_ptr<char const> block_pool::share(io_buffer block) {
  auto const capacity = block.capacity;
  return {block.data.release(), [pool = shared_from_this(), capacity](char* memory) {
            pool->give_back({std::unique_ptr<char[]>{memory}, capacity});
          }};
}

std::size_t block_pool::free_blocks() const {
  auto const lock = std::scoped_lock{mutex_};
  return free_.size();
}

}  // namespace sluice
