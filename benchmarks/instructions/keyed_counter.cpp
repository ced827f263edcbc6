#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <optional>
#include <sluice/operators/hash.hpp>
#include <utility>

#include "harness/bench.hpp"
#include "harness/block_stream.hpp"
#include "harness/keys.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

using number = std::uint64_t;
using row = std::pair<number, number>;

constexpr std::uint32_t blocks_per_run = 8;

constexpr auto count_up = [](number key, std::optional<number> n, sluice::state<number>& sum) {
  auto const now = (sum.exists() ? sum.get() : 0) + n.value_or(0);
  sum.update(now);
  return row{key, now};
};

/// Keys, and both counters of them; a run's running counts add up to a sum.
class counted_numbers {
 public:
  counted_numbers()
      : blocks_{make_keys(blocks_per_run, 10'000)},
        stream_{stream_options(1),
                [this](auto const& indices) {
                  indices
                      .template flat_map<row>([this](std::uint32_t at, auto&& emit) {
                        for (auto key : blocks_[at]) emit(row{key, 1});
                      })
                      .map_with_state(sluice::state_spec(count_up).partitions(1))
                      .foreach_rdd([this](auto const& results) {
                        results.foreach ([this](row const& each) { stream_sum_ += each.second; });
                      });
                },
                sluice::in_calling_thread()} {}

  // As a batch, all results are there before the first is looked at.
  void by_hand() {
    std::vector<row> results;
    for (auto const& block : blocks_)
      for (auto key : block) results.emplace_back(key, ++counts_[key]);
    for (auto const& each : results) hand_sum_ += each.second;
  }
  void by_stream() {
    stream_.run(blocks_per_run, blocks_per_run);
    expect("the sum of the running counts", hand_sum_, stream_sum_);
  }

 private:
  std::vector<key_block> blocks_;
  boost::unordered_flat_map<number, number, sluice::key_hash<number>> counts_;
  number hand_sum_ = 0;
  number stream_sum_ = 0;
  block_stream stream_;
};

}  // namespace

workload keyed_counter() {
  auto const all = std::make_shared<counted_numbers>();
  return {"keyed_counter", blocks_per_run * keys_per_block, [all] { all->by_hand(); },
          [all] { all->by_stream(); }};
}

}  // namespace bench
