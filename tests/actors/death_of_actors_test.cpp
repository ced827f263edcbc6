#include <doctest/doctest.h>
#include <sluice/testkit.hpp>

using namespace sluice;

namespace {

options quiet() {
  auto o = testkit::table_options();
  o.log_level = "off";
  return o;
}

}  // namespace

TEST_CASE(
    "the death of any core actor is noticed and ends the stream with an error that names it") {
  for (std::string const role :
       {"driver", "stage", "sink", "generator", "receiver_host", "listener"})
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      CAPTURE(role);
      CAPTURE(seed);
      testkit::simulation sim{seed};
      sim.kill(role, seed % 4);
      streaming_context ssc{quiet(), sim.where()};
      ssc.add_listener(std::make_shared<streaming_listener>());
      auto out = std::make_shared<collected<int>>();
      ssc.queue_stream<int>({{1}, {2}, {3}, {4}, {5}}).repartition(2).collect_into(out);
      ssc.start();
      CHECK_THROWS_AS(ssc.run_until_idle(), stream_failure);
      CHECK(sim.killed() == 1);
      CHECK(ssc.state() == context_state::stopped);
      auto const got = out->records();
      for (std::size_t i = 0; i != got.size(); ++i) CHECK(got[i] == static_cast<int>(i) + 1);
    }
}

TEST_CASE("the death of the guardian ends the stream with an error, and all its actors") {
  testkit::simulation sim{1};
  streaming_context ssc{quiet(), sim.where()};
  ssc.queue_stream<int>({{1}}).collect_into(std::make_shared<collected<int>>());
  ssc.start();
  ssc.await_termination_for(std::chrono::milliseconds{1});
  sim.kill("guardian");
  CHECK_THROWS_AS(ssc.run_until_idle(), stream_failure);
}
