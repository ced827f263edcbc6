#include <doctest/doctest.h>
#include <sluice/testkit.hpp>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

options rehearsal() {
  auto o = testkit::table_options();
  o.log_level = "off";
  o.allow_faults = true;
  o.on_batch_failure = {.retries = 50, .then = failed_batch::stop};
  o.supervision.stages.max_restarts = 1000;
  o.supervision.stages.backoff = {.min = 1ms, .max = 2ms};
  return o;
}

/// Twenty batches of one number each, doubled, past a point that the function names.
struct doubling {
  std::shared_ptr<collected<int>> out = std::make_shared<collected<int>>();
  std::shared_ptr<batch_queue<int>> in = std::make_shared<batch_queue<int>>();

  explicit doubling(streaming_context& ssc) {
    ssc.queue_stream<int>(in)
        .map([](int x) {
          SLUICE_FAULT_POINT("before doubling");
          return 2 * x;
        })
        .collect_into(out);
  }
  void run(streaming_context& ssc) const {
    for (int i = 1; i <= 20; ++i) in->push({i});
    in->close();
    ssc.run_until_idle();
  }
  void check() const {
    auto const batches = out->batches();
    REQUIRE(batches.size() == 20);
    for (int i = 0; i != 20; ++i)
      CHECK(batches[static_cast<std::size_t>(i)] == std::vector{2 * i + 2});
  }
};

}  // namespace

TEST_CASE("live faults strike where the script says, and the stream goes on") {
  streaming_context ssc{rehearsal()};
  doubling const stream{ssc};
  ssc.start();
  ssc.inject_faults(fault_script::parse(R"(
at "before doubling" pass 3: throw
at "sink: commit" pass 5: throw
at "sink: committed" pass 7: throw
at "driver: commit" pass 8: throw
at "generator: dispatch" pass 10: throw
at "stage: run" pass 11: pause 2 ms
at "before doubling" pass 15: kill
)"));
  stream.run(ssc);
  CHECK(ssc.injected_faults().faults.size() == 7);
  ssc.stop();
  stream.check();
}

TEST_CASE("live faults end with their number, with their time, and when they are told to") {
  streaming_context ssc{rehearsal()};
  doubling const stream{ssc};
  ssc.start();
  ssc.inject_faults(fault_script::parse("at \"before doubling\": throw"), {.faults = 2});
  stream.run(ssc);
  CHECK(ssc.injected_faults().faults.size() == 2);
  stream.check();
  ssc.inject_faults(fault_script::parse("at \"*\": throw"), {.expiry = 1ms});
  ssc.end_faults();
  CHECK(ssc.injected_faults().faults.empty());
}

TEST_CASE("live faults are refused where they are not allowed, and what only a simulation can do") {
  auto o = rehearsal();
  {
    streaming_context ssc{o};
    doubling const stream{ssc};
    CHECK_THROWS_AS(ssc.inject_faults({}), usage_error);
    ssc.start();
    CHECK_THROWS_WITH_AS(ssc.inject_faults(fault_script::parse("at \"disk: *\": fail io_error")),
                         doctest::Contains("works in a simulation only"), usage_error);
    CHECK_THROWS_AS(ssc.inject_faults({}, {.faults = 0}), usage_error);
  }
  o.allow_faults = false;
  streaming_context ssc{o};
  doubling const stream{ssc};
  ssc.start();
  CHECK_THROWS_WITH_AS(ssc.inject_faults({}), doctest::Contains("options.allow_faults"),
                       usage_error);
}
