#include "overflow_buffer.hpp"

#include <bit>
#include <sluice/operators/error.hpp>
#include <utility>

namespace sluice {
namespace {

block_buffer::amount size_of(block const& b) {
  return {b.records->bytes() + b.more_bytes, b.records->records()};
}

}  // namespace

void check_overflow(std::string const& who, overflow_rules const& rules,
                    partition_codec const* codec) {
  if (rules.what != overflow::spill) return;
  if (rules.spill.max_bytes == 0)
    throw usage_error{who +
                      ": spill.max_bytes is 0; give the bytes that may wait on disk, at least "
                      "4,096, or choose overflow::backpressure"};
  if (codec == nullptr)
    throw usage_error{who +
                      ": overflow is spill, but its records have no codec, so they cannot be "
                      "written; give them one, or choose another policy"};
}

overflow_buffer::overflow_buffer(buffer_limits limits, overflow_rules rules, world& outside,
                                 partition_codec const* codec, std::string who)
    : limits_{limits}, rules_{std::move(rules)}, who_{std::move(who)}, memory_{limits} {
  if (rules_.what == overflow::spill)
    spill_ = std::make_unique<block_spill>(outside, rules_.spill, *codec, who_);
}

overflow_buffer::amount overflow_buffer::held() const {
  auto const held = memory_.held();
  return {held.bytes + backlog_size_.bytes, held.records + backlog_size_.records};
}

bool overflow_buffer::fits(amount wanted, amount open) const {
  auto const now = held();
  return now.bytes + open.bytes + wanted.bytes <= limits_.bytes &&
         now.records + open.records + wanted.records <= limits_.records;
}

bool overflow_buffer::can_spill(amount wanted, amount open) const {
  return spill_ && backlog_.empty() && spill_->has_room_for(wanted.bytes + open.bytes);
}

bool overflow_buffer::make_room(amount wanted, amount open) {
  auto const drop = [this] {
    if (rules_.what == overflow::drop_head) return drop_oldest();
    return rules_.what == overflow::drop_tail && drop_newest();
  };
  while (!fits(wanted, open))
    if (!drop()) return false;
  return true;
}

bool overflow_buffer::drop_oldest() {
  auto const dropped = memory_.drop_oldest();
  dropped_.head += dropped.records;
  return dropped.records != 0;
}

bool overflow_buffer::drop_newest() {
  auto const dropped = memory_.drop_newest();
  dropped_.tail += dropped.records;
  return dropped.records != 0;
}

void overflow_buffer::push(block sealed) {
  if (sealed.records->records() == 0) return;
  if (!spill_ || (!has_backlog() && memory_.has_room_for(size_of(sealed))))
    return memory_.push(std::move(sealed));
  beside_ += sealed.records->records();
  if (spilled(sealed)) return;
  auto const size = size_of(sealed);
  backlog_size_ = {backlog_size_.bytes + size.bytes, backlog_size_.records + size.records};
  backlog_.push_back(std::move(sealed));
}

bool overflow_buffer::spilled(block const& sealed) {
  return backlog_.empty() && spill_->push(sealed);
}

bool overflow_buffer::admit(block arrived) {
  auto const size = size_of(arrived);
  // A buffer that holds nothing takes anything.
  auto const drops = drops_records(rules_.what) || rules_.what == overflow::fail;
  if (drops && held().records != 0 && !make_room(size)) {
    drop_arrival(size.records);
    return rules_.what != overflow::fail;
  }
  push(std::move(arrived));
  return true;
}

void overflow_buffer::refill() {
  if (!spill_) return;
  auto const back = [this](block b) {
    beside_ -= b.records->records();
    memory_.push(std::move(b));
  };
  while (!spill_->empty() && memory_.has_room_for(spill_->front_size())) back(spill_->pop());
  while (!backlog_.empty()) {
    auto const size = size_of(backlog_.front());
    if (spill_->empty() && memory_.has_room_for(size)) {
      back(std::move(backlog_.front()));
    } else if (!spill_->push(backlog_.front())) {
      return;
    }
    backlog_size_ = {backlog_size_.bytes - size.bytes, backlog_size_.records - size.records};
    backlog_.pop_front();
  }
}

block_buffer::share overflow_buffer::cut(batch_id batch, std::uint64_t max_records,
                                         detail::chunk_splitter split) {
  refill();
  auto share = memory_.cut(batch, max_records, split);
  // Nothing may come twice: what was dropped behind the last whole position is passed over.
  if (drops_records(rules_.what) && share.positions) {
    share.finished = share.positions->last;
    share.behind_finished = 0;
  }
  return share;
}

// At 1, 2, 4, 8, ...: a flood does not flood the log.
bool overflow_buffer::has_news() const {
  return std::bit_width(dropped_.records()) != std::bit_width(told_);
}

std::optional<std::string> overflow_buffer::news() {
  if (spill_)
    if (auto error = spill_->take_error()) return error;
  auto const now = dropped_.records();
  auto const is_new = has_news();
  told_ = now;
  if (!is_new) return std::nullopt;
  return std::to_string(now) +
         " records dropped since the start, for there was no room (overflow::" +
         std::string{to_string(rules_.what)} + ")";
}

void overflow_buffer::count(std::map<std::string, std::uint64_t>& counters) const {
  counters["records"] = records_in();
  if (drops_records(rules_.what) || rules_.what == overflow::fail) {
    counters["dropped_head"] = dropped_.head;
    counters["dropped_tail"] = dropped_.tail;
    counters["dropped_new"] = dropped_.arrivals;
  }
  if (!spill_) return;
  counters["spilled_records"] = spill_->counted().records;
  counters["spilled_bytes"] = spill_->counted().bytes;
  counters["spill_write_errors"] = spill_->counted().write_errors;
  counters["spill_waiting"] = spill_->waiting().records + backlog_size_.records;
}

}  // namespace sluice
