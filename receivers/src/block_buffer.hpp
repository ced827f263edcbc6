/// What an input holds between the outside and the commit of the batch it went into.
///
/// Thread rule: one at a time. Promise: records leave in the order they came; their share of the
/// limits is free again only when their batch is committed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <sluice/operators/time.hpp>
#include <sluice/receivers/detail/split_chunk.hpp>
#include <sluice/receivers/input.hpp>
#include <vector>

namespace sluice {

/// Where a replayable source stood with the first and the last of some records.
struct position_range {
  std::uint64_t first = 0;
  std::uint64_t last = 0;

  friend bool operator==(position_range const&, position_range const&) = default;
};

/// A sealed block.
struct block {
  chunk_ptr records;
  /// Memory that the records hold beside what their chunk tells.
  std::size_t more_bytes = 0;
  /// A block that a batch ends in has its whole range in both batches, unless it has `each`.
  std::optional<position_range> positions = {};
  /// The position of each record, if they have one each.
  std::vector<std::uint64_t> each = {};
  /// Records of the last position come behind this block.
  bool unfinished = false;
};

/// The block in parts of which the first has `first` records. One part means that it cannot be
/// split.
std::vector<block> split_block(block whole, std::size_t first, detail::chunk_splitter split);

class block_buffer {
 public:
  struct amount {
    std::size_t bytes = 0;
    std::size_t records = 0;
  };
  /// What a batch takes.
  struct share {
    std::vector<chunk_ptr> chunks;
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
    std::optional<position_range> positions = {};
    /// The last position all records of which have been taken, and how many were taken behind it.
    std::optional<std::uint64_t> finished = {};
    std::uint64_t behind_finished = 0;
  };
  /// Counted from the beginning, never down.
  struct totals {
    std::uint64_t blocks_in = 0;
    std::uint64_t records_in = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t records_out = 0;  ///< cut
    std::uint64_t records_committed = 0;
  };

  explicit block_buffer(buffer_limits limits) : limits_{limits} {}

  /// What the limits leave; zero when they are reached or exceeded.
  amount room() const;
  /// Whether this much may come. A buffer that holds nothing takes anything, so that one block that
  /// is larger than the limits cannot stop everything for ever.
  bool has_room_for(amount wanted) const;
  /// Sealed and not yet cut.
  amount waiting() const { return waiting_; }
  /// Waiting, or cut and not yet committed.
  amount held() const { return held_; }
  totals const& counted() const { return totals_; }

  void push(block sealed);
  /// Takes a block away that waits, and what it held of the limits. @return nothing if none waits
  amount drop_oldest();
  amount drop_newest();
  /// Takes the oldest records, exactly `max_records` if there are so many and blocks can be split.
  share cut(batch_id batch, std::uint64_t max_records, detail::chunk_splitter split);
  /// Frees what went into this batch and the ones before.
  void committed(batch_id batch);

 private:
  void forget(amount dropped);
  void split_front(std::size_t first, detail::chunk_splitter split);
  void take_front(share& taken);

  buffer_limits const limits_;
  std::deque<block> blocks_;
  struct uncommitted {
    batch_id batch = 0;
    amount size;
  };
  std::deque<uncommitted> uncommitted_;
  amount waiting_;
  amount held_;
  totals totals_;
};

}  // namespace sluice
