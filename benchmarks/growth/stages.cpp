// Stages with a link between each two: every record is put into a block and handed to the next
// task.

#include <memory>

#include "numbers.hpp"
#include "state/counters.hpp"

namespace bench {

namespace {

constexpr double nanoseconds_allowed = 10;
constexpr std::size_t records_per_batch = 1'024;

constexpr auto mixed = [](std::uint64_t x) { return (x + 1) ^ (x >> 1U); };

std::uint64_t mixed_often(std::uint64_t x, std::size_t times) {
  for (std::size_t i = 0; i != times; ++i) x = mixed(x);
  return x;
}

template <std::size_t Stages, class Stream>
auto linked(Stream const& stream) {
  if constexpr (Stages == 0)
    return stream;
  else
    return linked<Stages - 1>(stream.map(mixed).repartition(1));
}

template <std::size_t Stages>
std::unique_ptr<summing_stream> stream_of(std::vector<key_block> const& blocks) {
  return std::make_unique<summing_stream>(
      blocks, sum_of(blocks, [](auto x) { return mixed_often(x, Stages); }),
      [](auto const& numbers) { return linked<Stages>(numbers); });
}

}  // namespace

void linked_stages(report& results) {
  std::vector<key_block> blocks(results.how().quick ? 256 : 8'192);
  for (std::size_t i = 0; i != blocks.size(); ++i)
    for (std::size_t k = 0; k != records_per_batch; ++k)
      blocks[i].push_back(key_of(i * records_per_batch + k));
  auto const one = stream_of<1>(blocks);
  auto const four = stream_of<4>(blocks);
  auto const ten = stream_of<10>(blocks);
  auto const records = static_cast<double>(blocks.size() * records_per_batch);
  finding of_stage{"CPU per record and stage / 10 ns", "cpu", {}, 1.0, true};
  finding linear{"stages 5 to 10 : 2 to 4, each", "growth", {}};
  for (auto const* each : {&one, &four, &ten}) (*each)->run(1);
  auto const cpu_of = [](summing_stream& stream) {
    stopwatch const watch;
    stream.run(1);
    return watch.passed().cpu;
  };
  for (std::size_t round = 0; round != results.how().rounds; ++round) {
    auto const first = cpu_of(*one), fourth = cpu_of(*four), tenth = cpu_of(*ten);
    of_stage.samples.push_back((tenth - first) / 9 / records * 1e9 / nanoseconds_allowed);
    linear.samples.push_back((tenth - fourth) / 6 / ((fourth - first) / 3));
  }
  results.add(std::move(of_stage));
  results.add(std::move(linear));
  results.note("batches of " + std::to_string(records_per_batch) +
               " records of 8 bytes, repartition(1) between two stages");
}

}  // namespace bench
