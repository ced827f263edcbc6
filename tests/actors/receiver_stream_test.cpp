#include "deaths.hpp"

#include <doctest/doctest.h>
#include <numeric>
#include <sluice/testkit.hpp>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

using handle = receiver_handle<int>;

struct handed_out final : receiver<int> {
  explicit handed_out(handle*& to) : to_{to} {}
  void on_start(handle& into) override { to_ = &into; }
  void on_stop() override {}

 private:
  handle*& to_;
};

// What came out without anybody asking the inputs whether they have something.
std::vector<int> run(testkit::simulation& sim) {
  auto o = tests::unbreakable();
  o.trigger = on_demand();
  streaming_context ssc{o, sim.where()};
  auto const out = std::make_shared<collected<int>>();
  handle* into = nullptr;
  ssc.receiver_stream(std::make_unique<handed_out>(into)).collect_into(out);
  ssc.start();
  ssc.await_termination_for(1ms);
  for (int i = 0; i != 12; ++i) {
    if (i % 4 == 3)
      into->store(i);
    else
      into->store(std::vector{i});
    if (i % 3 == 2) ssc.await_termination_for(1ms);
  }
  ssc.await_termination_for(60s);
  auto const seen = out->records();
  ssc.stop();
  return seen;
}

}  // namespace

TEST_CASE("what a receiver stores is cut on demand, whichever actor dies meanwhile") {
  testkit::simulation undisturbed{1, testkit::schedule::fifo};
  auto const expected = run(undisturbed);
  std::vector<int> all(12);
  std::iota(all.begin(), all.end(), 0);
  REQUIRE(expected == all);
  std::string const roles[] = {"driver", "generator", "receiver_host"};
  tests::die_before_each_message(roles, expected, run);
  tests::die_in_any_mixture(roles, 300, expected, run);
}
