#include "counters.hpp"

#include <functional>
#include <numeric>

#include "hand.hpp"
#include "harness/bench.hpp"

namespace bench {

namespace {

auto ones_of(auto const& indices, counted_keys const& keys) {
  return indices.template flat_map<std::pair<std::uint64_t, std::uint64_t>>(
      [&keys](std::uint32_t at, auto&& emit) {
        for (auto key : keys.blocks[at]) emit(std::pair{key, std::uint64_t{1}});
      });
}

constexpr auto add_up = [](std::span<std::uint64_t const> fresh, std::optional<std::uint64_t> n) {
  return std::optional{std::accumulate(fresh.begin(), fresh.end(), n.value_or(0))};
};

constexpr auto count_up = [](std::uint64_t key, std::optional<std::uint64_t> n,
                             sluice::state<std::uint64_t>& sum) {
  auto const now = (sum.exists() ? sum.get() : 0) + n.value_or(0);
  sum.update(now);
  return std::pair{key, now};
};

}  // namespace

counted_keys::counted_keys(std::uint64_t keys, std::size_t batches, std::uint32_t blocks_in_batch)
    : blocks{make_keys(batches * blocks_in_batch, keys)},
      blocks_per_batch{blocks_in_batch},
      records{blocks.size() * keys_per_block},
      distinct{std::min(keys, records)} {
  probing_counter counter;
  for (auto const& block : blocks) counter.count_all(block);
  counter.for_each([this](std::uint64_t key, std::uint64_t n) {
    checksum += key * n;
    squares += n * n;
    triangles += n * (n + 1) / 2;
  });
}

void counted_keys::check(std::uint64_t runs, std::uint64_t rows, std::uint64_t sum,
                         std::uint64_t found) const {
  expect("the number of keys", distinct, rows);
  expect("the sum of the counts", runs * records, sum);
  expect("the checksum of the counts", runs * checksum, found);
}

void counted_keys::check_run(row_sums const& all) const {
  expect("the sum of the counts", records, all.counts);
  expect("the checksum of the counts", checksum, all.checksum);
}

reducing_stream::reducing_stream(counted_keys const& keys, std::size_t partitions,
                                 std::size_t parallelism)
    : keys_{keys}, stream_{stepped_options(parallelism), [&](auto const& indices) {
                             ones_of(indices, keys)
                                 .reduce_by_key(std::plus<>{}, partitions)
                                 .foreach_rdd(
                                     [this](auto const& counts) { all_ += sums_of(counts); });
                           }} {}

void reducing_stream::run() {
  all_ = {};
  stream_.run(static_cast<std::uint32_t>(keys_.blocks.size()), keys_.blocks_per_batch);
  keys_.check_run(all_);
}

updating_stream::updating_stream(counted_keys const& keys, std::size_t partitions,
                                 std::size_t parallelism)
    : keys_{keys}, stream_{stepped_options(parallelism), [&](auto const& indices) {
                             ones_of(indices, keys)
                                 .update_state_by_key(add_up, partitions)
                                 .foreach_rdd(
                                     [this](auto const& counts) { newest_ = sums_of(counts); });
                           }} {}

void updating_stream::run() {
  stream_.run(static_cast<std::uint32_t>(keys_.blocks.size()), keys_.blocks_per_batch);
  keys_.check(++runs_, newest_.rows, newest_.counts, newest_.checksum);
}

mapping_stream::mapping_stream(counted_keys const& keys, std::size_t partitions,
                               std::size_t parallelism)
    : keys_{keys}, stream_{stepped_options(parallelism), [&](auto const& indices) {
                             ones_of(indices, keys)
                                 .map_with_state(
                                     sluice::state_spec(count_up).partitions(partitions))
                                 .foreach_rdd(
                                     [this](auto const& counts) { all_ += sums_of(counts); });
                           }} {}

// The counts go on where the run before has left them.
void mapping_stream::run() {
  all_ = {};
  stream_.run(static_cast<std::uint32_t>(keys_.blocks.size()), keys_.blocks_per_batch);
  expect("the number of results", keys_.records, all_.rows);
  expect("the sum of the running counts", runs_ * keys_.squares + keys_.triangles, all_.counts);
  ++runs_;
}

}  // namespace bench
