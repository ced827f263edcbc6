// What the engines themselves cost: nothing is read, records are numbers made on the spot.

#include <functional>

#include "workloads.hpp"

namespace peers {

namespace {

using number = std::uint64_t;

/// Numbers are made in blocks; a batch holds so many of them.
constexpr number block_size = 1'024;
constexpr number blocks_per_batch = 1'024;

/// SplitMix64 of a position, so that every language and worker makes the same key of it.
constexpr number key_of(number position) {
  auto z = (position + 1) * 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

/// Pushes the numbers of blocks until `total` records are made, and waits for the last result.
template <class Build>
outcome run_blocks(std::string const& total, Build build) {
  number const blocks = std::stoull(total) / block_size;
  auto const queue = std::make_shared<sluice::batch_queue<number>>();
  sluice::streaming_context context{stream_options()};
  auto const read = build(context.queue_stream(queue));
  context.start();
  stopwatch const watch;
  for (number first = 0; first < blocks; first += blocks_per_batch) {
    std::vector<number> batch;
    for (auto b = first; b < std::min(first + blocks_per_batch, blocks); ++b) batch.push_back(b);
    queue->push(std::move(batch));
  }
  context.run_until_idle();
  auto const result = watch.stop(blocks * block_size, std::to_string(read()));
  context.stop(sluice::stop_mode::drain);
  return result;
}

auto numbers_of(auto const& blocks) {
  return blocks.template flat_map<number>([](number block, auto&& emit) {
    for (auto i = block * block_size; i != (block + 1) * block_size; ++i) emit(i);
  });
}

auto sum_up(auto const& numbers, number& into) {
  numbers.reduce(std::plus<>{}).foreach_rdd([&into](auto const& sums) {
    for (auto sum : sums.collect()) into += sum;
  });
  return [&into] { return into; };
}

/// Pairs go to the worker of their key, which adds them up.
outcome exchange(std::string const& total) {
  number sum = 0;
  return run_blocks(total, [&sum](auto const& blocks) {
    auto const pairs =
        blocks.template flat_map<std::pair<number, number>>([](number block, auto&& emit) {
          for (auto i = block * block_size; i != (block + 1) * block_size; ++i)
            emit(std::pair{key_of(i), i});
        });
    auto const sent =
        pairs.partition_by(workers, [](number key) { return static_cast<std::size_t>(key); });
    return sum_up(sent.map([](auto const& pair) { return pair.first ^ pair.second; }), sum);
  });
}

/// Six steps that cost about one instruction each.
outcome fused_chain(std::string const& total) {
  number sum = 0;
  return run_blocks(total, [&sum](auto const& blocks) {
    return sum_up(numbers_of(blocks)
                      .map([](number x) { return x + 7; })
                      .filter([](number x) { return (x & 3U) != 0; })
                      .map([](number x) { return x * 3; })
                      .filter([](number x) { return (x & 8U) == 0; })
                      .map([](number x) { return x ^ 0x55U; }),
                  sum);
  });
}

/// One hop to another task between two steps.
outcome async_boundary(std::string const& total) {
  number sum = 0;
  return run_blocks(total, [&sum](auto const& blocks) {
    return sum_up(numbers_of(blocks)
                      .map([](number x) { return x + 7; })
                      .repartition(workers)
                      .map([](number x) { return x ^ 0x55U; }),
                  sum);
  });
}

/// Batches without records, each after the one before has been committed.
outcome empty_epochs(std::string const& rounds, std::size_t parallelism) {
  auto const wanted = std::stoull(rounds);
  auto const queue = std::make_shared<sluice::batch_queue<number>>();
  auto how = stream_options();
  how.parallelism = parallelism;
  how.max_in_flight_batches = 1;
  sluice::streaming_context context{how};
  number batches = 0;
  context.queue_stream(queue)
      .map([](number x) { return x + 1; })
      .filter([](number x) { return x != 0; })
      .map([](number x) { return x * 2; })
      .foreach_rdd([&batches](auto const&) { ++batches; });
  context.start();
  stopwatch const watch;
  for (number i = 0; i != wanted; ++i) queue->push({});
  context.run_until_idle();
  auto const result = watch.stop(wanted, std::to_string(batches));
  context.stop(sluice::stop_mode::drain);
  return result;
}

}  // namespace

std::map<std::string, workload> engine_workloads() {
  return {{"exchange", exchange},
          {"fused_chain", fused_chain},
          {"async_boundary", async_boundary},
          {"empty_epochs_1", [](auto const& rounds) { return empty_epochs(rounds, 1); }},
          {"empty_epochs_2", [](auto const& rounds) { return empty_epochs(rounds, 2); }}};
}

}  // namespace peers
