#include <doctest/doctest.h>
#include <sluice/testkit/probes.hpp>

using namespace sluice;
using namespace sluice::testkit;
using namespace std::chrono_literals;

namespace {

struct probed {
  simulation sim{7};
  test_source<int> in;
  test_sink<int> out{sim};
  streaming_context ssc{probing_options(), sim.where()};

  probed() {
    in.stream(ssc).map([](int x) { return x * 2; }).to(out.sink());
    ssc.start();
  }
  ~probed() { sim.unblock("sink 0: output_commit"); }
};

}  // namespace

TEST_CASE("test_sink gets what test_source sends, once it is requested") {
  probed p;
  p.in.send({1, 2});
  p.out.expect_no_message_for(1h);
  p.out.request(1);
  p.out.expect_next({2, 4});
}

TEST_CASE("test_sink gets no more batches than it has requested") {
  probed p;
  p.in.send({1});
  p.out.request(1);
  p.out.expect_next({2});
  p.in.send({3});
  p.out.expect_no_message_for(1h);
  p.out.request(5);
  p.out.expect_next({6});
}

TEST_CASE("test_sink tells what has come instead of what was expected") {
  probed p;
  p.in.send({1});
  p.out.request(1);
  CHECK_THROWS_WITH_AS(p.out.expect_next({3}), "[2] has come instead of [3]", expectation_failed);
  CHECK_THROWS_AS(p.out.next(1s), expectation_failed);
}
