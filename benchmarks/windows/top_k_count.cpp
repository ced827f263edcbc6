// The ten most frequent words of a sliding window, on top of counting them.

#include <algorithm>
#include <atomic>
#include <mutex>

#include "cases.hpp"
#include "word_window.hpp"

namespace bench {

namespace {

constexpr std::size_t most_frequent = 10;

/// The greatest rows that it was offered. Rows of several partitions may come at the same time;
/// nearly all are refused by a look at the least count.
class top_words {
 public:
  void offer(word_count const& row) {
    if (row.second < least_.load(std::memory_order_relaxed)) return;
    std::lock_guard const guard{mutex_};
    auto const at = std::lower_bound(rows_.begin(), rows_.end(), row, more_frequent);
    if (at == rows_.end() && rows_.size() == most_frequent) return;
    rows_.insert(at, row);
    if (rows_.size() > most_frequent) rows_.pop_back();
    if (rows_.size() == most_frequent) least_ = rows_.back().second;
  }
  [[nodiscard]] std::vector<word_count> const& rows() const { return rows_; }

 private:
  std::atomic<long> least_ = 0;
  std::mutex mutex_;
  std::vector<word_count> rows_;
};

std::vector<word_count> top_of(windowed_text::counts const& window) {
  std::vector<word_count> all(window.begin(), window.end());
  std::sort(all.begin(), all.end(), more_frequent);
  all.resize(std::min(all.size(), most_frequent));
  return all;
}

/// The text with the top of every window.
struct ranked_text {
  explicit ranked_text(corpus_plan const& plan)
      : given{plan, [this](auto const& window) { top.push_back(top_of(window)); }} {}
  std::vector<std::vector<word_count>> top;  // before what fills it
  windowed_text given;
};

// The least that a consumer of all counts can do.
window_stream::output adding_up(windowed_text const& given) {
  return [&given](std::size_t batch, window_stream::counts const& counts) {
    auto const words =
        counts.map([](word_count const& row) { return row.second; }).reduce(std::plus<>{});
    expect("the number of words in the window", given.expected[batch % given.expected.size()].words,
           static_cast<std::uint64_t>(words));
  };
}

void check_top(ranked_text const& text, std::size_t batch, std::vector<word_count> const& found) {
  auto const& should = text.top[batch % text.top.size()];
  expect("the number of words in the top", should.size(), found.size());
  for (std::size_t i = 0; i != should.size(); ++i) {
    expect("the count of " + should[i].first, static_cast<std::uint64_t>(should[i].second),
           static_cast<std::uint64_t>(found[i].second));
    expect(should[i].first + " having its place", 1, should[i].first == found[i].first);
  }
}

window_stream::output by_heap(ranked_text const& text) {
  return [&text](std::size_t batch, window_stream::counts const& counts) {
    top_words top;
    counts.foreach ([&top](word_count const& row) { top.offer(row); });
    check_top(text, batch, top.rows());
  };
}

window_stream::output by_top(ranked_text const& text) {
  return [&text](std::size_t batch, window_stream::counts const& counts) {
    auto const less = [](auto const& a, auto const& b) { return more_frequent(b, a); };
    check_top(text, batch, counts.top(most_frequent, less));
  };
}

}  // namespace

void top_k_count(report& results) {
  auto const plan = window_plan(results.how().quick);
  ranked_text const text{plan};
  window_stream plain{text.given, with_inverse, adding_up(text.given)};
  window_stream heap{text.given, with_inverse, by_heap(text)};
  window_stream top{text.given, with_inverse, by_top(text)};
  experiment work;
  work.records = text.given.text.records;
  work.bytes = text.given.text.bytes;
  work.contenders = {{"word count", [&] { plain.run(); }},
                     {"top 10, foreach", [&] { heap.run(); }},
                     {"top 10, top()", [&] { top.run(); }}};
  work.comparisons = {{"top 10, foreach", "word count", 0.95, by::cpu, 0.99},
                      {"top 10, top()", "word count", 0.95, by::cpu, 0.99}};
  results.interleave(work);
  results.note("word count: a window of 30 batches, with inverse, whose counts are added up");
}

}  // namespace bench
