/// A query that runs on a stream over events in memory.
///
/// Thread rule: used by one thread. Promise: the stream gets numbers of blocks, and its first step
/// the events in them, so that nothing is copied in; a run begins without any state.
#pragma once

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <sluice/sluice.hpp>

#include "checksum.hpp"
#include "events.hpp"
#include "queries/common.hpp"

namespace bench::nexmark {

/// How the events are cut into batches: each holds a second of their time.
struct batch_plan {
  std::uint32_t blocks_per_batch = 50;
  /// Batches without events behind the last one: time goes on until every window has closed.
  std::uint32_t closing = 12;
  /// How many blocks a stream takes at most; a loop by hand takes all.
  std::uint32_t most_blocks = std::numeric_limits<std::uint32_t>::max();
};

/// The blocks of each batch.
inline std::vector<std::vector<std::uint32_t>> cut(event_log const& log, batch_plan const& plan) {
  std::vector<std::vector<std::uint32_t>> batches;
  auto const blocks = std::min(static_cast<std::uint32_t>(log.blocks.size()), plan.most_blocks);
  for (std::uint32_t first = 0; first < blocks; first += plan.blocks_per_batch) {
    auto& batch = batches.emplace_back(std::min(plan.blocks_per_batch, blocks - first));
    std::iota(batch.begin(), batch.end(), first);
  }
  batches.resize(batches.size() + plan.closing);
  return batches;
}

/// The events of blocks that come as numbers.
inline auto events_of(auto const& numbers, event_log const& log) {
  return numbers.template flat_map<event>([&log](std::uint32_t at, auto&& emit) {
    for (auto const& each : log.blocks[at].events()) emit(each);
  });
}

/// Adds up what the batches have given.
class summing_sink final : public sluice::sink<checksum> {
 public:
  void prepare(sluice::batch_ref const&, std::vector<checksum> sums) override {
    for (auto const& sum : sums) total_ += sum;
  }
  void commit(sluice::batch_ref const&) override {}
  void abort(sluice::batch_ref const&) override {}
  [[nodiscard]] checksum total() const { return total_; }

 private:
  checksum total_;
};

/// Runs a query over all events. The stream of a run is there until the next one, so that the time
/// of its threads can still be seen.
template <class Query, class Sum>
class query_runs {
 public:
  query_runs(event_log const& log, batch_plan plan, Query query, Sum sum, std::size_t parallelism)
      : log_{log}, plan_{plan}, query_{query}, sum_{sum}, parallelism_{parallelism} {}

  checksum run() {
    stream_.reset();
    stream_.emplace(stepped_options(parallelism_));
    auto const sink = std::make_shared<summing_sink>();
    auto const numbers = stream_->queue_stream<std::uint32_t>(cut(log_, plan_));
    query_(events_of(numbers, log_)).map(sum_).reduce(std::plus<>{}).to(sink);
    stream_->start();
    stream_->run_until_idle();
    return sink->total();
  }

 private:
  event_log const& log_;
  batch_plan plan_;
  Query query_;
  Sum sum_;
  std::size_t parallelism_;
  std::optional<sluice::streaming_context> stream_;
};

}  // namespace bench::nexmark
