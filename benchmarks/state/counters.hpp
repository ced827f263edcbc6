/// Counting keys with the library's operators, and what must come out.
///
/// Thread rule: used by one thread. Promise: state lives from run to run, and each run is checked.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "harness/block_stream.hpp"
#include "harness/keys.hpp"

namespace bench {

/// What the rows of a result add up to. Partitions are added up on their own, at the same time.
struct row_sums {
  std::uint64_t rows = 0;
  std::uint64_t counts = 0;
  std::uint64_t checksum = 0;  ///< the sum of key * count

  row_sums& operator+=(row_sums const& other) {
    rows += other.rows;
    counts += other.counts;
    checksum += other.checksum;
    return *this;
  }
};

/// Blocks of keys and how they are cut into batches.
struct counted_keys {
  counted_keys(std::uint64_t keys, std::size_t batches, std::uint32_t blocks_in_batch);

  std::vector<key_block> blocks;
  std::uint32_t blocks_per_batch;
  std::uint64_t records;
  std::uint64_t distinct;
  std::uint64_t checksum = 0;   ///< of one run: the sum of key * count
  std::uint64_t squares = 0;    ///< of one run: the sum of count * count
  std::uint64_t triangles = 0;  ///< of one run: the sum of 1 + 2 + ... + count

  /// Checks all counts after a number of runs.
  template <class Counter>
  void check(Counter const& counter, std::uint64_t runs) const {
    std::uint64_t rows = 0, sum = 0, found = 0;
    counter.for_each([&](std::uint64_t key, std::uint64_t n) {
      ++rows;
      sum += n;
      found += key * n;
    });
    check(runs, rows, sum, found);
  }
  /// Checks what a run has counted batch by batch.
  void check_run(row_sums const& all) const;
  void check(std::uint64_t runs, std::uint64_t rows, std::uint64_t sum, std::uint64_t found) const;
};

template <class Rdd>
row_sums sums_of(Rdd const& results) {
  auto const one = [](std::pair<std::uint64_t, std::uint64_t> const& row) {
    return row_sums{1, row.second, row.first * row.second};
  };
  return results.map(one).reduce([](row_sums a, row_sums const& b) { return a += b; });
}

/// Counts the keys of each batch with `reduce_by_key`.
class reducing_stream {
 public:
  explicit reducing_stream(counted_keys const& keys, std::size_t partitions = 1,
                           std::size_t parallelism = 1);
  void run();

 private:
  counted_keys const& keys_;
  row_sums all_;  // of this run
  block_stream stream_;
};

/// Counts with `update_state_by_key`; every batch gives every key with its count.
class updating_stream {
 public:
  explicit updating_stream(counted_keys const& keys, std::size_t partitions = 1,
                           std::size_t parallelism = 1);
  void run();

 private:
  counted_keys const& keys_;
  std::uint64_t runs_ = 0;
  row_sums newest_;  // of the newest batch
  block_stream stream_;
};

/// Counts with `map_with_state`; every record gives its key with the count so far.
class mapping_stream {
 public:
  explicit mapping_stream(counted_keys const& keys, std::size_t partitions = 1,
                          std::size_t parallelism = 1);
  void run();

 private:
  counted_keys const& keys_;
  std::uint64_t runs_ = 0;
  row_sums all_;  // of this run
  block_stream stream_;
};

}  // namespace bench
