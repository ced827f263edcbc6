// Larger batches, and more of them.

#include <memory>

#include "numbers.hpp"
#include "recovery/turns.hpp"
#include "state/counters.hpp"

namespace bench {

namespace {

constexpr auto plus_one = [](std::uint64_t x) { return x + 1; };

constexpr std::size_t records_per_block = 1'000;

std::vector<key_block> small_blocks(std::size_t count, std::uint64_t keys) {
  std::vector<key_block> blocks(count);
  std::uint64_t made = 0;
  for (auto& block : blocks)
    while (block.size() != records_per_block) block.push_back(key_of(key_of(made++) % keys));
  return blocks;
}

/// Counts with `map_with_state`, and adds up what it gives.
auto counted = [](auto const& numbers) {
  auto const count = [](std::uint64_t, std::optional<std::uint64_t> n,
                        sluice::state<std::uint64_t>& sum) {
    sum.update((sum.exists() ? sum.get() : 0) + n.value_or(0));
    return std::uint64_t{1};
  };
  return numbers.map([](std::uint64_t x) {
                  return std::pair{x, std::uint64_t{1}};
                })
      .map_with_state(sluice::state_spec(count));
};

}  // namespace

void batch_records(report& results) {
  auto const blocks = small_blocks(results.how().quick ? 400 : 16'000, 10'000);
  auto const records = blocks.size() * records_per_block;
  summing_stream narrow{blocks, sum_of(blocks, plus_one),
                        [](auto const& numbers) { return numbers.map(plus_one); }};
  summing_stream keyed{blocks, records, counted};
  experiment work;
  work.records = records;
  auto const name = [](std::string const& what, std::uint32_t blocks_per_batch) {
    return what + ", " + std::to_string(blocks_per_batch * records_per_block / 1'000) + " k";
  };
  for (std::uint32_t const n : {1U, 10U, 100U}) {
    work.contenders.push_back({name("map and sum", n), [&narrow, n] { narrow.run(n); }});
    work.contenders.push_back({name("map_with_state", n), [&keyed, n] { keyed.run(n); }});
  }
  for (auto const* what : {"map and sum", "map_with_state"}) {
    work.growths.push_back({name(what, 10), name(what, 1), 1.02, 0.9});
    work.growths.push_back({name(what, 100), name(what, 10), 1.02, 0.9});
  }
  results.interleave(work);
  results.note("1,000, 10,000 and 100,000 records per batch, the same records; 10,000 keys");
}

// A new stream each time: first so many records, then nine times as many more.
void run_length(report& results) {
  auto const quick = results.how().quick;
  counted_keys const keys{10'000, quick ? 8U : 256U, 4};
  std::vector<double> early, late, early_bytes, late_bytes;
  for (std::size_t round = 0; round != results.how().rounds + 1; ++round) {
    mapping_stream stream{keys};
    stream.run();  // warms up
    stopwatch const first;
    stream.run();
    auto const one = first.passed().cpu;
    auto const resident = resident_bytes();
    stopwatch const second;
    for (int i = 0; i != 9; ++i) stream.run();
    auto const nine = second.passed().cpu;
    if (round == 0) continue;
    early.push_back(one);
    late.push_back(nine / 9);
    early_bytes.push_back(static_cast<double>(resident));
    late_bytes.push_back(static_cast<double>(resident_bytes()));
  }
  auto const row = [&](std::string what, std::string of, auto const& more, auto const& less) {
    auto made = at_most(std::move(what), std::move(of), more, less, 1.05);
    made.aim = 1.0;
    results.add(std::move(made));
  };
  row("a record among ten times as many : the first ones", "growth", late, early);
  row("memory after ten times as many : after the first", "memory", late_bytes, early_bytes);
  results.note("map_with_state, 10,000 keys, " + std::to_string(keys.records) +
               " records in batches of " + std::to_string(4 * keys_per_block) +
               ", then ten times as many");
}

}  // namespace bench
