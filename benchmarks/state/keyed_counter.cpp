// Counters of keys that live across batches.

#include <memory>

#include "cases.hpp"
#include "counters.hpp"
#include "hand.hpp"

namespace bench {

namespace {

template <class Counter, class Count>
contender loop(std::string name, counted_keys const& keys, Count count) {
  return {std::move(name), [&keys, count, counter = Counter{}, runs = std::uint64_t{0}]() mutable {
            for (auto const& block : keys.blocks) count(counter, block);
            keys.check(counter, ++runs);
          }};
}

/// A loop that also hands over what `update_state_by_key` does: every key with every batch.
contender loop_with_all_keys(counted_keys const& keys) {
  return {"hand, every key per batch",
          [&keys, counter = flat_map_counter{}, runs = std::uint64_t{0}]() mutable {
            std::uint64_t newest = 0;
            for (std::size_t at = 0; at < keys.blocks.size(); at += keys.blocks_per_batch) {
              for (std::size_t b = at; b != at + keys.blocks_per_batch; ++b)
                counter.count_all(keys.blocks[b]);
              std::vector<std::pair<std::uint64_t, std::uint64_t>> results;
              results.reserve(counter.size());
              counter.for_each(
                  [&](std::uint64_t key, std::uint64_t n) { results.emplace_back(key, n); });
              newest = 0;
              for (auto const& [key, n] : results) newest += key * n;
            }
            expect("the checksum of the counts", ++runs * keys.checksum, newest);
          }};
}

/// A loop that also hands over what `map_with_state` does: a pair per record.
contender loop_with_results(counted_keys const& keys) {
  return {"hand, a result per record",
          [&keys, counter = flat_map_counter{}, runs = std::uint64_t{0}]() mutable {
            std::uint64_t sum = 0;
            for (std::size_t at = 0; at < keys.blocks.size(); at += keys.blocks_per_batch) {
              std::vector<std::pair<std::uint64_t, std::uint64_t>> results;
              for (std::size_t b = at; b != at + keys.blocks_per_batch; ++b)
                for (auto key : keys.blocks[b]) results.emplace_back(key, counter.count(key));
              for (auto const& [key, n] : results) sum += n;
            }
            expect("the sum of the running counts", runs++ * keys.squares + keys.triangles, sum);
          }};
}

}  // namespace

void keyed_counter(report& results, std::uint64_t keys, double bar) {
  auto const quick = results.how().quick;
  // update_state_by_key visits all keys with every batch, so many keys get large batches.
  auto const blocks = quick || keys < 100'000 ? 8U : keys < 10'000'000 ? 64U : 256U;
  auto const all_blocks = quick ? 16U : keys < 10'000'000 ? 512U : 1024U;
  counted_keys const given{keys, all_blocks / blocks, blocks};
  updating_stream updating{given};
  mapping_stream mapping{given};
  experiment work;
  work.records = given.records;
  work.bytes = given.records * sizeof(std::uint64_t);
  auto const plainly = [](auto& counter, key_block const& b) { counter.count_all(b); };
  work.contenders = {
      loop<flat_map_counter>("hand", given, plainly),
      {"update_state_by_key", [&] { updating.run(); }},
      {"map_with_state", [&] { mapping.run(); }},
      loop_with_all_keys(given),
      loop_with_results(given),
      loop<probing_counter>("linear probing", given, plainly),
      loop<probing_counter>("linear probing, prefetched", given,
                            [](auto& counter, key_block const& b) { counter.count_ahead(b); })};
  work.comparisons = {{"update_state_by_key", "hand, every key per batch", bar},
                      {"map_with_state", "hand, a result per record", bar},
                      {"update_state_by_key", "hand"},
                      {"map_with_state", "hand"},
                      {"linear probing", "hand"},
                      {"linear probing, prefetched", "hand"}};
  auto const batches = given.blocks.size() / given.blocks_per_batch;
  work.heap = {{"update_state_by_key", allowed_allocations, batches},
               {"map_with_state", allowed_allocations, batches}};
  results.interleave(work);
  results.note(std::to_string(given.distinct) + " keys at random, batches of " +
               std::to_string(given.blocks_per_batch * keys_per_block) + " records");
  results.note(
      "the bars are against loops that give the same: every key with every batch, or a pair per "
      "record; `hand` gives nothing before its end");
}

void key_growth(report& results) {
  auto const quick = results.how().quick;
  std::vector<std::uint64_t> sizes{1'000, 10'000, 100'000};
  if (!quick) sizes.push_back(1'000'000);
  double const bars[] = {1.1, 2.0, 2.5};

  std::vector<std::unique_ptr<counted_keys>> given;
  std::vector<std::unique_ptr<updating_stream>> updating;
  std::vector<std::unique_ptr<mapping_stream>> mapping;
  experiment work;
  auto const name = [](std::string const& how, std::uint64_t keys) {
    return how + ", " + std::to_string(keys / 1000) + " k keys";
  };
  for (auto n : sizes) {
    auto& keys =
        *given.emplace_back(std::make_unique<counted_keys>(n, quick ? 2U : 8U, quick ? 8U : 64U));
    auto& update = *updating.emplace_back(std::make_unique<updating_stream>(keys));
    auto& map = *mapping.emplace_back(std::make_unique<mapping_stream>(keys));
    work.records = keys.records;
    work.contenders.push_back(loop<flat_map_counter>(
        name("hand", n), keys, [](auto& c, key_block const& b) { c.count_all(b); }));
    work.contenders.push_back({name("update_state_by_key", n), [&update] { update.run(); }});
    work.contenders.push_back({name("map_with_state", n), [&map] { map.run(); }});
  }
  for (std::string const how : {"update_state_by_key", "map_with_state", "hand"})
    for (std::size_t i = 1; i != sizes.size(); ++i) {
      growth g{name(how, sizes[i]), name(how, sizes[i - 1])};
      if (how != "hand") g.bar = bars[i - 1];
      work.growths.push_back(std::move(g));
    }
  results.interleave(work);
  results.note("the same number of records, drawn from ten times as many keys");
}

}  // namespace bench
