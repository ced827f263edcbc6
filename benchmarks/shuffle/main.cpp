// Records that change places between two workers: all of them, and after each worker has reduced
// its own.

#include <thread>

#include "hand.hpp"
#include "harness/bench.hpp"
#include "harness/block_stream.hpp"
#include "harness/keys.hpp"
#include "state/counters.hpp"
#include "state/hand.hpp"

namespace bench {

namespace {

/// Pairs in blocks, and what they add up to.
struct paired_keys {
  paired_keys(std::size_t count, std::uint64_t keys) {
    for (auto const& block : make_keys(count, keys)) {
      auto& made = blocks.emplace_back();
      for (auto key : block) made.emplace_back(key, key % 1'000 + 1);
      sums += sums_of(made);
    }
  }
  void check(record_sums const& found) const {
    expect("the number of records", sums.rows, found.rows);
    expect("the sum of the products", sums.products, found.products);
  }
  std::vector<record_block> blocks;
  record_sums sums;
};

/// Sends every pair to the partition of its key, which adds up what it gets.
class shuffling_stream {
 public:
  shuffling_stream(paired_keys const& given, std::uint32_t blocks_per_batch)
      : given_{given},
        blocks_per_batch_{blocks_per_batch},
        stream_{stepped_options(2), [&](auto const& indices) { build(indices); }} {}
  void run() {
    all_ = {};
    stream_.run(static_cast<std::uint32_t>(given_.blocks.size()), blocks_per_batch_);
    given_.check(all_);
  }

 private:
  void build(auto const& indices) {
    indices
        .template flat_map<record>([&given = given_](std::uint32_t at, auto&& emit) {
          for (auto const& one : given.blocks[at]) emit(one);
        })
        .partition_by(2)
        .map([](record const& one) { return sums_of(one); })
        .reduce([](record_sums a, record_sums const& b) { return a += b; })
        .foreach_rdd([this](auto const& sums) {
          for (auto const& each : sums.collect()) all_ += each;
        });
  }

  paired_keys const& given_;
  std::uint32_t blocks_per_batch_;
  record_sums all_;
  block_stream stream_;
};

void shuffle(report& results) {
  auto const quick = results.how().quick;
  paired_keys const given{quick ? 32U : 512U, 1'000'000};
  // A worker has half of a batch, and a block takes half of that.
  constexpr std::uint32_t blocks_per_batch = 8;
  constexpr auto block_records = blocks_per_batch * keys_per_block / 4;
  shuffling_stream stream{given, blocks_per_batch};
  hand_shuffle same{given.blocks, block_records};
  hand_shuffle small{given.blocks, 1'024};
  experiment work;
  work.records = given.blocks.size() * keys_per_block;
  work.bytes = work.records * sizeof(record);
  work.contenders = {{"hand", [&] { given.check(same.run()); }},
                     {"hand, blocks of 1,024", [&] { given.check(small.run()); }},
                     {"stream", [&] { stream.run(); }}};
  work.comparisons = {{"stream", "hand", 0.50, by::wall, 0.9},
                      {"stream", "hand", {}, by::busiest},
                      {"stream", "hand, blocks of 1,024", {}, by::wall}};
  results.interleave(work);
  results.note("pairs of 16 bytes, batches of " +
               std::to_string(blocks_per_batch * keys_per_block) + ", blocks of " +
               std::to_string(block_records) +
               "; the loop's threads wait for each other by yielding, which is CPU time, too");
}

/// Counts the keys of each batch of some blocks in one map.
row_sums counted_by_hand(std::span<key_block const> blocks, std::size_t blocks_per_batch) {
  boost::unordered_flat_map<std::uint64_t, std::uint64_t, key_hash> counts;
  row_sums all;
  for (std::size_t at = 0; at != blocks.size(); at += blocks_per_batch) {
    for (auto const& block : blocks.subspan(at, blocks_per_batch))
      for (auto key : block) ++counts[key];
    for (auto const& [key, n] : counts) all += {1, n, key * n};
    counts.clear();
  }
  return all;
}

/// Each thread has half of the batches for itself: nothing changes places.
row_sums counted_by_two_threads(counted_keys const& keys) {
  std::span<key_block const> const blocks{keys.blocks};
  auto const middle = blocks.size() / 2;
  row_sums second;
  std::thread other{
      [&] { second = counted_by_hand(blocks.subspan(middle), keys.blocks_per_batch); }};
  auto first = counted_by_hand(blocks.first(middle), keys.blocks_per_batch);
  other.join();
  return first += second;
}

void reduced_shuffle(report& results) {
  auto const quick = results.how().quick;
  counted_keys const keys{10'000, quick ? 2U : 16U, quick ? 8U : 64U};
  reducing_stream one{keys, 1, 1};
  reducing_stream two{keys, 2, 2};
  experiment work;
  work.records = keys.records;
  work.bytes = work.records * sizeof(std::uint64_t);
  work.contenders = {
      {"hand", [&] { keys.check_run(counted_by_hand(keys.blocks, keys.blocks_per_batch)); }},
      {"hand, two threads", [&] { keys.check_run(counted_by_two_threads(keys)); }},
      {"one worker", [&] { one.run(); }},
      {"two workers", [&] { two.run(); }}};
  // The bar is 0.7 of twice the loop's speed.
  work.comparisons = {{"two workers", "hand", 1.4, by::busiest, 1.8},
                      {"two workers", "hand", {}, by::wall},
                      {"one worker", "hand"},
                      {"hand, two threads", "hand", {}, by::wall}};
  results.interleave(work);
  results.note("10,000 keys, batches of " + std::to_string(keys.blocks_per_batch * keys_per_block) +
               " records; the loop has one thread, and 2.0 is twice its speed; "
               "`hand, two threads`, by wall, is what the machine gave to two threads");
}

}  // namespace

}  // namespace bench

int main(int argc, char** argv) {
  return bench::run_program(
      argc, argv,
      {{"shuffle", "every record to the worker of its key, against two threads with rings",
        bench::shuffle},
       {"shuffle_reduced", "keys counted by two workers, each its own first, against a loop",
        bench::reduced_shuffle}});
}
