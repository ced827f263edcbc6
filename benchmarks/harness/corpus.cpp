#include "corpus.hpp"

#include <algorithm>
#include <sluice/operators/hash.hpp>

#include "bench.hpp"
#include "random.hpp"

namespace bench {

namespace {

constexpr std::size_t record_bytes = 100;

/// Different words of 3 to 9 letters. Lengths take turns, so that the frequent words, too, are six
/// letters long on average.
std::vector<std::string> make_vocabulary(std::size_t size, random_bits& random) {
  std::vector<std::string> words;
  std::vector<std::string> sorted;
  while (words.size() < size) {
    auto const missing = size - words.size();
    for (std::size_t i = 0; i != missing; ++i) {
      auto const length = (5 * words.size() + 3) % 7 + 3;
      std::string word(length, 'a');
      for (auto& letter : word) letter = static_cast<char>('a' + random() % 26);
      words.push_back(std::move(word));
    }
    // Of equal words the first stays; what is missing is drawn again.
    sorted = words;
    std::sort(sorted.begin(), sorted.end());
    std::vector<bool> seen(sorted.size());
    std::erase_if(words, [&](std::string const& word) {
      auto const at = std::lower_bound(sorted.begin(), sorted.end(), word) - sorted.begin();
      auto const again = bool{seen[static_cast<std::size_t>(at)]};
      seen[static_cast<std::size_t>(at)] = true;
      return again;
    });
  }
  return words;
}

/// Appends words to a corpus and keeps the books of the current batch.
class writer {
 public:
  writer(corpus& into, corpus_plan const& plan)
      : into_{into},
        random_{plan.seed},
        words_{make_vocabulary(plan.vocabulary, random_)},
        draw_{plan.vocabulary},
        counts_(plan.vocabulary) {}

  /// A word that does not fit any more leaves the rest of its record to spaces.
  void record(std::string& block) {
    auto const end = block.size() + record_bytes - 1;
    for (;;) {
      auto const rank = draw_(random_);
      auto const& word = words_[rank];
      if (block.size() + word.size() > end) break;
      block += word;
      ++counts_[rank];
      if (block.size() != end) block += ' ';
    }
    block.resize(end, ' ');
    block += '\n';
    ++into_.records;
  }

  void end_batch() {
    word_counts total;
    for (std::size_t rank = 0; rank != counts_.size(); ++rank)
      if (auto const n = std::exchange(counts_[rank], 0); n != 0) total.add(words_[rank], n);
    into_.words += total.words;
    into_.expected.push_back(total);
  }

 private:
  corpus& into_;
  random_bits random_;
  std::vector<std::string> words_;
  zipf draw_;
  std::vector<std::uint64_t> counts_;
};

}  // namespace

void word_counts::add(std::string_view word, std::uint64_t count) {
  words += count;
  ++distinct;
  checksum += sluice::key_hash<std::string>{}(word)*count;
}

void corpus::check(std::size_t i, word_counts const& found) const {
  auto const batch = " of batch " + std::to_string(i);
  expect("the number of words" + batch, expected[i].words, found.words);
  expect("the number of distinct words" + batch, expected[i].distinct, found.distinct);
  expect("the checksum of the counts" + batch, expected[i].checksum, found.checksum);
}

corpus make_corpus(corpus_plan const& plan) {
  corpus result;
  writer text{result, plan};
  auto const records = plan.block_bytes / record_bytes;
  auto const per_batch = std::max<std::size_t>(1, plan.batch_bytes / plan.block_bytes);
  auto const batches = std::max<std::size_t>(1, plan.bytes / plan.batch_bytes);
  for (std::size_t batch = 0; batch != batches; ++batch) {
    auto const first = static_cast<std::uint32_t>(result.blocks.size());
    for (std::size_t b = 0; b != per_batch; ++b) {
      auto& block = result.blocks.emplace_back();
      block.reserve(plan.block_bytes);
      for (std::size_t r = 0; r != records; ++r) text.record(block);
      result.bytes += block.size();
    }
    text.end_batch();
    result.batches.emplace_back(first, static_cast<std::uint32_t>(result.blocks.size()));
  }
  return result;
}

}  // namespace bench
