// A second worker: for work that stays where it is, and for work that is reduced before it moves.

#include <thread>

#include "numbers.hpp"
#include "state/counters.hpp"
#include "state/hand.hpp"

namespace bench {

namespace {

constexpr std::uint32_t blocks_per_batch = 64;

// Some ten nanoseconds, so that memory is not what both wait for.
constexpr auto worked_on = [](std::uint64_t x) {
  for (int i = 0; i != 8; ++i) x = key_of(x);
  return x;
};

}  // namespace

void workers(report& results) {
  auto const quick = results.how().quick;
  counted_keys const keys{10'000, quick ? 2U : 8U, quick ? 8U : blocks_per_batch};
  auto const& blocks = keys.blocks;
  auto const sum = sum_of(blocks, worked_on);
  auto const no_shuffle = [](auto const& numbers) { return numbers.map(worked_on); };
  summing_stream one{blocks, sum, no_shuffle, 1};
  summing_stream two{blocks, sum, no_shuffle, 2};
  reducing_stream one_reduced{keys, 1, 1};
  reducing_stream two_reduced{keys, 2, 2};
  std::span<key_block const> const all{blocks};
  auto const sum_some = [](std::span<key_block const> some) {
    std::uint64_t of_some = 0;
    for (auto const& block : some)
      for (auto x : block) of_some += worked_on(x);
    return of_some;
  };
  experiment work;
  work.records = keys.records;
  work.contenders = {{"map, one worker", [&] { one.run(blocks_per_batch); }},
                     {"map, two workers", [&] { two.run(blocks_per_batch); }},
                     {"reduce_by_key, one worker", [&] { one_reduced.run(); }},
                     {"reduce_by_key, two workers", [&] { two_reduced.run(); }},
                     {"hand, one thread", [&] { expect("the sum", sum, sum_some(all)); }},
                     {"hand, two threads", [&] {
                        std::uint64_t second = 0;
                        std::thread other{[&] { second = sum_some(all.subspan(all.size() / 2)); }};
                        auto const first = sum_some(all.first(all.size() / 2));
                        other.join();
                        expect("the sum", sum, first + second);
                      }}};
  work.comparisons = {{"map, two workers", "map, one worker", 1.8, by::busiest},
                      {"map, two workers", "map, one worker", {}, by::wall},
                      {"reduce_by_key, two workers", "reduce_by_key, one worker", 1.6, by::busiest},
                      {"reduce_by_key, two workers", "reduce_by_key, one worker", {}, by::wall},
                      {"hand, two threads", "hand, one thread", {}, by::wall}};
  results.interleave(work);
  results.note(
      "map: some ten nanoseconds of work per number, then a sum; reduce_by_key: 10,000 keys; "
      "`hand, two threads`, by wall, is what the machine gave to two threads");
}

}  // namespace bench
