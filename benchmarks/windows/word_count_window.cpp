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

// Partitions are added up on their own, at the same time.
window_stream::output checking(windowed_text const& given) {
  return [&given](std::size_t batch, window_stream::counts const& counts) {
    auto const one = [](word_count const& pair) {
      word_counts sums;
      sums.add(pair.first, static_cast<std::uint64_t>(pair.second));
      return sums;
    };
    auto const merge = [](word_counts a, word_counts const& b) {
      return word_counts{a.words + b.words, a.distinct + b.distinct, a.checksum + b.checksum};
    };
    given.check(batch, counts.map(one).reduce(merge));
  };
}

}  // namespace

void word_count_window(report& results) {
  auto const plan = window_plan(results.how().quick);
  windowed_text const given{plan};
  hand_loop hand{given};
  auto const check = checking(given);
  window_stream inverse{given, with_inverse, check};
  window_stream any{given, without_inverse, check};
  window_stream two{given, with_inverse, check, 2};
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
