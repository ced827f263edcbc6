#include <doctest/doctest.h>
#include <numeric>
#include <sluice/testkit.hpp>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

/// Stores blocks of ten as soon as it is started.
struct burst final : receiver<int> {
  explicit burst(int n) : n_{n} {}
  void on_start(receiver_handle<int>& into) override {
    for (int from = 0; from != n_; from += 10) {
      std::vector<int> block(10);
      std::iota(block.begin(), block.end(), from);
      into.store(std::move(block));
    }
  }
  void on_stop() override {}

 private:
  int n_;
};

options spilling() {
  auto o = testkit::table_options();
  o.trigger = every(1s);
  o.log_level = "off";
  o.receiver_buffer.records = 50;
  return o;
}

std::vector<int> upto(int n) {
  std::vector<int> all(static_cast<std::size_t>(n));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

std::shared_ptr<collected<int>> declare(streaming_context& ssc) {
  auto out = std::make_shared<collected<int>>();
  ssc.receiver_stream<int>(std::make_unique<burst>(1'000),
                           {.overflow = overflow::spill, .spill = {.directory = "spilled"}})
      .collect_into(out);
  return out;
}

}  // namespace

TEST_CASE("a stream gets every spilled record once and in order, whoever runs when") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    testkit::simulation sim{seed};
    streaming_context ssc{spilling(), sim.where()};
    auto const out = declare(ssc);
    ssc.start();
    ssc.await_termination_for(60s);
    CHECK(out->records() == upto(1'000));
    ssc.stop();
    CHECK(sim.outside().storage().list("spilled").value().empty());
  }
}

TEST_CASE("a drain waits for what is on disk") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    testkit::simulation sim{seed};
    streaming_context ssc{spilling(), sim.where()};
    auto const out = declare(ssc);
    ssc.start();
    ssc.await_termination_for(2s);
    ssc.stop(stop_mode::drain);
    CHECK(out->records() == upto(1'000));
  }
}

TEST_CASE("a read error of spilled records restarts the input's host, and nothing is lost") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    testkit::simulation sim{seed};
    auto o = spilling();
    o.supervision.receivers.max_restarts = 10;
    streaming_context ssc{o, sim.where()};
    auto const out = declare(ssc);
    sim.outside().storage().inject(
        {testkit::storage_operation::read, "*block-*", std::errc::io_error, 3, 5});
    ssc.start();
    ssc.await_termination_for(20min);
    CHECK(sim.outside().storage().faults_left() == 0);
    CHECK(out->records() == upto(1'000));
    ssc.stop();
  }
}

TEST_CASE("spilled records that cannot be read suspend the stream, and resume goes on with them") {
  testkit::simulation sim{4};
  auto o = spilling();
  o.supervision.receivers.max_restarts = 2;
  streaming_context ssc{o, sim.where()};
  auto const out = declare(ssc);
  bool broken = true;
  sim.outside().storage().set_probe(
      [&](testkit::storage_operation what, std::string const& path) -> std::optional<std::errc> {
        auto const hit =
            what == testkit::storage_operation::read && path.find("block-5") != std::string::npos;
        return broken && hit ? std::optional{std::errc::io_error} : std::nullopt;
      });
  ssc.start();
  std::string told;
  try {
    ssc.await_termination_for(1h);
  } catch (stream_failure const& failed) {
    told = describe(std::current_exception());
  }
  CHECK(ssc.state() == context_state::suspended);
  CHECK(told.find("cannot read back what was spilled") != std::string::npos);
  CHECK(told.find("block-5") != std::string::npos);
  broken = false;
  ssc.resume();
  ssc.await_termination_for(1h);
  CHECK(out->records() == upto(1'000));
  ssc.stop();
}
