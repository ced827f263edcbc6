/// Chunks of which exact numbers of records are taken.
///
/// Thread rule: one at a time. Promise: same records, same order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <sluice/receivers/detail/split_chunk.hpp>
#include <vector>

namespace sluice {

class record_queue {
 public:
  explicit record_queue(detail::chunk_splitter split) : split_{split} {}

  void push(chunk_ptr chunk);
  std::uint64_t records() const { return records_; }
  /// Appends the first `records` records, as many as there are at least, to `into`.
  /// @return false if a chunk would have to be split and cannot be
  bool take(std::uint64_t records, std::vector<chunk_ptr>& into);
  void clear();

 private:
  bool split_front(std::size_t first);

  detail::chunk_splitter const split_;
  std::deque<chunk_ptr> chunks_;
  std::uint64_t records_ = 0;
};

}  // namespace sluice
