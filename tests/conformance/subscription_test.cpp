// Assertions 33 to 40: subscription, responsiveness, recursion.
#include <caf/scheduler/test_coordinator.hpp>

#include "actors/src/roles/links.hpp"
#include "probed.hpp"

using namespace sluice;
using namespace sluice::tests::conformance;

namespace {

template <class Stream, class Target>
concept can_go_to = requires(Stream s, Target t) {
  s.to(t);
};

/// Two upstream ends and one downstream end of the same link, without a stream around them.
struct two_opens {
  struct config : caf::actor_system_config {
    config() { set("scheduler.policy", caf::atom("testing")); }
  };
  struct upstream {
    std::size_t opened = 0;
    std::size_t granted = 0;
    caf::actor me;
  };
  config settings;
  caf::actor_system system{settings};
  std::unique_ptr<receiving_links> links;
  upstream first;
  upstream second;
  caf::actor down;

  two_opens() {
    for (auto* up : {&first, &second})
      up->me = system.spawn(
          [up](caf::event_based_actor*, int) -> caf::behavior {
            return {[up](msg::link_opened const&) { ++up->opened; },
                    [up](msg::link_grant const&) { ++up->granted; }};
          },
          0);
    down = system.spawn(
        [this](caf::event_based_actor* self, int) -> caf::behavior {
          links = std::make_unique<receiving_links>(self, 1, flow::credit{2, 100, 1000});
          links->add(0, 5);
          return {[this](msg::link_open const& open) { links->opened_by(open); },
                  [this](msg::link_data& data) {
                    links->accept(data);
                    for (; links->has_batch(); links->settle()) links->take();
                  }};
        },
        0);
  }
  ~two_opens() {
    for (auto const& a : {first.me, second.me, down})
      caf::anon_send_exit(a, caf::exit_reason::user_shutdown);
    first.me = second.me = down = nullptr;
    run();
    links.reset();
  }
  void run() { dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler()).run(); }
  void open(upstream const& by, epoch_number epoch = 1) {
    caf::anon_send(down, msg::link_open{{epoch}, 5, by.me});
    run();
  }
  void send(std::uint64_t sequence, epoch_number epoch = 1) {
    msg::link_data item{{epoch}, 5, sequence, {}, {}, 0};
    item.now.batch.id = sequence;
    caf::anon_send(down, item);
    run();
  }
};

/// Steps from the moment at which the guardian hears of it.
std::uint64_t steps_to_stop(simulation& sim, int waiting) {
  auto const log = std::make_shared<sink_log>();
  test_source<int> in;
  streaming_context ssc{small_options(), sim.where()};
  in.stream(ssc).map([](int x) { return x; }).to(sink_into(log));
  ssc.start();
  for (int n = 0; n != waiting; ++n) in.send({n});
  sim.run_until([&] { return !log->commits.empty(); }, 1h);
  sim.keep_steps();
  ssc.stop(stop_mode::now);
  auto const steps = sim.steps();
  auto const told = std::find_if(steps.begin(), steps.end(), [](run_step const& s) {
    return s.lane == "guardian" && s.what == "stop_request";
  });
  return static_cast<std::uint64_t>(steps.end() - told);
}

}  // namespace

TEST_CASE("backpressure 33: a second open is refused and the first link goes on") {
  two_opens pair;
  pair.open(pair.first);
  pair.open(pair.second);
  pair.open(pair.first);
  CHECK(pair.first.opened == 1);
  CHECK(pair.second.opened == 0);
  CHECK(pair.links->refused() == 2);
  pair.send(1);
  CHECK(pair.first.granted == 1);
  CHECK(pair.second.granted == 0);
  on_every_kind([](scene&) { return link_monitor([](link_event const&) {}); },
                script("at \"*: link_open\" chance 0.5: repeat\n"));
}

TEST_CASE(
    "backpressure 34: an open to a stage that has ended is answered by an end, not by silence") {
  under_schedules([](simulation& sim) {
    sim.inject(
        fault_script::parse("at \"sink*: link_open\" pass 1: kill\n"
                            "at \"stage*: link_open\" pass 2: kill\n"));
    probed p{sim};
    p.in.send({1});
    p.out.request(1);
    p.out.expect_next({1});
    settle(sim);
    require(!p.log->restarted.empty(), "the dead stage was not noticed");
  });
}

TEST_CASE("backpressure 35: a missing or wrong peer is told while the stream is declared") {
  static_assert(can_go_to<dstream<int>, std::shared_ptr<sink<int>>>);
  static_assert(!can_go_to<dstream<int>, std::shared_ptr<sink<std::string>>>);
  static_assert(!can_go_to<dstream<int>, std::shared_ptr<int>>);
  simulation sim{1};
  streaming_context ssc{small_options(), sim.where()};
  auto const from = ssc.queue_stream<int>(singles(1));
  CHECK_THROWS_AS(from.to(nullptr), usage_error);
  CHECK_THROWS_AS(from.collect_into(nullptr), usage_error);
  CHECK_THROWS_AS(ssc.queue_stream<int>(std::shared_ptr<batch_queue<int>>{}), usage_error);
  CHECK_THROWS_AS(ssc.receiver_stream<int>(std::unique_ptr<receiver<int>>{}), usage_error);
  CHECK_THROWS_AS(ssc.union_of<int>({}), usage_error);
  simulation elsewhere{2};
  streaming_context other{small_options(), elsewhere.where()};
  CHECK_THROWS_AS(from.union_with(other.queue_stream<int>(singles(1))), usage_error);
}

TEST_CASE("backpressure 36: a link that is open gets its first grant at once, and is then kept") {
  waived(
      "a timeout for links that were opened and never granted. The answer to an open is the grant "
      "of "
      "a window, in the same step; only a dead actor does not answer, and the guardian hears of "
      "that. "
      "A slow output is no error: the policy is to keep it, which is what this tests");
  under_schedules([](simulation& sim) {
    auto const waiting = std::make_shared<std::map<std::pair<std::uint32_t, std::uint32_t>, int>>();
    sim.watch(link_monitor([=](link_event const& e) {
      if (e.what == link_event::kind::open) ++(*waiting)[{e.epoch, e.link}];
      if (e.what == link_event::kind::opened) --(*waiting)[{e.epoch, e.link}];
    }));
    probed p{sim};
    for (auto const& batch : singles(8)) p.in.send(batch);
    p.out.expect_no_message_for(24h);
    for (auto const& [link, n] : *waiting) require(n == 0, "an open was not answered");
    require(waiting->size() == 2 && p.log->restarted.empty() && p.log->suspended.empty(),
            "the slow output was not kept");
    p.out.request(8);
    for (int i = 1; i <= 8; ++i) p.out.expect_next({i});
  });
}

TEST_CASE("backpressure 37: a million items through ten fused stages do not grow the stack") {
  struct stack {
    std::uintptr_t lowest = ~std::uintptr_t{0};
    std::uintptr_t highest = 0;
    std::uint64_t items = 0;
    void see() {
      char here = 0;
      auto const at = reinterpret_cast<std::uintptr_t>(&here);
      lowest = std::min(lowest, at);
      highest = std::max(highest, at);
      ++items;
    }
  };
  auto const run = [](simulation& sim, std::size_t batches, std::size_t each) {
    auto const seen = std::make_shared<stack>();
    auto const log = std::make_shared<sink_log>();
    streaming_context ssc{small_options(), sim.where()};
    auto const plus = [](int x) { return x + 1; };
    ssc.queue_stream<int>(std::vector<std::vector<int>>(batches, std::vector<int>(each, 1)))
        .map(plus)
        .map(plus)
        .map(plus)
        .map(plus)
        .map(plus)
        .map(plus)
        .map(plus)
        .map(plus)
        .map(plus)
        .map([seen](int x) {
          seen->see();
          return x;
        })
        .filter([](int x) { return x < 0; })
        .to(sink_into(log));
    ssc.start();
    ssc.run_until_idle();
    ssc.stop();
    require(seen->items == batches * each, "an item is missing");
    require(seen->highest - seen->lowest < 4096, "the stack has grown");
  };
  simulation in_order{0, schedule::fifo};
  run(in_order, 1000, 1000);
  under_schedules([&](simulation& sim) { run(sim, 10, 3); });
}

TEST_CASE(
    "backpressure 38: a cancel takes as many steps with a million items waiting as with ten") {
  simulation few{0, schedule::fifo};
  simulation many{0, schedule::fifo};
  CHECK(steps_to_stop(few, 10) == steps_to_stop(many, 1'000'000 - 1));
  under_schedules([](simulation& sim) {
    require(steps_to_stop(sim, 60) < 100, "a stop waits for what is queued");
  });
}

TEST_CASE("backpressure 39: an endless source sees the cancel after at most one batch") {
  struct refill final : monitor {
    explicit refill(test_source<int>& to) : source{to} {}
    std::string name() const override { return "endless"; }
    void step() override {
      if (!over && source.content().entries < 3) source.send({1});
    }
    test_source<int>& source;
    bool over = false;
  };
  under_schedules([](simulation& sim) {
    sim.keep_steps();
    test_source<int> in;
    auto const endless = std::make_shared<refill>(in);
    sim.watch(endless);
    auto const log = std::make_shared<sink_log>();
    {
      streaming_context ssc{small_options(), sim.where()};
      in.stream(ssc).to(sink_into(log));
      ssc.start();
      sim.run_until([&] { return log->commits.size() == 2; }, 1h);
      ssc.stop(stop_mode::now);
      endless->over = true;
    }
    std::size_t cuts = 0;
    auto told = false;
    for (auto const& step : sim.steps()) {
      told = told || (step.lane == "guardian" && step.what == "stop_request");
      if (told && step.lane.starts_with("generator") && step.what == "cut_reply") ++cuts;
    }
    require(told && cuts <= 1, "more than one batch was cut after the cancel");
  });
}

TEST_CASE("backpressure 40: what user code throws ends in a decision, not in the stage") {
  enum class where { map, state, prepare, commit };
  for (auto const place : {where::map, where::state, where::prepare, where::commit})
    under_schedules([place](simulation& sim) {
      auto const blow = [place](where here) {
        if (place == here) throw std::runtime_error{"thrown by the user"};
      };
      auto o = small_options();
      o.on_batch_failure = {.retries = 0, .then = failed_batch::stop};
      auto const events = std::make_shared<event_log>();
      auto const log = std::make_shared<sink_log>();
      log->on_prepare = [=](batch_id) { blow(where::prepare); };
      log->on_commit = [=](batch_id) { blow(where::commit); };
      streaming_context ssc{o, sim.where()};
      ssc.queue_stream<int>(singles(3))
          .map([=](int x) {
            blow(where::map);
            return std::pair{x, x};
          })
          .update_state_by_key([=](std::span<int const> news, std::optional<int>) {
            blow(where::state);
            return std::optional{static_cast<int>(news.size())};
          })
          .map([](std::pair<int, int> const& p) { return p.second; })
          .to(sink_into(log));
      ssc.add_listener(events);
      ssc.start();
      auto const told = probed::failure_of([&] { ssc.run_until_idle(); });
      require(told.find("thrown by the user") != std::string::npos, "the cause is lost: " + told);
      require(events->restarted.empty(), "an actor has died of it");
    });
}
