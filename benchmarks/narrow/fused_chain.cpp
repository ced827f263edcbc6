// A chain of five narrow operators over numbers. Each step costs about one instruction, so that
// what is seen is the cost of the chain and not of its steps.

#include <functional>

#include "cases.hpp"
#include "harness/block_stream.hpp"

namespace bench {

namespace {

using number = std::uint64_t;
using block = std::vector<number>;

// A block stays in a core's cache of the second level.
constexpr std::size_t numbers_per_block = std::size_t{32} << 10U;
constexpr std::uint32_t blocks_per_batch = 64;

constexpr auto shift_up = [](number x) { return x + 7; };
constexpr auto three_of_four = [](number x) { return (x & 3U) != 0; };
constexpr auto triple = [](number x) { return x * 3; };
constexpr auto one_of_two = [](number x) { return (x & 8U) == 0; };
constexpr auto flip = [](number x) { return x ^ 0x55U; };

// In order, the filters follow a pattern that the processor learns. At random, most of the time
// goes into wrong guesses, and into how the compiler happened to order the tests.
enum class numbers { in_order, at_random };

std::vector<block> make_blocks(std::size_t bytes, numbers how) {
  std::vector<block> blocks(bytes / sizeof(number) / numbers_per_block);
  number next = 1;
  for (auto& each : blocks) {
    each.resize(numbers_per_block);
    for (auto& x : each) {
      next =
          how == numbers::in_order ? next + 1 : next * 6364136223846793005U + 1442695040888963407U;
      x = how == numbers::in_order ? next : next >> 20U;
    }
  }
  return blocks;
}

number sum_by_hand(block const& numbers) {
  number sum = 0;
  for (auto x : numbers) {
    auto const shifted = shift_up(x);
    if (!three_of_four(shifted)) continue;
    auto const tripled = triple(shifted);
    if (!one_of_two(tripled)) continue;
    sum += flip(tripled);
  }
  return sum;
}

// As if a step were stored in the plan as a function without its type.
struct stored_steps {
  std::function<number(number)> first = shift_up;
  std::function<bool(number)> second = three_of_four;
  std::function<number(number)> third = triple;
  std::function<bool(number)> fourth = one_of_two;
  std::function<number(number)> fifth = flip;

  number sum(block const& numbers) const {
    number sum = 0;
    for (auto x : numbers) {
      auto const shifted = first(x);
      if (!second(shifted)) continue;
      auto const tripled = third(shifted);
      if (fourth(tripled)) sum += fifth(tripled);
    }
    return sum;
  }
};

/// The chain as a user writes it, on a stream or an rdd.
template <class Numbers>
auto chain(Numbers const& numbers) {
  return numbers.map(shift_up).filter(three_of_four).map(triple).filter(one_of_two).map(flip);
}

class chained_stream {
 public:
  chained_stream(std::vector<block> const& blocks, std::size_t parallelism)
      : blocks_{blocks},
        stream_{stream_options(parallelism), [&](auto const& indices) {
                  auto const numbers =
                      indices.template flat_map<number>([&blocks](std::uint32_t at, auto&& emit) {
                        for (auto x : blocks[at]) emit(x);
                      });
                  chain(numbers).reduce(std::plus<>{}).foreach_rdd([this](auto const& sums) {
                    for (auto sum : sums.collect()) sum_ += sum;
                  });
                }} {}
  number run() {
    sum_ = 0;
    stream_.run(static_cast<std::uint32_t>(blocks_.size()), blocks_per_batch);
    return sum_;
  }

 private:
  std::vector<block> const& blocks_;
  number sum_ = 0;
  block_stream stream_;
};

/// The same numbers as one collection that lies in the library's chunks.
sluice::rdd<number> collection_of(std::vector<block> const& blocks,
                                  sluice::streaming_context& context) {
  block all;
  for (auto const& each : blocks) all.insert(all.end(), each.begin(), each.end());
  return context.parallelize(std::move(all), 1);
}

template <class Sum>
contender loop(std::string name, std::vector<block> const& blocks, number expected, Sum sum) {
  return {std::move(name), [&blocks, expected, sum = std::move(sum)] {
            number total = 0;
            for (auto const& each : blocks) total += sum(each);
            expect("the sum", expected, total);
          }};
}

void compare_in_order(report& results, std::size_t bytes) {
  auto const blocks = make_blocks(bytes, numbers::in_order);
  number expected = 0;
  for (auto const& each : blocks) expected += sum_by_hand(each);
  chained_stream one{blocks, 1};
  chained_stream two{blocks, 2};
  sluice::streaming_context jobs{stream_options(1)};
  auto const all = collection_of(blocks, jobs);

  experiment work;
  work.records = blocks.size() * numbers_per_block;
  work.bytes = work.records * sizeof(number);
  work.contenders = {
      loop("hand", blocks, expected, sum_by_hand),
      {"stream", [&] { expect("the sum", expected, one.run()); }},
      {"rdd", [&] { expect("the sum", expected, chain(all).reduce(std::plus<>{})); }},
      {"stream, two workers", [&] { expect("the sum", expected, two.run()); }},
      loop("std::function per step", blocks, expected,
           [steps = stored_steps{}](block const& each) { return steps.sum(each); })};
  work.comparisons = {{"stream", "hand", 0.70},
                      {"rdd", "hand", 0.70},
                      {"stream", "std::function per step"},
                      {"stream, two workers", "hand", 1.3, by::busiest}};
  work.heap = {
      {"stream", allowed_allocations, (blocks.size() + blocks_per_batch - 1) / blocks_per_batch},
      {"rdd", allowed_allocations}};
  results.interleave(work);
}

void compare_at_random(report& results, std::size_t bytes) {
  auto const blocks = make_blocks(bytes, numbers::at_random);
  number expected = 0;
  for (auto const& each : blocks) expected += sum_by_hand(each);
  chained_stream one{blocks, 1};
  experiment work;
  work.records = blocks.size() * numbers_per_block;
  work.bytes = work.records * sizeof(number);
  work.contenders = {loop("hand, at random", blocks, expected, sum_by_hand),
                     {"stream, at random", [&] { expect("the sum", expected, one.run()); }}};
  work.comparisons = {{"stream, at random", "hand, at random"}};
  results.interleave(work);
}

}  // namespace

void fused_chain(report& results) {
  auto const bytes = std::size_t{results.how().quick ? 8U : 256U} << 20U;
  compare_in_order(results, bytes);
  compare_at_random(results, bytes);
  results.note("map, filter (3 of 4 pass), map, filter (1 of 2), map, sum; numbers of 8 bytes");
  results.note("`at random`: wrong guesses of the processor at the filters are most of the time");
}

}  // namespace bench
