// What a record costs when the plan grows: more fused steps, more partitions.

#include <memory>
#include <tuple>

#include "numbers.hpp"
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

// A lambda, so that it is inlined.
template <std::size_t Steps>
constexpr auto all_steps = [](std::uint64_t x) { return through<Steps>(x); };

template <std::size_t Steps>
constexpr auto as_steps = [](auto const& numbers) { return chained<Steps>(numbers); };

}  // namespace

void fused_stages(report& results) {
  auto const blocks = make_keys(results.how().quick ? 64 : 1024, 1'000'000);
  auto const one_sum = sum_of(blocks, all_steps<1>);
  auto const ten_sum = sum_of(blocks, all_steps<10>);
  summing_stream one{blocks, one_sum, as_steps<1>};
  summing_stream ten{blocks, ten_sum, as_steps<10>};
  experiment work;
  work.records = blocks.size() * keys_per_block;
  work.bytes = work.records * sizeof(std::uint64_t);
  work.contenders = {
      {"hand, 1 step", [&] { expect("the sum", one_sum, sum_of(blocks, all_steps<1>)); }},
      {"hand, 10 steps", [&] { expect("the sum", ten_sum, sum_of(blocks, all_steps<10>)); }},
      {"1 step", [&] { one.run(blocks_per_batch); }},
      {"10 steps", [&] { ten.run(blocks_per_batch); }}};
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
    auto& reduce = *reducing.emplace_back(std::make_unique<reducing_stream>(keys, n, 2));
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
