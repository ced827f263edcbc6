// What a record costs when the plan grows: more fused steps, more partitions.

#include <memory>
#include <tuple>

#include "cases.hpp"
#include "state/counters.hpp"
#include "state/hand.hpp"

namespace bench {

namespace {

constexpr std::uint32_t blocks_per_batch = 64;

/// Step `I` of a chain. Two kinds in turn, so that the compiler cannot make one of them all.
template <std::size_t I>
constexpr auto nth = [](std::uint64_t x) { return I % 2 == 0 ? x + I + 1 : x ^ (I + 1); };

template <std::size_t Steps, std::size_t I = 0>
std::uint64_t through(std::uint64_t x) {
  if constexpr (I == Steps)
    return x;
  else
    return through<Steps, I + 1>(nth<I>(x));
}

template <std::size_t Steps, std::size_t I = 0, class Stream>
auto chained(Stream const& stream) {
  if constexpr (I == Steps)
    return stream;
  else
    return chained<Steps, I + 1>(stream.map(nth<I>));
}

template <std::size_t Steps>
std::uint64_t sum_by_hand(std::vector<key_block> const& blocks) {
  std::uint64_t sum = 0;
  for (auto const& block : blocks)
    for (auto x : block) sum += through<Steps>(x);
  return sum;
}

template <std::size_t Steps>
class chain_stream {
 public:
  explicit chain_stream(std::vector<key_block> const& blocks)
      : blocks_{blocks}, stream_{stepped_options(1), [&](auto const& indices) {
                                   auto const numbers = indices.template flat_map<std::uint64_t>(
                                       [&blocks](std::uint32_t at, auto&& emit) {
                                         for (auto x : blocks[at]) emit(x);
                                       });
                                   chained<Steps>(numbers)
                                       .reduce(std::plus<>{})
                                       .foreach_rdd([this](auto const& sums) {
                                         for (auto sum : sums.collect()) sum_ += sum;
                                       });
                                 }} {}
  std::uint64_t run() {
    sum_ = 0;
    stream_.run(static_cast<std::uint32_t>(blocks_.size()), blocks_per_batch);
    return sum_;
  }

 private:
  std::vector<key_block> const& blocks_;
  std::uint64_t sum_ = 0;
  block_stream stream_;
};

/// Counts the keys of each batch in some partitions.
class reducing_stream {
 public:
  reducing_stream(counted_keys const& keys, std::size_t partitions)
      : keys_{keys}, stream_{stepped_options(2), [&](auto const& indices) {
                               indices
                                   .template flat_map<record>(
                                       [&keys](std::uint32_t at, auto&& emit) {
                                         for (auto key : keys.blocks[at]) emit(record{key, 1});
                                       })
                                   .reduce_by_key(std::plus<>{}, partitions)
                                   .foreach_rdd(
                                       [this](auto const& counts) { all_ += sums_of(counts); });
                             }} {}
  void run() {
    all_ = {};
    stream_.run(static_cast<std::uint32_t>(keys_.blocks.size()), keys_.blocks_per_batch);
    expect("the sum of the counts", keys_.records, all_.counts);
    expect("the checksum of the counts", keys_.checksum, all_.checksum);
  }

 private:
  using record = std::pair<std::uint64_t, std::uint64_t>;
  counted_keys const& keys_;
  row_sums all_;
  block_stream stream_;
};

}  // namespace

void fused_stages(report& results) {
  auto const blocks = make_keys(results.how().quick ? 64 : 1024, 1'000'000);
  chain_stream<1> one{blocks};
  chain_stream<10> ten{blocks};
  auto const one_sum = sum_by_hand<1>(blocks);
  auto const ten_sum = sum_by_hand<10>(blocks);
  experiment work;
  work.records = blocks.size() * keys_per_block;
  work.bytes = work.records * sizeof(std::uint64_t);
  work.contenders = {
      {"hand, 1 step", [&] { expect("the sum", one_sum, sum_by_hand<1>(blocks)); }},
      {"hand, 10 steps", [&] { expect("the sum", ten_sum, sum_by_hand<10>(blocks)); }},
      {"1 step", [&] { expect("the sum", one_sum, one.run()); }},
      {"10 steps", [&] { expect("the sum", ten_sum, ten.run()); }}};
  work.comparisons = {{"10 steps", "hand, 10 steps"}};
  work.growths = {{"10 steps", "1 step", 1.3}, {"hand, 10 steps", "hand, 1 step"}};
  results.interleave(work);
  results.note("map steps of one instruction over numbers of 8 bytes, then a sum");
}

void partitions(report& results) {
  auto const quick = results.how().quick;
  counted_keys const keys{quick ? 10'000U : 100'000U, quick ? 2U : 8U, quick ? 8U : 64U};
  std::vector<std::unique_ptr<reducing_stream>> reducing;
  std::vector<std::unique_ptr<mapping_stream>> mapping;
  experiment work;
  work.records = keys.records;
  work.bytes = work.records * sizeof(std::uint64_t);
  work.contenders.push_back(
      {"hand", [&keys, counter = flat_map_counter{}, runs = std::uint64_t{0}]() mutable {
         for (auto const& block : keys.blocks) counter.count_all(block);
         keys.check(counter, ++runs);
       }});
  auto const name = [](char const* what, std::size_t n) {
    return what + (", " + std::to_string(n) + " partitions");
  };
  for (std::size_t n : {2U, 20U, 200U}) {
    auto& reduce = *reducing.emplace_back(std::make_unique<reducing_stream>(keys, n));
    auto& map = *mapping.emplace_back(std::make_unique<mapping_stream>(keys, n, 2));
    work.contenders.push_back({name("reduce_by_key", n), [&reduce] { reduce.run(); }});
    work.contenders.push_back({name("map_with_state", n), [&map] { map.run(); }});
  }
  work.comparisons = {{name("map_with_state", 2), "hand"}, {name("map_with_state", 200), "hand"}};
  for (auto const* what : {"reduce_by_key", "map_with_state"}) {
    work.growths.push_back({name(what, 20), name(what, 2), 1.05});
    work.growths.push_back({name(what, 200), name(what, 20), 1.25});
  }
  results.interleave(work);
  results.note(std::to_string(keys.distinct) + " keys at random, batches of " +
               std::to_string(keys.blocks_per_batch * keys_per_block) +
               " records, two workers; CPU time of both");
}

}  // namespace bench
