/// The user's word count in the forms that a program can give it, fed from memory.
///
/// Thread rule: used by one thread. Promise: no copy of the text in a timed run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <sluice/sluice.hpp>
#include <string>
#include <utility>
#include <vector>

#include "harness/corpus.hpp"

namespace bench {

using owned_counts = std::vector<std::pair<std::string, long>>;

/// `flat_map(split_words).map(pair).reduce_by_key(plus)` on a stream or an rdd of lines.
template <class Lines>
auto count_words(Lines const& lines) {
  return lines.flat_map(sluice::split_words)
      .map([](std::string_view word) {
        return std::pair{word, 1L};
      })
      .reduce_by_key(std::plus<>{});
}

/// A running stream. Its records are numbers of blocks that lie in memory, which become lines in
/// the first step: so the text is in the stream without being copied into it.
class word_stream {
 public:
  word_stream(corpus const& text, std::size_t parallelism);
  /// Sends every batch of the corpus through the stream and checks each result.
  void run();

 private:
  void take(sluice::rdd<std::pair<std::string, long>> const& counts);

  corpus const& text_;
  std::shared_ptr<sluice::batch_queue<std::uint32_t>> queue_;
  sluice::streaming_context context_;
  std::size_t next_ = 0;  ///< the batch whose result comes next
};

/// A job per batch, on text that `text_file` has loaded.
class word_jobs {
 public:
  explicit word_jobs(corpus const& text);
  void run();

 private:
  corpus const& text_;
  sluice::streaming_context context_;
  std::vector<sluice::rdd<std::string_view>> batches_;
};

}  // namespace bench
