// Pipelines of all kinds of operators in storms: what they let out is what they let out
// undisturbed. SLUICE_SEEDS sets the number of runs, SLUICE_SEED the first seed.
#include <doctest/doctest.h>
#include <cstdlib>

#include "word_count_pipeline.hpp"

using namespace sluice;
using namespace sluice::testkit;
using namespace std::chrono_literals;

namespace {

using counted = std::pair<std::string, long>;

std::uint64_t from_environment(char const* name, std::uint64_t otherwise) {
  auto const* const text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

counted one(std::string_view w) { return {std::string{w}, 1}; }

dstream<std::string> lines(streaming_context& ssc, scene& in) {
  return in.input<std::string>(
      ssc, {{"a b", "c"}, {"b b"}, {}, {"c a a", "d"}, {"a"}, {}, {"e b"}, {"d d"}});
}

void survives(pipeline_builder const& build, experiment_options o = {}) {
  o.faults = storm(2);
  auto const seeds = from_environment("SLUICE_SEEDS", 500);
  auto const done = for_seeds(seeds, build, o, from_environment("SLUICE_SEED", 1));
  CHECK(done.runs == seeds);
  MESSAGE(done.faults, " faults, ", done.processes, " processes, ", done.steps, " steps");
}

}  // namespace

TEST_CASE("storm: running totals and a window, 10,000 times") {
  auto const seeds = from_environment("SLUICE_SEEDS", 10'000);
  auto const done = for_seeds(seeds, tests::declare_word_count, {.faults = storm()},
                              from_environment("SLUICE_SEED", 1));
  CHECK(done.runs == seeds);
  MESSAGE(done.faults, " faults, ", done.processes, " processes, ", done.steps, " steps");
}

TEST_CASE("storm: two streams joined, cogrouped and united") {
  survives([](streaming_context& ssc, scene& in) {
    auto words = lines(ssc, in).flat_map(split_words).map(one);
    auto prices =
        in.input<counted>(ssc, {{{"a", 10}, {"b", 20}}, {{"b", 21}}, {{"c", 30}}, {{"a", 11}}});
    words.reduce_by_key(std::plus<>{})
        .left_outer_join(prices)
        .map([](auto const& joined) {
          auto const& [word, both] = joined;
          return std::pair{word, both.first * both.second.value_or(1)};
        })
        .to(in.output<counted>("joined"));
    words.union_with(prices).reduce_by_key(std::plus<>{}).to(in.output<counted>("united"));
  });
}

TEST_CASE("storm: windows with and without inverse, of keys and of all") {
  survives([](streaming_context& ssc, scene& in) {
    auto words = lines(ssc, in).flat_map(split_words).map(one);
    words.reduce_by_key_and_window(std::plus<>{}, 3h, 1h).to(in.output<counted>("forward"));
    words.reduce_by_key_and_window(std::plus<>{}, std::minus<>{}, 4h, 2h)
        .to(in.output<counted>("inverse"));
    words.window(2h, 1h)
        .map([](auto const& w) { return w.first; })
        .count()
        .to(in.output<long>("counted"));
  });
}

TEST_CASE("storm: state per key with a timeout, and its snapshots") {
  survives([](streaming_context& ssc, scene& in) {
    auto visits = lines(ssc, in)
                      .flat_map(split_words)
                      .map(one)
                      .map_with_state(state_spec([](std::string const& word, std::optional<long> n,
                                                    state<long>& sum) {
                                        if (sum.is_timing_out()) return counted{word, -sum.get()};
                                        sum.update((sum.exists() ? sum.get() : 0) + n.value_or(0));
                                        return counted{word, sum.get()};
                                      }).timeout(2h));
    visits.to(in.output<counted>("visits"));
    visits.state_snapshots().to(in.output<counted>("snapshots"));
  });
}

TEST_CASE("storm: records that cannot be worked on become dead letters") {
  experiment_options o;
  o.context.on_record_error = error_action::dead_letter;
  survives(
      [](streaming_context& ssc, scene& in) {
        lines(ssc, in)
            .flat_map(split_words)
            .map([](std::string_view w) {
              if (w == "b") throw std::runtime_error{"no b"};
              return one(w);
            })
            .reduce_by_key(std::plus<>{})
            .to(in.output<counted>("without b"));
      },
      o);
}

TEST_CASE("storm: files that are there and files that are written") {
  experiment_options o;
  o.takes_all = false;
  o.before = [](scene& in) {
    in.outside().storage().put("incoming/1.txt", "one two\ntwo\n");
    in.outside().storage().put("incoming/2.txt", "three one\n");
    in.outside().storage().put("incoming/3.txt", "two two three\n");
  };
  survives(
      [](streaming_context& ssc, scene& in) {
        auto words = ssc.text_file_stream("incoming").flat_map(split_words).map(one);
        words
            .update_state_by_key([](std::span<long const> news, std::optional<long> old) {
              long sum = old.value_or(0);
              for (auto n : news) sum += n;
              return std::optional{sum};
            })
            .save_as_text_files("out/totals", "txt");
        words.map([](auto const& w) { return w.first; }).to(in.output<std::string>("words"));
      },
      o);
}
