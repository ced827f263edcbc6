#include "block_buffer.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sluice {
namespace {

std::size_t bytes_of(block const& b) { return b.records->bytes() + b.more_bytes; }

std::size_t left_of(std::size_t limit, std::size_t used) { return limit - std::min(limit, used); }

// Gives each part the positions of its records.
void share_out(std::vector<std::uint64_t> const& positions, std::vector<block>& parts) {
  auto at = positions.begin();
  for (auto& part : parts) {
    auto const end = at + static_cast<std::ptrdiff_t>(part.records->records());
    part.each.assign(at, end);
    part.positions = position_range{part.each.front(), part.each.back()};
    part.unfinished = false;
    at = end;
  }
}

}  // namespace

std::vector<block> split_block(block whole, std::size_t first, detail::chunk_splitter split) {
  auto chunks = split(whole.records, first);
  auto parts = std::vector<block>{};
  if (chunks.size() < 2) {
    parts.push_back(std::move(whole));
    return parts;
  }
  auto bytes = std::size_t{0};
  for (auto& each : chunks) {
    parts.push_back({std::move(each), 0, whole.positions, {}, true});
    bytes += bytes_of(parts.back());
  }
  parts.back().unfinished = whole.unfinished;
  if (!whole.each.empty()) share_out(whole.each, parts);
  // Memory that the parts do not tell of stays on the books until the last of them is gone.
  if (auto const told = bytes_of(whole); told > bytes) parts.back().more_bytes = told - bytes;
  return parts;
}

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

block_buffer::amount block_buffer::drop_oldest() {
  if (blocks_.empty()) return {};
  auto const dropped = amount{bytes_of(blocks_.front()), blocks_.front().records->records()};
  blocks_.pop_front();
  forget(dropped);
  return dropped;
}

block_buffer::amount block_buffer::drop_newest() {
  if (blocks_.empty()) return {};
  auto const dropped = amount{bytes_of(blocks_.back()), blocks_.back().records->records()};
  blocks_.pop_back();
  forget(dropped);
  return dropped;
}

void block_buffer::forget(amount dropped) {
  waiting_ = {waiting_.bytes - dropped.bytes, waiting_.records - dropped.records};
  held_ = {held_.bytes - dropped.bytes, held_.records - dropped.records};
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
  auto const told = bytes_of(blocks_.front());
  auto parts = split_block(std::move(blocks_.front()), first, split);
  blocks_.pop_front();
  auto bytes = std::size_t{0};
  for (auto const& part : parts) bytes += bytes_of(part);
  waiting_.bytes += bytes - told;
  held_.bytes += bytes - told;
  blocks_.insert(blocks_.begin(), std::make_move_iterator(parts.begin()),
                 std::make_move_iterator(parts.end()));
}

void block_buffer::take_front(share& taken) {
  auto front = std::move(blocks_.front());
  blocks_.pop_front();
  taken.records += front.records->records();
  taken.bytes += bytes_of(front);
  taken.behind_finished += front.records->records();
  if (front.positions) {
    if (!taken.positions) taken.positions = front.positions;
    taken.positions->last = front.positions->last;
    if (!front.unfinished) {
      taken.finished = front.positions->last;
      taken.behind_finished = 0;
    }
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
