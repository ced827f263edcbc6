/// A running stream whose records are numbers of blocks in memory.
///
/// Thread rule: used by one thread. Promise: the stream's first step finds a block by its number,
/// so that nothing is copied into the stream while it is measured.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <numeric>
#include <sluice/sluice.hpp>
#include <utility>
#include <vector>

namespace bench {

/// The time between two batches of a stepped stream. No clock cuts one while a run lasts: the
/// batches are ahead of it.
inline constexpr std::chrono::hours step{1};

inline sluice::options stream_options(std::size_t parallelism) {
  sluice::options o;
  o.app_name = "bench";
  o.parallelism = parallelism;
  o.trigger = sluice::on_demand();  // a clock would add batches of its own
  return o;
}

/// Batches have the times of an hour's grid, so that what a window holds does not depend on the
/// machine.
inline sluice::options stepped_options(std::size_t parallelism) {
  auto o = stream_options(parallelism);
  o.trigger = sluice::every(step);
  return o;
}

class block_stream {
 public:
  /// @param build  declares the stream's steps and outputs on a `dstream<std::uint32_t>`
  template <class Build>
  block_stream(sluice::options const& how, Build&& build,
               sluice::execution where = sluice::own_actor_system())
      : queue_{std::make_shared<sluice::batch_queue<std::uint32_t>>()},
        context_{how, std::move(where)} {
    std::forward<Build>(build)(context_.queue_stream(queue_));
    context_.start();
  }

  /// Sends the blocks 0 to, excluding, `blocks` in batches; returns when all are committed.
  void run(std::uint32_t blocks, std::uint32_t blocks_per_batch) {
    for (std::uint32_t first = 0; first < blocks; first += blocks_per_batch) {
      std::vector<std::uint32_t> batch(std::min(blocks_per_batch, blocks - first));
      std::iota(batch.begin(), batch.end(), first);
      queue_->push(std::move(batch));
    }
    context_.run_until_idle();
  }

 private:
  std::shared_ptr<sluice::batch_queue<std::uint32_t>> queue_;
  sluice::streaming_context context_;
};

}  // namespace bench
