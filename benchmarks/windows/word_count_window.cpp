// Words in a sliding window: 30 batches, emitted with every batch.

#include "cases.hpp"
#include "hand.hpp"
#include "harness/block_stream.hpp"
#include "harness/corpus.hpp"
#include "word_count/hand.hpp"
#include "word_window.hpp"

namespace bench {

namespace {

word_counts folded(std::vector<std::pair<std::string, long>> const& counts) {
  word_counts found;
  for (auto const& [word, n] : counts) found.add(word, static_cast<std::uint64_t>(n));
  return found;
}

class hand_loop {
 public:
  explicit hand_loop(windowed_text const& given) : given_{given}, window_{window_batches} {
    for (std::size_t i = 0; i != given.passes_to_fill(); ++i) pass([](std::size_t) {});
  }
  void run() {
    pass([this](std::size_t batch) { given_.check(batch, folded(window_.result<std::string>())); });
  }

 private:
  template <class After>
  void pass(After after) {
    auto const& text = given_.text;
    for (std::size_t i = 0; i != text.batches.size(); ++i) {
      for (auto b = text.batches[i].first; b != text.batches[i].second; ++b)
        words_by_mask(text.blocks[b], [this](std::string_view word) { counts_.count(word); });
      window_.slide(std::make_shared<hand_counts<std::string_view>::pairs const>(counts_.take()));
      after(i);
    }
  }

  windowed_text const& given_;
  hand_counts<std::string_view> counts_;
  hand_window<std::string_view> window_;
};

constexpr auto without_inverse = [](auto const& pairs) {
  return pairs.reduce_by_key_and_window(std::plus<>{}, window_batches * step);
};

class window_stream {
 public:
  template <class Window>
  window_stream(windowed_text const& given, Window window, std::size_t parallelism = 1)
      : given_{given}, stream_{stepped_options(parallelism), [&](auto const& blocks) {
                                 window(pairs_of(blocks, given.text))
                                     .foreach_rdd([this](auto const& counts) { take(counts); });
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
    auto const& batches = given_.text.batches;
    stream_.run(static_cast<std::uint32_t>(given_.text.blocks.size()), batches.front().second);
  }
  void take(sluice::rdd<std::pair<std::string, long>> const& counts) {
    auto const batch = batches_++;
    if (!full_) return;
    // Partitions are added up on their own, at the same time.
    auto const one = [](std::pair<std::string, long> const& pair) {
      word_counts sums;
      sums.add(pair.first, static_cast<std::uint64_t>(pair.second));
      return sums;
    };
    auto const merge = [](word_counts a, word_counts const& b) {
      return word_counts{a.words + b.words, a.distinct + b.distinct, a.checksum + b.checksum};
    };
    given_.check(batch, counts.map(one).reduce(merge));
  }

  windowed_text const& given_;
  bool full_ = false;
  std::size_t batches_ = 0;
  block_stream stream_;
};

}  // namespace

void word_count_window(report& results) {
  auto const plan = window_plan(results.how().quick);
  windowed_text const given{plan};
  hand_loop hand{given};
  window_stream inverse{given, with_inverse};
  window_stream any{given, without_inverse};
  window_stream two{given, with_inverse, 2};
  experiment work;
  work.records = given.text.records;
  work.bytes = given.text.bytes;
  work.contenders = {{"hand", [&] { hand.run(); }},
                     {"with inverse", [&] { inverse.run(); }},
                     {"without inverse", [&] { any.run(); }},
                     {"with inverse, two workers", [&] { two.run(); }}};
  work.comparisons = {{"with inverse", "hand", 0.65},
                      {"without inverse", "hand", 0.65},
                      {"with inverse, two workers", "hand", 1.3, by::busiest}};
  results.interleave(work);
  results.note("10,000 different words, batches of " + std::to_string(plan.batch_bytes >> 10U) +
               " KiB, a window of 30 batches that is emitted with every batch");
}

}  // namespace bench
