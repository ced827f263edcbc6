#include <doctest/doctest.h>
#include <map>
#include <numeric>
#include <sluice/testkit.hpp>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

using totals = std::map<std::string, long>;

totals sum_of(collected<std::pair<std::string, long>> const& out) {
  totals sums;
  for (auto const& [word, n] : out.records()) sums[word] += n;
  return sums;
}

auto count_words(streaming_context& ssc) {
  auto out = std::make_shared<collected<std::pair<std::string, long>>>();
  ssc.socket_text_stream("feed", 9999)
      .flat_map(split_words)
      .map([](std::string_view w) {
        return std::pair{w, 1L};
      })
      .reduce_by_key(std::plus<>{})
      .collect_into(out);
  return out;
}

options with(trigger t) {
  auto o = testkit::table_options();
  o.trigger = t;
  o.log_level = "off";
  return o;
}

testkit::sim_script numbered_lines(int n) {
  testkit::sim_script script;
  for (int i = 0; i != n; ++i)
    script.send("line " + std::to_string(i) + " of many\n",
                i % 7 == 0 ? duration{300} : duration{0});
  return script;
}

}  // namespace

TEST_CASE("socket lines are counted once each, however the bytes arrive and whoever runs when") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed)
    for (auto const& t : {every(10ms), on_demand(), sluice::size(7)}) {
      CAPTURE(seed);
      testkit::simulation sim{seed};
      sim.outside().network().set_split_reads(true);
      sim.outside().network().listen("feed", 9999).accept(numbered_lines(50));
      streaming_context ssc{with(t), sim.where()};
      auto const out = count_words(ssc);
      ssc.start();
      ssc.await_termination_for(100ms);
      ssc.stop(stop_mode::drain);
      auto const sums = sum_of(*out);
      CHECK(sums.at("line") == 50);
      CHECK(sums.at("many") == 50);
      for (int i = 0; i != 50; ++i) CHECK(sums.at(std::to_string(i)) == 1);
    }
}

TEST_CASE("size cuts batches of exactly that many lines, but for the last of a drain") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    testkit::simulation sim{seed};
    sim.outside().network().set_split_reads(true);
    sim.outside().network().listen("feed", 9999).accept(numbered_lines(50));
    streaming_context ssc{with(sluice::size(8)), sim.where()};
    auto out = std::make_shared<collected<std::int64_t>>();
    ssc.socket_text_stream("feed", 9999).count().collect_into(out);
    ssc.start();
    ssc.await_termination_for(100ms);
    ssc.stop(stop_mode::drain);
    CHECK(out->records() == std::vector<std::int64_t>{8, 8, 8, 8, 8, 8, 2});
  }
}

TEST_CASE("a peer that closes in the middle of a line leaves a partial line that is counted") {
  testkit::simulation sim{4};
  auto& peer = sim.outside().network().listen("feed", 9999);
  peer.accept(testkit::sim_script{}.send("one two\nthr").close());
  peer.accept(testkit::sim_script{}.send("four\n"));
  streaming_context ssc{with(every(1s)), sim.where()};
  auto const out = count_words(ssc);
  ssc.start();
  ssc.await_termination_for(60s);
  ssc.stop(stop_mode::drain);
  CHECK(sum_of(*out) == totals{{"one", 1}, {"two", 1}, {"thr", 1}, {"four", 1}});
}

TEST_CASE("a refused port is tried again with backoff until somebody listens") {
  testkit::simulation sim{9};
  auto& peer = sim.outside().network().listen("feed", 9999);
  peer.refuse(5).accept(testkit::sim_script{}.send("here at last\n"));
  streaming_context ssc{with(every(1s)), sim.where()};
  auto const out = count_words(ssc);
  ssc.start();
  ssc.await_termination_for(10min);
  ssc.stop(stop_mode::drain);
  CHECK(peer.attempts() == 6);
  CHECK(sum_of(*out) == totals{{"here", 1}, {"at", 1}, {"last", 1}});
}

TEST_CASE("without commits a receiver stops reading at its limits, and goes on afterwards") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    testkit::simulation sim{seed};
    auto o = with(every(1s));
    o.receiver_buffer.bytes = 100'000;
    std::string flood;
    for (int i = 0; i != 100'000; ++i) flood += "some words to count\n";
    auto& peer = sim.outside().network().listen("feed", 9999);
    peer.accept(testkit::sim_script{}.send(flood));
    streaming_context ssc{o, sim.where()};
    auto const out = count_words(ssc);
    ssc.start();
    ssc.pause();
    ssc.await_termination_for(30s);
    CHECK(peer.bytes_taken() <= 110'000);
    CHECK(peer.bytes_blocked() > 0);
    ssc.resume();
    ssc.await_termination_for(60s);
    ssc.stop(stop_mode::drain);
    CHECK(peer.bytes_taken() == flood.size());
    CHECK(sum_of(*out).at("words") == 100'000);
  }
}
