/// Words in a sliding window of 30 batches: the text, what a window of it must hold, the stream.
///
/// Thread rule: built by one thread, then only read. Promise: what a window must hold is counted
/// apart from what is compared.
#pragma once

#include <functional>
#include <sluice/sluice.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harness/block_stream.hpp"
#include "harness/corpus.hpp"
#include "word_count/hand.hpp"

namespace bench {

inline constexpr std::size_t window_batches = 30;

using word_count = std::pair<std::string, long>;

/// More often first; of words that are as frequent, the one that comes first in the dictionary.
constexpr auto more_frequent = [](auto const& a, auto const& b) {
  return a.second != b.second ? a.second > b.second : a.first < b.first;
};

/// The text goes round and round; before the clock starts it has filled the window.
struct windowed_text {
  using counts = std::unordered_map<std::string_view, std::uint64_t>;

  /// @param visit  called with the counts of each full window, in the order of its newest batch
  template <class Visit>
  windowed_text(corpus_plan const& plan, Visit&& visit) : text{make_corpus(plan)} {
    std::vector<counts> of_batch;
    for (auto const& [first, last] : text.batches) {
      auto& batch = of_batch.emplace_back();
      for (auto b = first; b != last; ++b)
        words_by_byte(text.blocks[b], [&](std::string_view word) { ++batch[word]; });
    }
    auto const n = of_batch.size();
    for (std::size_t newest = 0; newest != n; ++newest) {
      counts window;
      for (std::size_t age = 0; age != window_batches; ++age)
        for (auto const& [word, k] : of_batch[(newest + window_batches * n - age) % n])
          window[word] += k;
      auto& all = expected.emplace_back();
      for (auto const& [word, k] : window) all.add(word, k);
      visit(window);
    }
  }
  explicit windowed_text(corpus_plan const& plan) : windowed_text{plan, [](counts const&) {}} {}

  void check(std::size_t batch, word_counts const& found) const {
    auto const& should = expected[batch % expected.size()];
    expect("the number of words in the window", should.words, found.words);
    expect("the number of distinct words in the window", should.distinct, found.distinct);
    expect("the checksum of the window's counts", should.checksum, found.checksum);
  }
  /// How often the whole text must pass until the window is full.
  std::size_t passes_to_fill() const {
    return (window_batches + expected.size() - 1) / expected.size();
  }

  corpus text;
  std::vector<word_counts> expected;  ///< of the full window that ends with a batch
};

/// Text of 16 batches.
inline corpus_plan window_plan(bool quick) {
  corpus_plan plan;
  plan.bytes = std::size_t{quick ? 2U : 64U} << 20U;
  plan.batch_bytes = plan.bytes / 16;
  plan.block_bytes = std::min(plan.block_bytes, plan.batch_bytes);
  return plan;
}

auto pairs_of(auto const& blocks, corpus const& text) {
  return blocks
      .template flat_map<std::string_view>([&text](std::uint32_t block, auto&& emit) {
        sluice::for_each_line(text.blocks[block], emit);
      })
      .flat_map(sluice::split_words)
      .map([](std::string_view word) {
        return std::pair{word, 1L};
      });
}

constexpr auto with_inverse = [](auto const& pairs) {
  auto const counted = [](auto const&, long n) { return n != 0; };
  return pairs.reduce_by_key_and_window(std::plus<>{}, std::minus<>{}, counted,
                                        window_batches * step);
};

constexpr auto without_inverse = [](auto const& pairs) {
  return pairs.reduce_by_key_and_window(std::plus<>{}, window_batches * step);
};

/// The text as a stream; once the window is full, each goes to an output that checks it.
class window_stream {
 public:
  using counts = sluice::rdd<word_count>;
  using output = std::function<void(std::size_t batch, counts const&)>;

  /// @param window  makes counts in a window of pairs
  template <class Window>
  window_stream(windowed_text const& given, Window window, output check,
                std::size_t parallelism = 1)
      : given_{given},
        check_{std::move(check)},
        stream_{stepped_options(parallelism), [&](auto const& blocks) {
                  window(pairs_of(blocks, given.text)).foreach_rdd([this](auto const& found) {
                    if (auto const batch = batches_++; full_) check_(batch, found);
                  });
                }} {
    for (std::size_t i = 0; i != given.passes_to_fill(); ++i) pass();
    full_ = true;
  }
  void run() {
    auto const before = batches_;
    pass();
    expect("the number of windows", before + given_.expected.size(), batches_);
  }

 private:
  void pass() {
    auto const& text = given_.text;
    stream_.run(static_cast<std::uint32_t>(text.blocks.size()), text.batches.front().second);
  }

  windowed_text const& given_;
  output check_;
  bool full_ = false;
  std::size_t batches_ = 0;
  block_stream stream_;
};

}  // namespace bench
