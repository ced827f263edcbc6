// Assertions 16 to 24: signals and their order.
#include <atomic>
#include <set>

#include "flow_link.hpp"
#include "probed.hpp"

using namespace sluice;
using namespace sluice::tests::conformance;

namespace {

using link_key = std::pair<std::uint32_t, std::uint32_t>;  // epoch, link

auto const deaths = script(
    "at \"stage *: *\" chance 0.01: kill\n"
    "at \"sink *: *\" chance 0.01: kill\n"
    "at \"generator: *\" chance 0.01: kill afterwards\n"
    "at \"driver: *\" chance 0.01: kill\n");

/// `opened` comes before any item, and once.
class opening_rule final : public monitor {
 public:
  std::string name() const override { return "opened first, and once"; }
  void link(link_event const& e) override {
    link_key const on{e.epoch, e.link};
    if (e.what == link_event::kind::opened)
      require(opened_.insert(on).second, "a link was opened twice in one epoch");
    if (e.what == link_event::kind::data || e.what == link_event::kind::grant)
      require(opened_.contains(on), "a signal came before the link was opened");
  }

 private:
  std::set<link_key> opened_;
};

/// Numbers have no gap; what comes twice has come before.
class sequence_rule final : public monitor {
 public:
  std::string name() const override { return "items without gaps"; }
  void link(link_event const& e) override {
    if (e.what != link_event::kind::data) return;
    auto& last = last_[{e.epoch, e.link}];
    require(e.sequence <= last + 1, "an item is missing");
    last = std::max(last, e.sequence);
  }

 private:
  std::map<link_key, std::uint64_t> last_;
};

template <class Rule>
std::shared_ptr<monitor> make(scene&) {
  return std::make_shared<Rule>();
}

void declare_poisoned(streaming_context& ssc, test_source<int>& in, std::shared_ptr<sink_log> log,
                      int poison) {
  in.stream(ssc)
      .map([poison](int x) {
        if (x == poison) throw std::runtime_error{"poison"};
        return x;
      })
      .to(sink_into(log));
}

}  // namespace

TEST_CASE("backpressure 16: a link is opened before any other signal, and once in an epoch") {
  on_every_kind(make<opening_rule>);
  on_every_kind(make<opening_rule>, script("at \"*: link_open\" chance 0.5: repeat\n"),
                few_schedules);
  on_every_kind(make<opening_rule>, deaths, few_schedules);
}

TEST_CASE(
    "backpressure 17: numbers have no gap, and a gap fails the link instead of being skipped") {
  flow::in_link link{1, {4, 100, 1000}};
  link.accept(1, 1, share_of(1, 1));
  CHECK_THROWS_AS(link.accept(1, 3, share_of(3, 1)), std::logic_error);
  on_every_kind(make<sequence_rule>);
  on_every_kind(make<sequence_rule>, deaths, few_schedules);
  // The outcome is judged as well: nothing is missing behind a gap.
  for (auto const* fault :
       {"at \"stage *: link_data\" pass 1: spoil\n", "at \"sink *: link_data\" pass 2: spoil\n",
        "at \"sink 0: link_data\" pass 1: lose\n"})
    on_every_kind([](scene&) { return link_monitor([](link_event const&) {}); }, script(fault),
                  few_schedules);
}

TEST_CASE("backpressure 18: an item that comes twice counts once") {
  flow::in_link link{1, {4, 100, 1000}};
  CHECK(link.accept(1, 1, share_of(1, 1)) == flow::arrival::accepted);
  CHECK(link.accept(1, 1, share_of(1, 1)) == flow::arrival::duplicate);
  link.take();
  CHECK_FALSE(link.has_share());
  on_every_kind(make<sequence_rule>, script("at \"*: link_data\" chance 0.5: repeat\n"));
}

TEST_CASE("backpressure 19: signals of one link are handled one at a time") {
  struct one_at_a_time final : sink<int> {
    std::atomic<int> inside{0};
    std::atomic<int> worst{0};
    void enter() { worst = std::max(worst.load(), ++inside); }
    void prepare(batch_ref const&, std::vector<int>) override { enter(), --inside; }
    void commit(batch_ref const&) override { enter(), --inside; }
    void abort(batch_ref const&) override { enter(), --inside; }
  };
  auto const run = [](execution where) {
    auto const out = std::make_shared<one_at_a_time>();
    auto const busy = std::make_shared<std::array<std::atomic<int>, 4>>();
    auto const worst = std::make_shared<std::atomic<int>>(0);
    auto o = table_options();
    o.parallelism = 4;
    streaming_context ssc{o, std::move(where)};
    ssc.queue_stream<int>(singles(50))
        .map([](int x) {
          return std::pair{x % 4, x};
        })
        .update_state_by_key([=](std::span<int const> news, std::optional<int> old) {
          for (auto n : news) {
            auto& mine = (*busy)[static_cast<std::size_t>(n % 4)];
            *worst = std::max(worst->load(), ++mine);
            --mine;
          }
          return std::optional{old.value_or(0) + static_cast<int>(news.size())};
        })
        .map([](std::pair<int, int> const& p) { return p.second; })
        .to(out);
    ssc.start();
    ssc.run_until_idle();
    ssc.stop();
    require(out->worst == 1 && *worst == 1, "two signals were handled at once");
  };
  run(own_actor_system());
  run(in_calling_thread());
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    simulation sim{seed};
    run(sim.where());
  }
}

TEST_CASE("backpressure 20: after the end nothing is sent, whatever is granted") {
  under_schedules([](simulation& sim) {
    sim.inject(fault_script::parse("at \"*: link_grant\" chance 0.5: repeat"));
    auto const seen = count_links(sim);
    probed p{sim};
    for (auto const& batch : singles(8)) p.in.send(batch);
    p.out.request(100);
    p.out.expect_next({1});
    sim.unblock("sink 0: output_commit");
    p.ssc.stop(stop_mode::now);
    auto const at_the_end = seen->all();
    settle(sim, 1h);
    require(seen->all() == at_the_end, "a message of a link came after the end");
  });
  under_schedules([](simulation& sim) {
    auto const seen = count_links(sim);
    auto o = small_options();
    o.on_batch_failure = {.retries = 0, .then = failed_batch::suspend};
    test_source<int> in;
    auto const log = std::make_shared<sink_log>();
    streaming_context ssc{o, sim.where()};
    declare_poisoned(ssc, in, log, 1);
    ssc.start();
    for (auto const& batch : singles(8)) in.send(batch);
    probed::failure_of([&] { ssc.run_until_idle(); });
    auto const at_the_end = seen->all();
    settle(sim, 1h);
    require(seen->all() == at_the_end, "a message of a link came after its failure");
  });
}

TEST_CASE("backpressure 21: the end and a failure need no credit") {
  auto const full = [](simulation& sim, test_source<int>& in, std::function<void()> const& then) {
    for (auto const& batch : singles(20)) in.send(batch);
    settle(sim);
    then();
  };
  under_schedules([&](simulation& sim) {
    probed p{sim};
    full(sim, p.in, [&] {
      sim.unblock("sink 0: output_commit");
      p.ssc.stop(stop_mode::now);
    });
    require(p.ssc.state() == context_state::stopped, "a full link has held up the end");
  });
  // No credit at all behind the stage that fails.
  under_schedules([](simulation& sim) {
    sim.inject(fault_script::parse("at \"stage *: link_opened\": lose"));
    auto o = small_options();
    o.on_batch_failure = {.retries = 0, .then = failed_batch::stop};
    test_source<int> in;
    auto const log = std::make_shared<sink_log>();
    streaming_context ssc{o, sim.where()};
    declare_poisoned(ssc, in, log, 1);
    ssc.start();
    in.send({1});
    auto const told = probed::failure_of([&] { ssc.run_until_idle(); });
    require(told.find("poison") != std::string::npos, "the cause is lost: " + told);
  });
}

TEST_CASE("backpressure 22: a failure does not overtake the batches that were complete before it") {
  under_schedules([](simulation& sim) {
    auto o = small_options();
    o.on_batch_failure = {.retries = 0, .then = failed_batch::suspend};
    test_source<int> in;
    auto const log = std::make_shared<sink_log>();
    streaming_context ssc{o, sim.where()};
    declare_poisoned(ssc, in, log, 3);
    ssc.start();
    for (auto const& batch : singles(5)) in.send(batch);
    probed::failure_of([&] { ssc.run_until_idle(); });
    require(log->committed == std::vector<std::vector<int>>{{1}, {2}},
            "not exactly the batches before the failed one are committed");
  });
}

TEST_CASE("backpressure 23: every link that was opened comes to one end") {
  class same_end final : public monitor {
   public:
    explicit same_end(scene&) {}
    std::string name() const override { return "every link carries every batch"; }
    void link(link_event const& e) override {
      if (e.what == link_event::kind::open) last_.try_emplace(e.link, 0);
      if (e.what == link_event::kind::data) last_[e.link] = e.batch;
    }
    bool hot() const override {
      std::set<batch_id> ends;
      for (auto const& [link, batch] : last_) ends.insert(batch);
      return ends.size() != 1;
    }

   private:
    std::map<std::uint32_t, batch_id> last_;
  };
  on_every_kind([](scene& in) { return std::make_shared<same_end>(in); });
}

TEST_CASE("backpressure 24: a dead upstream end gives one outcome: a new epoch or the failure") {
  for (int const allowed : {0, 1, 1000})
    under_schedules([allowed](simulation& sim) {
      auto o = small_options();
      o.supervision.stages.max_restarts = allowed;
      sim.inject(
          fault_script::parse("at \"generator: link_grant\" pass 1: kill\n"
                              "at \"stage 0/0: link_data\" pass 5: kill afterwards\n"));
      probed p{sim, o};
      for (auto const& batch : singles(6)) p.in.send(batch);
      p.out.request(6);
      auto failed = false;
      try {
        p.ssc.run_until_idle();
      } catch (stream_failure const&) {
        failed = true;
      }
      settle(sim);
      require(p.log->suspended.size() == (failed ? 1 : 0), "not one outcome");
      if (!failed)
        for (int i = 1; i <= 6; ++i) p.out.expect_next({i});
      // Both deaths may be one incident.
      auto const epochs = p.log->restarted.size();
      require(failed ? epochs == static_cast<std::size_t>(allowed) : epochs == 1 || epochs == 2,
              "not one new epoch for each incident");
      for (std::size_t i = 0; i != p.log->restarted.size(); ++i)
        require(p.log->restarted[i].epoch == i + 2, "an epoch came twice");
    });
}
