// Word count on text in memory: how much of a hand-written loop's speed is left, and what a second
// worker adds.

#include <thread>

#include "hand.hpp"
#include "harness/bench.hpp"
#include "product.hpp"

namespace bench {

namespace {

corpus_plan plan_for(settings const& how, std::size_t vocabulary) {
  corpus_plan plan;
  plan.vocabulary = vocabulary;
  plan.bytes = std::size_t{how.quick ? 2U : 256U} << 20U;
  plan.batch_bytes = std::size_t{how.quick ? 1U : 16U} << 20U;
  return plan;
}

word_counts folded(owned_counts const& counts) {
  word_counts found;
  for (auto const& [word, n] : counts) found.add(word, static_cast<std::uint64_t>(n));
  return found;
}

void words_by_product(std::string_view text, auto&& visit) {
  sluice::for_each_line(text, [&](std::string_view line) { sluice::split_words(line, visit); });
}

/// A contender that counts batch after batch in one loop.
template <class Counter, class Split>
contender hand_loop(std::string name, corpus const& text, Split split) {
  return {std::move(name), [&text, split, counter = Counter{}]() mutable {
            for (std::size_t i = 0; i != text.batches.size(); ++i) {
              counter.clear();
              auto const [first, last] = text.batches[i];
              for (auto b = first; b != last; ++b)
                split(text.blocks[b], [&](std::string_view word) { counter.count(word); });
              text.check(i, folded(counter.result()));
            }
          }};
}

constexpr auto by_mask = [](std::string_view text, auto&& visit) { words_by_mask(text, visit); };
constexpr auto by_byte = [](std::string_view text, auto&& visit) { words_by_byte(text, visit); };
constexpr auto by_product = [](std::string_view text, auto&& visit) {
  words_by_product(text, visit);
};

/// Each thread counts half of every batch; their results are added up as a shuffle would.
contender hand_threads(corpus const& text) {
  return {"hand, two threads", [&text] {
            for (std::size_t i = 0; i != text.batches.size(); ++i) {
              auto const [first, last] = text.batches[i];
              auto const middle = first + (last - first) / 2;
              flat_map_counter halves[2];
              auto const work = [&text](flat_map_counter& into, std::uint32_t from,
                                        std::uint32_t to) {
                for (auto b = from; b != to; ++b)
                  words_by_mask(text.blocks[b], [&](std::string_view word) { into.count(word); });
              };
              std::thread other{work, std::ref(halves[1]), middle, last};
              work(halves[0], first, middle);
              other.join();
              boost::unordered_flat_map<std::string, long, sluice::key_hash<std::string>,
                                        sluice::key_equal<std::string>>
                  merged;
              for (auto const& half : halves)
                for (auto& [word, n] : half.result()) merged[word] += n;
              text.check(i, folded({merged.begin(), merged.end()}));
            }
          }};
}

void in_memory(report& results, std::size_t vocabulary, std::optional<double> bar) {
  auto const text = make_corpus(plan_for(results.how(), vocabulary));
  word_stream stream{text, 1};
  word_jobs jobs{text};
  experiment work;
  work.records = text.records;
  work.bytes = text.bytes;
  work.contenders = {hand_loop<flat_map_counter>("hand", text, by_mask),
                     {"stream", [&] { stream.run(); }},
                     {"rdd", [&] { jobs.run(); }},
                     hand_loop<flat_map_counter>("hand, split_words", text, by_product),
                     hand_loop<key_table_counter>("key_table, split_words", text, by_product),
                     hand_loop<flat_map_counter>("hand, byte by byte", text, by_byte)};
  work.comparisons = {{"stream", "hand", bar},
                      {"rdd", "hand", bar},
                      {"stream", "hand, byte by byte"},
                      {"hand, split_words", "hand"},
                      {"key_table, split_words", "hand"}};
  work.heap = {{"stream", allowed_allocations, text.batches.size()},
               {"rdd", allowed_allocations, text.batches.size()}};
  results.interleave(work);
  results.note(std::to_string(text.words / text.records) + " words per record, " +
               std::to_string(vocabulary) + " different ones, batches of " +
               std::to_string(text.bytes / text.batches.size() >> 10U) + " KiB");
}

void two_workers(report& results) {
  auto const text = make_corpus(plan_for(results.how(), 10'000));
  word_stream one{text, 1};
  word_stream two{text, 2};
  experiment work;
  work.records = text.records;
  work.bytes = text.bytes;
  work.contenders = {{"one worker", [&] { one.run(); }},
                     {"two workers", [&] { two.run(); }},
                     hand_loop<flat_map_counter>("hand", text, by_mask),
                     hand_threads(text)};
  work.comparisons = {{"two workers", "one worker", {}, by::wall},
                      {"two workers", "one worker", {}, by::busiest},
                      {"two workers", "hand", 1.4, by::busiest},
                      {"two workers", "hand", {}, by::wall},
                      {"hand, two threads", "hand", {}, by::wall}};
  results.interleave(work);
  results.note("`hand, two threads`, by wall, is what the machine gave to two threads");
  results.note("`thread` compares the busiest threads: the speed-up if both cores were free");
}

}  // namespace

}  // namespace bench

int main(int argc, char** argv) {
  return bench::run_program(
      argc, argv,
      {{"word_count_memory", "one worker against a hand-written loop, 10,000 different words",
        [](bench::report& r) { bench::in_memory(r, 10'000, 0.70); }},
       {"word_count_memory_1m", "the same with 1,000,000 different words (50,000 with --quick)",
        [](bench::report& r) { bench::in_memory(r, r.how().quick ? 50'000 : 1'000'000, {}); }},
       {"word_count_two_workers", "two workers against one, and against a loop",
        bench::two_workers}});
}
