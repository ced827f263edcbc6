#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "harness/block_stream.hpp"
#include "harness/corpus.hpp"
#include "word_count/hand.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

corpus_plan small_plan() {
  corpus_plan plan;
  plan.bytes = std::size_t{2} << 20U;
  plan.batch_bytes = plan.bytes;
  plan.vocabulary = 1'000;
  return plan;
}

/// The text as one batch, and the stream that counts its words.
class counted_text {
 public:
  counted_text()
      : text_{make_corpus(small_plan())},
        stream_{stream_options(1),
                [this](auto const& blocks) {
                  blocks
                      .template flat_map<std::string_view>([this](std::uint32_t at, auto&& emit) {
                        sluice::for_each_line(text_.blocks[at], emit);
                      })
                      .flat_map(sluice::split_words)
                      .map([](std::string_view word) {
                        return std::pair{word, 1L};
                      })
                      .reduce_by_key(std::plus<>{})
                      .foreach_rdd([this](auto const& counts) {
                        counts.foreach ([this](auto const& pair) { add(pair); });
                      });
                },
                sluice::in_calling_thread()} {}

  [[nodiscard]] std::uint64_t records() const { return text_.records; }
  void by_hand() {
    counter_.clear();
    for (auto const& block : text_.blocks)
      words_by_mask(block, [this](std::string_view word) { counter_.count(word); });
    for (auto const& pair : counter_.result()) add(pair);
    check();
  }
  void by_stream() {
    auto const blocks = static_cast<std::uint32_t>(text_.blocks.size());
    stream_.run(blocks, blocks);
    check();
  }

 private:
  void add(std::pair<std::string, long> const& result) {
    found_.add(result.first, static_cast<std::uint64_t>(result.second));
  }
  void check() { text_.check(0, std::exchange(found_, {})); }

  corpus text_;
  flat_map_counter counter_;
  word_counts found_;
  block_stream stream_;
};

}  // namespace

workload word_count() {
  auto const all = std::make_shared<counted_text>();
  return {"word_count", all->records(), [all] { all->by_hand(); }, [all] { all->by_stream(); }};
}

}  // namespace bench
