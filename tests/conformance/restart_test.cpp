// Assertions 41 to 45: several outputs, recovery, restart.
#include "flow_link.hpp"
#include "probed.hpp"

using namespace sluice;
using namespace sluice::tests::conformance;

namespace {

/// At rest a link has its window free, but for what is not worth a grant.
class balance_rule final : public monitor {
 public:
  std::string name() const override { return "credit lost or minted"; }
  void link(link_event const& e) override {
    auto& on = links_[e.link];
    if (e.what == link_event::kind::open) on = {.epoch = e.epoch};
    if (e.epoch != on.epoch) return;
    if (e.what == link_event::kind::opened) on.window = e.batches;
    if (e.what == link_event::kind::data) on.received = std::max(on.received, e.sequence);
    if (e.what == link_event::kind::opened || e.what == link_event::kind::grant)
      on.granted = std::max(on.granted, e.batches);
  }
  bool hot() const override {
    for (auto const& [link, on] : links_) {
      auto const left = on.granted - on.received;
      if (left > on.window || left + std::max<std::uint64_t>(1, on.window / 2) <= on.window)
        return true;
    }
    return false;
  }

 private:
  struct account {
    std::uint32_t epoch = 0;
    std::uint64_t window = 0;
    std::uint64_t granted = 0;
    std::uint64_t received = 0;
  };
  std::map<std::uint32_t, account> links_;
};

void come_to_rest(streaming_context& ssc, scene& in) {
  for (int n = 0; n != 2; ++n) {
    ssc.run_until_idle();
    settle(in.sim());
  }
  ssc.stop();
}

// Credit is under way until then, so it is only then that the books have to agree.
experiment_options at_rest(kind const& k) {
  auto o = k.o;
  o.monitors.push_back([](scene&) { return std::make_shared<balance_rule>(); });
  o.drive = come_to_rest;
  return o;
}

}  // namespace

TEST_CASE(
    "backpressure 41: all outputs get the same in the same order, at the pace of the slowest") {
  auto const window = small_options().max_in_flight_batches;
  under_schedules([=](simulation& sim) {
    std::vector<std::shared_ptr<sink_log>> logs;
    auto const slowest = [&logs] {
      auto least = logs.front()->commits.size();
      for (auto const& log : logs) least = std::min(least, log->commits.size());
      return least;
    };
    streaming_context ssc{small_options(), sim.where()};
    auto const from = ssc.queue_stream<int>(singles(10)).map([](int x) { return x; });
    for (int n = 0; n != 3; ++n) {
      auto const log = std::make_shared<sink_log>();
      log->on_prepare = [=](batch_id id) {
        require(id <= slowest() + window, "an output is further ahead than the window");
      };
      logs.push_back(log);
      from.to(sink_into(log));
    }
    ssc.start();
    ssc.run_until_idle();
    ssc.stop();
    for (auto const& log : logs)
      require(log->committed == logs.front()->committed && log->committed.size() >= 10,
              "outputs differ");
  });
  under_schedules([](simulation& sim) {
    test_source<int> in;
    test_sink<int> eager{sim, 0};
    test_sink<int> slow{sim, 1};
    streaming_context ssc{small_options(), sim.where()};
    unblocked at_end{sim};
    auto const from = in.stream(ssc);
    from.to(eager.sink());
    from.to(slow.sink());
    ssc.start();
    for (auto const& batch : singles(5)) in.send(batch);
    eager.request(5);
    for (int i = 1; i <= 5; ++i) {
      slow.request(1);
      eager.expect_next({i});
      slow.expect_next({i});
    }
  });
}

TEST_CASE("backpressure 42: a failure upstream passes all outputs without their credit") {
  under_schedules([](simulation& sim) {
    sim.inject(fault_script::parse("at \"stage *: link_opened\": lose"));
    auto o = small_options();
    o.on_batch_failure = {.retries = 0, .then = failed_batch::suspend};
    std::vector<std::shared_ptr<sink_log>> logs{std::make_shared<sink_log>(),
                                                std::make_shared<sink_log>()};
    auto const events = std::make_shared<event_log>();
    streaming_context ssc{o, sim.where()};
    auto const from = ssc.queue_stream<int>(singles(1)).map([](int x) -> int {
      if (x == 1) throw std::runtime_error{"poison"};
      return x;
    });
    for (auto const& log : logs) from.to(sink_into(log));
    ssc.add_listener(events);
    ssc.start();
    probed::failure_of([&] { ssc.run_until_idle(); });
    settle(sim);
    require(events->suspended.size() == 1, "the failure was not told once");
    for (auto const& log : logs) require(log->prepared.empty(), "an output has got something");
  });
}

TEST_CASE(
    "backpressure 43: a stage that passes over records stays within the credit of its outputs") {
  under_schedules([](simulation& sim) {
    auto o = small_options();
    o.on_record_error = error_action::skip;
    o.max_in_flight_batches = 2;
    auto const log = std::make_shared<sink_log>();
    auto const most = std::make_shared<std::size_t>(0);
    log->on_prepare = [=](batch_id) { *most = std::max(*most, log->prepared.size() + 1); };
    streaming_context ssc{o, sim.where()};
    std::vector<std::vector<int>> batches;
    for (int n = 0; n != 8; ++n) batches.push_back({n, -n - 1});
    ssc.queue_stream<int>(batches)
        .map([](int x) {
          if (x < 0) throw std::runtime_error{"negative"};
          return x;
        })
        .to(sink_into(log));
    ssc.start();
    ssc.run_until_idle();
    ssc.stop();
    std::vector<int> all;
    for (auto const& batch : log->committed) all.insert(all.end(), batch.begin(), batch.end());
    require(all == std::vector{0, 1, 2, 3, 4, 5, 6, 7}, "a good record is missing");
    require(*most <= 2, "more was sent than the outputs had granted");
  });
}

TEST_CASE("backpressure 44: messages of older epochs are ignored") {
  flow::in_link down{2, {4, 100, 1000}};
  CHECK(down.accept(1, 1, share_of(1, 1)) == flow::arrival::stale_epoch);
  CHECK_FALSE(down.has_share());
  flow::out_link up{2};
  up.offer(share_of(1, 1));
  up.grant(1, {4, 100, 1000});
  CHECK(pumped(up) == 0);
  std::uint64_t runs = 0;
  for (auto const& k : every_kind()) {
    CAPTURE(k.name);
    auto o = at_rest(k);
    o.faults = script(
        "at \"*: link_data\" chance 0.1: repeat\nat \"*: link_grant\" chance 0.1: repeat\n"
        "at \"stage *: *\" chance 0.01: kill\nat \"driver: *\" chance 0.01: kill\n"
        "at \"sink *: *\" chance 0.01: kill afterwards\n"
        "at \"receiver_host *: *\" chance 0.01: kill\n");
    runs += for_seeds(drawn_schedules / every_kind().size(), k.build, o).runs;
  }
  MESSAGE(runs, " runs with deaths and repeated messages");
}

TEST_CASE("backpressure 45: after a crash at any message no credit is lost and none is minted") {
  std::uint64_t runs = 0;
  for (auto const* k : {&chain(), &shuffle()}) {
    auto o = at_rest(*k);
    o.context.checkpoint_dir = "state";
    runs += crash_sweep(k->build, o, {.machines = false}).runs;
    o.context.checkpoint_dir.clear();
    runs += crash_sweep(k->build, o, {.processes = false, .machines = false, .pairs = 300}).runs;
  }
  for (auto const& k : every_kind()) {
    CAPTURE(k.name);
    auto o = at_rest(k);
    o.faults = script(
        "at \"stage *: *\" chance 0.01: kill\nat \"generator: *\" chance 0.01: kill\n"
        "at \"sink *: *\" chance 0.01: kill afterwards\n");
    runs += for_seeds(drawn_schedules / every_kind().size(), k.build, o).runs;
  }
  MESSAGE(runs, " runs with crashes");
}
