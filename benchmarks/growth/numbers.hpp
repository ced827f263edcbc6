/// Streams over blocks of numbers whose sum is known.
///
/// Thread rule: used by one thread. Promise: each run is checked.
#pragma once

#include <functional>
#include <vector>

#include "cases.hpp"
#include "harness/block_stream.hpp"
#include "harness/keys.hpp"

namespace bench {

/// The sum of all numbers of all blocks, each after `f`.
template <class F>
std::uint64_t sum_of(std::vector<key_block> const& blocks, F f) {
  std::uint64_t sum = 0;
  for (auto const& block : blocks)
    for (auto x : block) sum += f(x);
  return sum;
}

/// Makes the numbers of a block out of its index.
auto numbers_of(auto const& indices, std::vector<key_block> const& blocks) {
  return indices.template flat_map<std::uint64_t>([&blocks](std::uint32_t at, auto&& emit) {
    for (auto x : blocks[at]) emit(x);
  });
}

/// Adds up what `Build` makes of the numbers.
class summing_stream {
 public:
  /// @param build  a stream of numbers -> a stream of numbers
  template <class Build>
  summing_stream(std::vector<key_block> const& blocks, std::uint64_t expected, Build build,
                 std::size_t parallelism = 1)
      : blocks_{blocks},
        expected_{expected},
        stream_{stepped_options(parallelism), [&](auto const& indices) {
                  build(numbers_of(indices, blocks))
                      .reduce(std::plus<>{})
                      .foreach_rdd([this](auto const& sums) {
                        for (auto sum : sums.collect()) sum_ += sum;
                      });
                }} {}
  void run(std::uint32_t blocks_per_batch) {
    sum_ = 0;
    stream_.run(static_cast<std::uint32_t>(blocks_.size()), blocks_per_batch);
    expect("the sum", expected_, sum_);
  }

 private:
  std::vector<key_block> const& blocks_;
  std::uint64_t expected_;
  std::uint64_t sum_ = 0;
  block_stream stream_;
};

}  // namespace bench
