#include <doctest/doctest.h>
#include <sluice/testkit.hpp>

using namespace sluice;
using testkit::simulation;

namespace {

options quiet(batch_failure_policy policy) {
  auto o = testkit::table_options();
  o.log_level = "off";
  o.on_batch_failure = policy;
  return o;
}

using ints = std::vector<std::vector<int>>;

/// A stream of five batches with a running total; `poison` throws while `broken` is positive, which
/// it counts down.
struct fragile_stream {
  std::shared_ptr<int> broken = std::make_shared<int>(0);
  std::shared_ptr<collected<int>> out = std::make_shared<collected<int>>();

  fragile_stream(streaming_context& ssc, int failures) {
    *broken = failures;
    ssc.queue_stream<int>({{1}, {2}, {3}, {4}, {5}})
        .map([left = broken](int x) {
          if (x == 3 && *left > 0) {
            --*left;
            throw std::runtime_error{"three"};
          }
          return std::pair{0, x};
        })
        .update_state_by_key([](std::span<int const> news, std::optional<int> old) {
          return std::optional{old.value_or(0) + (news.empty() ? 0 : news.front())};
        })
        .map([](auto const& pair) { return pair.second; })
        .collect_into(out);
  }
};

struct watcher : streaming_listener {
  int restarts = 0;
  int suspensions = 0;
  std::vector<batch_id> skipped;
  void on_actor_restarted(actor_info const&) override { ++restarts; }
  void on_suspended(std::string const&) override { ++suspensions; }
  void on_batch_skipped(skip_info const& info) override { skipped.push_back(info.batch); }
};

}  // namespace

TEST_CASE("a drain ends although the stream is suspended before it is through") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    simulation sim{seed};
    streaming_context ssc{quiet({.retries = 1, .then = failed_batch::suspend}), sim.where()};
    fragile_stream stream{ssc, 1000};
    ssc.start();
    ssc.stop(stop_mode::drain);
    CHECK(ssc.state() == context_state::stopped);
    CHECK(stream.out->batches().size() == 2);
  }
}

TEST_CASE("a batch that fails and then succeeds is committed once, with the right state") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    simulation sim{seed};
    streaming_context ssc{quiet({.retries = 3, .then = failed_batch::stop}), sim.where()};
    auto heard = std::make_shared<watcher>();
    ssc.add_listener(heard);
    fragile_stream stream{ssc, 3};
    ssc.start();
    ssc.run_until_idle();
    ssc.stop();
    REQUIRE(stream.out->batches() == ints{{1}, {3}, {6}, {10}, {15}});
    CHECK(heard->restarts == 3);
  }
}

TEST_CASE("a batch that keeps failing suspends the stream, and resume goes on where it stood") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    simulation sim{seed};
    streaming_context ssc{quiet({.retries = 1, .then = failed_batch::suspend}), sim.where()};
    auto heard = std::make_shared<watcher>();
    ssc.add_listener(heard);
    fragile_stream stream{ssc, 2};
    ssc.start();
    CHECK_THROWS_AS(ssc.run_until_idle(), stream_failure);
    REQUIRE(ssc.state() == context_state::suspended);
    CHECK_THROWS_AS(ssc.await_termination(), stream_failure);
    CHECK(stream.out->batches() == ints{{1}, {3}});
    ssc.resume();
    ssc.run_until_idle();
    CHECK(ssc.state() == context_state::active);
    ssc.stop();
    REQUIRE(stream.out->batches() == ints{{1}, {3}, {6}, {10}, {15}});
    CHECK(heard->suspensions == 1);
  }
}

TEST_CASE("a batch that keeps failing ends the stream where that is the policy") {
  simulation sim{7};
  streaming_context ssc{quiet({.retries = 2, .then = failed_batch::stop}), sim.where()};
  fragile_stream stream{ssc, 3};
  ssc.start();
  CHECK_THROWS_AS(ssc.run_until_idle(), stream_failure);
  CHECK(ssc.state() == context_state::stopped);
  CHECK(stream.out->batches() == ints{{1}, {3}});
  CHECK(*stream.broken == 0);
}

TEST_CASE("a batch that keeps failing is skipped by the task that fails, and told") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    simulation sim{seed};
    streaming_context ssc{quiet({.retries = 1, .then = failed_batch::skip}), sim.where()};
    auto heard = std::make_shared<watcher>();
    ssc.add_listener(heard);
    fragile_stream stream{ssc, 1000};
    ssc.start();
    ssc.run_until_idle();
    ssc.stop();
    REQUIRE(stream.out->batches() == ints{{1}, {3}, {3}, {7}, {12}});
    CHECK(heard->skipped == std::vector<batch_id>{3});
  }
}

TEST_CASE("an output that fails is asked again for the same batch, and for no other before it") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    simulation sim{seed};
    streaming_context ssc{quiet({.retries = 5, .then = failed_batch::stop}), sim.where()};
    auto seen = std::make_shared<std::vector<int>>();
    auto failures = std::make_shared<int>(4);
    ssc.queue_stream<int>({{1}, {2}, {3}}).foreach_rdd([seen, failures](rdd<int> const& batch) {
      auto const all = batch.collect();
      if (all == std::vector{2} && (*failures)-- > 0) throw std::runtime_error{"not yet"};
      seen->insert(seen->end(), all.begin(), all.end());
    });
    ssc.start();
    ssc.run_until_idle();
    ssc.stop();
    REQUIRE(*seen == std::vector{1, 2, 3});
  }
}
