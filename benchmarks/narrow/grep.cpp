// Counting the lines that contain a pattern.

#include <cstring>
#include <string>
#include <string_view>

#include "cases.hpp"
#include "harness/block_stream.hpp"
#include "harness/corpus.hpp"

namespace bench {

namespace {

// Of frequent letters, so that a search for the first one alone does not do; not a word of the
// corpus, whose words are random.
constexpr std::string_view pattern = "streamed";
constexpr std::size_t record_bytes = 100;
constexpr std::uint32_t blocks_per_batch = 64;

bool matches(std::string_view line) { return line.find(pattern) != std::string_view::npos; }

/// Text in which one record out of `one_in` contains the pattern.
struct searched_text {
  std::vector<std::string> blocks;
  std::uint64_t records = 0;
  std::uint64_t hits = 0;

  searched_text(std::vector<std::string> const& plain, std::uint64_t one_in) : blocks{plain} {
    for (auto& each : blocks)
      for (std::size_t at = 0; at != each.size(); at += record_bytes, ++records)
        if (records % one_in == 0) {
          auto const offset = (records / one_in * 13) % (record_bytes - 1 - pattern.size());
          std::memcpy(each.data() + at + offset, pattern.data(), pattern.size());
          ++hits;
        }
  }
};

std::uint64_t hits_by_hand(std::string_view text) {
  std::uint64_t hits = 0;
  while (!text.empty()) {
    auto const* const end = static_cast<char const*>(std::memchr(text.data(), '\n', text.size()));
    auto const length = static_cast<std::size_t>(end - text.data());
    if (matches(text.substr(0, length))) ++hits;
    text.remove_prefix(length + 1);
  }
  return hits;
}

class searching_stream {
 public:
  searching_stream(searched_text const& text, std::size_t parallelism)
      : text_{text}, stream_{stream_options(parallelism), [&](auto const& indices) {
                               indices
                                   .template flat_map<std::string_view>(
                                       [&text](std::uint32_t at, auto&& emit) {
                                         sluice::for_each_line(text.blocks[at], emit);
                                       })
                                   .filter(matches)
                                   .count()
                                   .foreach_rdd([this](auto const& counts) {
                                     for (auto n : counts.collect())
                                       hits_ += static_cast<std::uint64_t>(n);
                                   });
                             }} {}
  void run() {
    hits_ = 0;
    stream_.run(static_cast<std::uint32_t>(text_.blocks.size()), blocks_per_batch);
    expect("the number of lines", text_.hits, hits_);
  }

 private:
  searched_text const& text_;
  std::uint64_t hits_ = 0;
  block_stream stream_;
};

void search(report& results, std::vector<std::string> const& plain, std::uint64_t one_in) {
  searched_text const text{plain, one_in};
  searching_stream one{text, 1};
  searching_stream two{text, 2};
  auto const suffix = ", 1 of " + std::to_string(one_in);
  auto const hand = "hand" + suffix;
  auto const stream = "stream" + suffix;
  auto const both = "two workers" + suffix;
  experiment work;
  work.records = text.records;
  work.bytes = text.records * record_bytes;
  work.contenders = {{hand,
                      [&] {
                        std::uint64_t hits = 0;
                        for (auto const& each : text.blocks) hits += hits_by_hand(each);
                        expect("the number of lines", text.hits, hits);
                      }},
                     {stream, [&] { one.run(); }},
                     {both, [&] { two.run(); }}};
  work.comparisons = {{stream, hand, 0.75}, {both, hand, 1.8, by::busiest}};
  results.interleave(work);
}

}  // namespace

void grep(report& results) {
  corpus_plan plan;
  plan.bytes = std::size_t{results.how().quick ? 2U : 128U} << 20U;
  plan.batch_bytes = plan.bytes;
  auto const text = make_corpus(plan);
  for (std::uint64_t one_in : {10'000U, 100U, 2U}) search(results, text.blocks, one_in);
  results.note("lines of 100 bytes; `1 of N`: one line of N contains the pattern");
}

}  // namespace bench
