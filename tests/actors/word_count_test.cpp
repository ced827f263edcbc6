#include <doctest/doctest.h>
#include <sluice/testkit.hpp>

using namespace sluice;
using testkit::simulation;

namespace {

using counts = std::vector<std::pair<std::string, long>>;

std::vector<std::vector<std::string>> lines() {
  return {{"to be or not to be", "that is the question"},
          {},
          {"whether tis nobler in the mind to suffer"},
          {"the slings and arrows of outrageous fortune", "or to take arms"}};
}

std::shared_ptr<collected<std::pair<std::string, long>>> build(streaming_context& ssc) {
  auto out = std::make_shared<collected<std::pair<std::string, long>>>();
  ssc.queue_stream(lines())
      .flat_map(split_words)
      .map([](std::string_view w) {
        return std::pair{w, 1L};
      })
      .reduce_by_key(std::plus<>{})
      .collect_into(out);
  return out;
}

std::vector<counts> run(simulation& sim) {
  return testkit::run_to_idle(sim.where(), build, testkit::table_options());
}

}  // namespace

TEST_CASE("word count gives the same batches in the calling thread, on actors and simulated") {
  auto const results = testkit::run_everywhere(build);
  for (auto const& r : results) {
    CAPTURE(r.way);
    CHECK(r.batches == results.front().batches);
  }
  auto first = results.front().batches.at(0);
  std::sort(first.begin(), first.end());
  CHECK(first == counts{{"be", 2},
                        {"is", 1},
                        {"not", 1},
                        {"or", 1},
                        {"question", 1},
                        {"that", 1},
                        {"the", 1},
                        {"to", 2}});
  CHECK(results.front().batches.size() == 4);
  CHECK(results.front().batches.at(1).empty());
}

TEST_CASE("word count gives one result under 1000 random schedules") {
  simulation fifo{0, testkit::schedule::fifo};
  auto const expected = run(fifo);
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    simulation random{seed};
    auto const got = run(random);
    CAPTURE(seed);
    REQUIRE(got == expected);
  }
}

TEST_CASE("word count leaves the same trace for the same seed and another for another") {
  simulation a{42};
  simulation b{42};
  simulation c{43};
  run(a);
  run(b);
  run(c);
  CHECK(a.trace().steps == b.trace().steps);
  CHECK(a.trace().hash == b.trace().hash);
  CHECK(a.trace().hash != c.trace().hash);
}
