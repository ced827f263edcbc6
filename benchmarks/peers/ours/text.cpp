// Grep and word count over files of lines.

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>

#include "files.hpp"
#include "harness/corpus.hpp"
#include "workloads.hpp"

namespace peers {

namespace {

constexpr std::string_view pattern = "streamed";
constexpr std::size_t one_in = 100;
constexpr std::size_t record_bytes = 100;

// Batches are an hour apart in the stream's own time, so that no clock cuts one in between.
constexpr std::chrono::hours step{1};
constexpr auto window = 30 * step;

constexpr auto matches = [](std::string_view line) { return line.find(pattern) != line.npos; };

/// Counts of words, folded so that their order does not matter.
struct word_sums {
  std::uint64_t words = 0;
  std::uint64_t distinct = 0;
  std::uint64_t checksum = 0;

  word_sums& operator+=(word_sums const& other) {
    words += other.words;
    distinct += other.distinct;
    checksum += other.checksum;
    return *this;
  }
  friend word_sums operator+(word_sums a, word_sums const& b) { return a += b; }
  [[nodiscard]] std::string text() const {
    return std::to_string(words) + "/" + std::to_string(distinct) + "/" + std::to_string(checksum);
  }
};

word_sums folded(std::pair<std::string, long> const& pair) {
  auto const n = static_cast<std::uint64_t>(pair.second);
  return {n, 1, n * crc32(pair.first)};
}

/// Runs a stream with one file per batch.
template <class Build>
outcome run_files(std::string const& directory, sluice::options const& how, Build build) {
  auto const queue = std::make_shared<sluice::batch_queue<piece>>();
  sluice::streaming_context context{how};
  std::string answer;
  auto const read = build(context.queue_stream(queue).flat_map<std::string_view>(lines_of));
  context.start();
  std::uintmax_t bytes = 0;
  auto const files = files_in(directory);
  for (auto const& file : files) bytes += std::filesystem::file_size(file);
  stopwatch const watch;
  for (auto const& file : files) queue->push(pieces_of(file));
  context.run_until_idle();
  auto const result = watch.stop(bytes / record_bytes, read());
  context.stop(sluice::stop_mode::drain);
  return result;
}

outcome grep(std::string const& directory) {
  std::uint64_t found = 0;
  return run_files(directory, stream_options(), [&found](auto const& lines) {
    lines.filter(matches).count().foreach_rdd([&found](auto const& counts) {
      for (auto n : counts.collect()) found += static_cast<std::uint64_t>(n);
    });
    return [&found] { return std::to_string(found); };
  });
}

auto words_in(auto const& lines) {
  return lines.flat_map(sluice::split_words).map([](std::string_view word) {
    return std::pair{word, 1L};
  });
}

/// The results of all batches, added up.
auto sum_up(auto const& counts, word_sums& into) {
  counts.foreach_rdd(
      [&into](auto const& pairs) { into += pairs.map(folded).reduce(std::plus<>{}); });
  return [&into] { return into.text(); };
}

outcome word_count(std::string const& directory) {
  word_sums sums;
  return run_files(directory, stream_options(), [&sums](auto const& lines) {
    return sum_up(words_in(lines).reduce_by_key(std::plus<>{}), sums);
  });
}

outcome word_count_window(std::string const& directory) {
  auto how = stream_options();
  how.trigger = sluice::every(step);
  word_sums sums;
  return run_files(directory, how, [&sums](auto const& lines) {
    auto const counted = [](auto const&, long n) { return n != 0; };
    return sum_up(
        words_in(lines).reduce_by_key_and_window(std::plus<>{}, std::minus<>{}, counted, window),
        sums);
  });
}

constexpr std::array<std::uint32_t, 256> crc_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i != table.size(); ++i) {
    auto rest = i;
    for (int bit = 0; bit != 8; ++bit) rest = (rest >> 1U) ^ ((rest & 1U) * 0xedb88320U);
    table[i] = rest;
  }
  return table;
}();

}  // namespace

std::uint32_t crc32(std::string_view bytes) {
  auto rest = ~std::uint32_t{0};
  for (auto byte : bytes)
    rest = (rest >> 8U) ^ crc_table[(rest ^ static_cast<unsigned char>(byte)) & 0xffU];
  return ~rest;
}

void write_text(std::string const& directory, std::size_t bytes, std::size_t files) {
  bench::corpus_plan plan;
  plan.bytes = bytes;
  plan.batch_bytes = bytes / files;
  plan.block_bytes = std::min(plan.block_bytes, plan.batch_bytes);
  auto text = bench::make_corpus(plan);
  std::uint64_t record = 0;
  for (std::size_t i = 0; i != text.batches.size(); ++i) {
    auto const number = std::to_string(1'000 + i).substr(1);
    std::ofstream out{directory + "/part-" + number, std::ios::binary};
    for (auto b = text.batches[i].first; b != text.batches[i].second; ++b) {
      auto& block = text.blocks[b];
      for (std::size_t at = 0; at != block.size(); at += record_bytes)
        if (record++ % one_in == 0) {
          auto const offset = record / one_in * 13 % (record_bytes - 1 - pattern.size());
          std::memcpy(block.data() + at + offset, pattern.data(), pattern.size());
        }
      out << block;
    }
    if (!out.flush()) throw std::runtime_error{"cannot write into " + directory};
  }
}

std::map<std::string, workload> text_workloads() {
  return {{"grep", grep}, {"word_count", word_count}, {"word_count_window", word_count_window}};
}

}  // namespace peers
