/// A buffer of blocks, and what becomes of blocks for which it has no room.
///
/// Thread rule: one at a time. Promise: records leave in the order they came, also those that were
/// on disk meanwhile; `records_in` = cut + waiting + dropped, at any time.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "block_buffer.hpp"
#include "block_spill.hpp"

namespace sluice {

/// What an input is told of overflow.
struct overflow_rules {
  sluice::overflow what = overflow::backpressure;
  spill_options spill = {};
};

/// @throws usage_error naming the option that is wrong
/// @param codec  of the records, null if they have none
void check_overflow(std::string const& who, overflow_rules const& rules,
                    partition_codec const* codec);

class overflow_buffer {
 public:
  using amount = block_buffer::amount;
  struct counts {
    std::uint64_t head = 0;  ///< records dropped, by what they were
    std::uint64_t tail = 0;
    std::uint64_t arrivals = 0;
    std::uint64_t records() const { return head + tail + arrivals; }
  };

  overflow_buffer(buffer_limits limits, overflow_rules rules, world& outside,
                  partition_codec const* codec, std::string who);

  sluice::overflow policy() const { return rules_.what; }
  /// In memory, sealed and not yet cut.
  amount waiting() const { return memory_.waiting(); }
  /// In memory, waiting or cut and not yet committed.
  amount held() const;
  /// Whether something is not in memory, and so comes before what is sealed next.
  bool has_backlog() const { return !backlog_.empty() || (spill_ && !spill_->empty()); }
  std::uint64_t records_in() const { return memory_.counted().records_in + beside_; }
  counts const& dropped() const { return dropped_; }

  /// Whether memory has room for a block beside `open`, which is held elsewhere.
  bool fits(amount wanted, amount open = {}) const;
  /// Whether the disk has room for it.
  bool can_spill(amount wanted, amount open = {}) const;
  /// Drops what the policy says until it fits. @return whether it does
  bool make_room(amount wanted, amount open = {});
  /// Drops what has not been pushed.
  void drop_arrival(std::uint64_t records) {
    dropped_.arrivals += records;
    beside_ += records;
  }
  void push(block sealed);
  /// As `push`, by the policy: what does not fit is dropped, or goes to disk.
  /// @return false if the policy is to fail
  bool admit(block arrived);
  /// Gets back what there is room for. @throws runtime_failure  if it cannot be read
  void refill();
  block_buffer::share cut(batch_id batch, std::uint64_t max_records, detail::chunk_splitter split);
  void committed(batch_id batch) { memory_.committed(batch); }

  /// Gives up what is on disk, for the world may end before the input does.
  void end() {
    if (spill_) spill_->end();
  }
  bool has_news() const;
  /// Something to tell people that was not told before: never once per record.
  std::optional<std::string> news();
  void count(std::map<std::string, std::uint64_t>& counters) const;

 private:
  bool drop_oldest();
  bool drop_newest();
  bool spilled(block const& sealed);

  buffer_limits const limits_;
  overflow_rules const rules_;
  std::string const who_;
  block_buffer memory_;
  std::unique_ptr<block_spill> spill_;  // null unless that is the policy
  std::deque<block> backlog_;           // that could not be written; behind all that was
  amount backlog_size_;
  std::uint64_t beside_ = 0;  // records that came and did not go to memory at once
  counts dropped_;
  std::uint64_t told_ = 0;  // dropped records as last told
};

}  // namespace sluice
