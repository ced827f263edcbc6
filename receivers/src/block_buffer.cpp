#include "block_buffer.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sluice {
namespace {

std::size_t bytes_of(block const& b) { return b.records->bytes() + b.more_bytes; }

std::size_t left_of(std::size_t limit, std::size_t used) { return limit - std::min(limit, used); }

}  // namespace

block_buffer::amount block_buffer::room() const {
  auto const left =
      amount{left_of(limits_.bytes, held_.bytes), left_of(limits_.records, held_.records)};
  return left.bytes == 0 || left.records == 0 ? amount{} : left;
}

bool block_buffer::has_room_for(amount wanted) const {
  if (held_.records == 0) return true;
  auto const left = room();
  return wanted.bytes <= left.bytes && wanted.records <= left.records;
}

void block_buffer::push(block sealed) {
  auto const bytes = bytes_of(sealed);
  auto const records = sealed.records->records();
  if (records == 0) return;
  waiting_ = {waiting_.bytes + bytes, waiting_.records + records};
  held_ = {held_.bytes + bytes, held_.records + records};
  totals_.blocks_in += 1;
  totals_.records_in += records;
  totals_.bytes_in += bytes;
  blocks_.push_back(std::move(sealed));
}

block_buffer::share block_buffer::cut(batch_id batch, std::uint64_t max_records,
                                      detail::chunk_splitter split) {
  auto taken = share{};
  while (!blocks_.empty() && taken.records < max_records) {
    auto const wanted = max_records - taken.records;
    auto const& front = *blocks_.front().records;
    if (front.records() > wanted) split_front(static_cast<std::size_t>(wanted), split);
    take_front(taken);
  }
  if (taken.records == 0) return taken;
  auto const size =
      amount{static_cast<std::size_t>(taken.bytes), static_cast<std::size_t>(taken.records)};
  waiting_ = {waiting_.bytes - size.bytes, waiting_.records - size.records};
  totals_.records_out += size.records;
  uncommitted_.push_back({batch, size});
  return taken;
}

void block_buffer::split_front(std::size_t first, detail::chunk_splitter split) {
  auto parts = split(blocks_.front().records, first);
  if (parts.size() < 2) return;
  auto whole = std::move(blocks_.front());
  blocks_.pop_front();
  auto replaced = std::vector<block>{};
  auto bytes = std::size_t{0};
  for (auto& part : parts) {
    replaced.push_back({std::move(part), 0, whole.positions});
    bytes += bytes_of(replaced.back());
  }
  // Memory that the parts do not tell of stays on the books until the last of them is gone.
  auto const told = bytes_of(whole);
  if (told > bytes) replaced.back().more_bytes = told - bytes;
  bytes = std::max(bytes, told);
  waiting_.bytes += bytes - told;
  held_.bytes += bytes - told;
  blocks_.insert(blocks_.begin(), std::make_move_iterator(replaced.begin()),
                 std::make_move_iterator(replaced.end()));
}

void block_buffer::take_front(share& taken) {
  auto front = std::move(blocks_.front());
  blocks_.pop_front();
  taken.records += front.records->records();
  taken.bytes += bytes_of(front);
  if (front.positions) {
    if (!taken.positions) taken.positions = front.positions;
    taken.positions->last = front.positions->last;
  }
  taken.chunks.push_back(std::move(front.records));
}

void block_buffer::committed(batch_id batch) {
  while (!uncommitted_.empty() && uncommitted_.front().batch <= batch) {
    auto const size = uncommitted_.front().size;
    uncommitted_.pop_front();
    held_ = {held_.bytes - size.bytes, held_.records - size.records};
    totals_.records_committed += size.records;
  }
}

}  // namespace sluice
