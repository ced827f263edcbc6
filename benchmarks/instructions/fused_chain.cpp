#include <functional>
#include <memory>

#include "harness/bench.hpp"
#include "harness/block_stream.hpp"
#include "harness/keys.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

using number = std::uint64_t;

constexpr std::uint32_t blocks_per_run = 16;

constexpr auto shift_up = [](number x) { return x + 7; };
constexpr auto three_of_four = [](number x) { return (x & 3U) != 0; };
constexpr auto triple = [](number x) { return x * 3; };
constexpr auto one_of_two = [](number x) { return (x & 8U) == 0; };
constexpr auto flip = [](number x) { return x ^ 0x55U; };

/// Numbers, and the stream that sums what the chain makes of them.
class chained_numbers {
 public:
  chained_numbers()
      : blocks_{make_keys(blocks_per_run, 1'000'000)},
        stream_{stream_options(1),
                [this](auto const& indices) {
                  indices
                      .template flat_map<number>([this](std::uint32_t at, auto&& emit) {
                        for (auto x : blocks_[at]) emit(x);
                      })
                      .map(shift_up)
                      .filter(three_of_four)
                      .map(triple)
                      .filter(one_of_two)
                      .map(flip)
                      .reduce(std::plus<>{})
                      .foreach_rdd([this](auto const& sums) {
                        for (auto sum : sums.collect()) sum_ += sum;
                      });
                },
                sluice::in_calling_thread()} {}

  void by_hand() {
    number sum = 0;
    for (auto const& block : blocks_)
      for (auto x : block) {
        auto const shifted = shift_up(x);
        if (!three_of_four(shifted)) continue;
        auto const tripled = triple(shifted);
        if (one_of_two(tripled)) sum += flip(tripled);
      }
    sum_ = sum;
  }
  void by_stream() {
    auto const expected = std::exchange(sum_, 0);
    stream_.run(blocks_per_run, blocks_per_run);
    expect("the sum", expected, sum_);
  }

 private:
  std::vector<key_block> blocks_;
  number sum_ = 0;
  block_stream stream_;
};

}  // namespace

workload fused_chain() {
  auto const all = std::make_shared<chained_numbers>();
  return {"fused_chain", blocks_per_run * keys_per_block, [all] { all->by_hand(); },
          [all] { all->by_stream(); }};
}

}  // namespace bench
