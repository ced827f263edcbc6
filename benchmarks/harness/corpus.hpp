/// Text to count words in: records of 100 bytes whose words follow Zipf's law.
///
/// Thread rule: built by one thread, then only read. Promise: the same description gives the same
/// bytes; what counting each batch must yield is known from the generation, not from counting.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

/// What to generate.
struct corpus_plan {
  std::size_t bytes = std::size_t{64} << 20;
  std::size_t vocabulary = 10'000;
  std::size_t batch_bytes = std::size_t{16} << 20;
  std::size_t block_bytes = std::size_t{256} << 10;
  std::uint64_t seed = 1;
};

/// The result of counting words, folded so that the order does not matter.
struct word_counts {
  std::uint64_t words = 0;
  std::uint64_t distinct = 0;
  std::uint64_t checksum = 0;  ///< hash of the word times its count, summed

  /// Adds one result of a count.
  void add(std::string_view word, std::uint64_t count);
};

/// Whole records in blocks, blocks in batches.
struct corpus {
  std::vector<std::string> blocks;
  /// The blocks of batch i are `batches[i].first` to, excluding, `batches[i].second`.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> batches;
  std::vector<word_counts> expected;  ///< of each batch
  std::uint64_t records = 0;
  std::uint64_t words = 0;
  std::uint64_t bytes = 0;

  /// @throws if the result of counting batch `i` is not what it must be
  void check(std::size_t i, word_counts const& found) const;
};

corpus make_corpus(corpus_plan const& plan);

}  // namespace bench
