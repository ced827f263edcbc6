// Assertions 25 to 32: cancelling, which is a stop, a death or the end of a receiver.
#include "flow_link.hpp"
#include "probed.hpp"

using namespace sluice;
using namespace sluice::tests::conformance;

namespace {

/// What a test gives away and wants to have back.
using token = std::shared_ptr<int>;

struct tracked {
  token mine;
  int number = 0;
};

/// Items that `to` has handled after the end of `from` had come to it.
std::uint64_t items_after_end(std::vector<run_step> const& steps, std::string const& from,
                              std::string const& to) {
  std::uint64_t n = 0;
  auto ended = false;
  for (auto const& step : steps) {
    if (step.lane == from && step.what == "exit_msg") ended = true;
    if (ended && step.lane == to && step.what == "link_data") ++n;
  }
  require(ended, from + " was not told to end");
  return n;
}

class stopping_receiver final : public receiver<int> {
 public:
  struct calls {
    int starts = 0;
    int stops = 0;
    std::optional<receiver_handle<int>> handle;
  };
  explicit stopping_receiver(std::shared_ptr<calls> seen) : seen_{std::move(seen)} {}
  void on_start(receiver_handle<int>& handle) override {
    ++seen_->starts;
    seen_->handle = handle;
    handle.store(7);
  }
  void on_stop() override { ++seen_->stops; }

 private:
  std::shared_ptr<calls> seen_;
};

}  // namespace

TEST_CASE("backpressure 25: after a cancel no more comes than was granted before") {
  under_schedules([](simulation& sim) {
    auto const log = std::make_shared<sink_log>();
    sim.keep_steps();
    test_source<int> in;
    streaming_context ssc{small_options(), sim.where()};
    in.stream(ssc).to(sink_into(log));
    ssc.start();
    for (auto const& batch : singles(30)) in.send(batch);
    sim.run_until([&] { return !log->commits.empty(); }, 1h);
    ssc.stop(stop_mode::now);
    auto const steps = sim.steps();
    auto const window = small_options().max_in_flight_batches;
    require(items_after_end(steps, "generator", "stage 0/0") <= window &&
                items_after_end(steps, "stage 0/0", "sink 0") <= window,
            "more came after the cancel than was granted");
  });
}

TEST_CASE("backpressure 26: what was under way at a cancel is dropped, and not unseen") {
  under_schedules([](simulation& sim) {
    auto const log = std::make_shared<sink_log>();
    auto const seen = std::make_shared<event_log>();
    std::uint64_t prepared = 0;
    log->on_prepare = [&](batch_id) { ++prepared; };
    test_source<int> in;
    auto o = small_options();
    streaming_context ssc{o, sim.where()};
    in.stream(ssc).to(sink_into(log));
    ssc.add_listener(seen);
    ssc.start();
    for (auto const& batch : singles(12)) in.send(batch);
    sim.run_until([&] { return log->commits.size() == 2; }, 1h);
    ssc.stop(stop_mode::now);
    require(prepared == log->commits.size() + log->aborted, "a prepared batch was not given up");
    require(log->prepared.empty(), "a prepared batch was left behind");
    require(in.content().entries + log->commits.size() + 4 >= 12, "more was under way than may be");
    require(seen->completed.size() <= log->commits.size(), "a dropped batch was told as completed");
  });
}

TEST_CASE("backpressure 27: a second and a third cancel change nothing") {
  under_schedules([](simulation& sim) {
    auto const log = std::make_shared<sink_log>();
    test_source<int> in;
    streaming_context ssc{small_options(), sim.where()};
    in.stream(ssc).to(sink_into(log));
    ssc.start();
    for (auto const& batch : singles(6)) in.send(batch);
    sim.run_until([&] { return !log->commits.empty(); }, 1h);
    ssc.stop(stop_mode::now);
    auto const aborted = log->aborted;
    auto const commits = log->commits.size();
    ssc.stop(stop_mode::now);
    ssc.stop(stop_mode::drain);
    settle(sim);
    require(log->aborted == aborted && log->commits.size() == commits,
            "a further stop has done something");
    require(ssc.state() == context_state::stopped, "it is not stopped any more");
  });
}

TEST_CASE("backpressure 28: grants after a cancel change nothing") {
  flow::out_link link{2};
  link.offer(share_of(1, 1));
  link.grant(1, {9, 9, 9});
  CHECK(pumped(link) == 0);
  under_schedules([](simulation& sim) {
    sim.inject(
        fault_script::parse("at \"*: link_grant\" chance 0.7: repeat\n"
                            "at \"*: link_opened\" chance 0.7: repeat\n"));
    auto const log = std::make_shared<sink_log>();
    auto const seen = count_links(sim);
    test_source<int> in;
    streaming_context ssc{small_options(), sim.where()};
    in.stream(ssc).to(sink_into(log));
    ssc.start();
    for (auto const& batch : singles(9)) in.send(batch);
    sim.run_until([&] { return log->commits.size() == 3; }, 1h);
    ssc.stop(stop_mode::now);
    auto const items = seen->data;
    settle(sim);
    require(seen->data == items, "an item was sent after the cancel");
  });
}

TEST_CASE("backpressure 29: after the end nobody holds records, functions or sinks any more") {
  for (auto const mode : {stop_mode::drain, stop_mode::now})
    under_schedules([mode](simulation& sim) {
      token const record = std::make_shared<int>(0);
      token const function = std::make_shared<int>(0);
      auto const log = std::make_shared<sink_log>();
      std::weak_ptr<sink<int>> out;
      if (mode == stop_mode::drain)
        sim.inject(fault_script::parse("at \"stage 0/0: link_data\" pass 3: kill"));
      {
        streaming_context ssc{small_options(), sim.where()};
        auto const queue = std::make_shared<batch_queue<tracked>>();
        {
          auto const made = sink_into(log);
          out = made;
          ssc.queue_stream<tracked>(queue)
              .map([function](tracked const& t) { return t.number + *function; })
              .to(made);
        }
        ssc.start();
        for (int n = 0; n != 6; ++n) queue->push({tracked{record, n}});
        sim.run_until([&] { return log->commits.size() == 2; }, 1h);
        ssc.stop(mode);
        if (mode == stop_mode::drain)
          require(record.use_count() == 1, "a link holds records after everything is committed");
      }
      require(record.use_count() == 1, "a record is held after the end");
      require(function.use_count() == 1, "a function is held after the end");
      require(out.expired(), "a sink is held after the end");
    });
}

TEST_CASE("backpressure 30: one output or input that gives up does not disturb the others") {
  under_schedules([](simulation& sim) {
    auto o = small_options();
    o.on_batch_failure = {.retries = 0, .then = failed_batch::skip};
    auto const bad = std::make_shared<sink_log>();
    auto const good = std::make_shared<sink_log>();
    bad->on_prepare = [](batch_id id) {
      if (id == 2) throw std::runtime_error{"this output does not want it"};
    };
    streaming_context ssc{o, sim.where()};
    auto const from = ssc.queue_stream<int>(singles(4));
    from.to(sink_into(bad));
    from.to(sink_into(good));
    ssc.start();
    ssc.run_until_idle();
    ssc.stop();
    require(std::count_if(good->committed.begin(), good->committed.end(),
                          [](auto const& batch) { return !batch.empty(); }) == 4,
            "the other output has lost something");
  });
  under_schedules([](simulation& sim) {
    auto const ends = std::make_shared<stopping_receiver::calls>();
    auto const stays = std::make_shared<stopping_receiver::calls>();
    auto const log = std::make_shared<sink_log>();
    streaming_context ssc{small_options(), sim.where()};
    ssc.receiver_stream<int>(std::make_unique<stopping_receiver>(ends))
        .union_with(ssc.receiver_stream<int>(std::make_unique<stopping_receiver>(stays)))
        .to(sink_into(log));
    ssc.start();
    sim.run_until([&] { return ends->handle && stays->handle; }, 1h);
    ends->handle->stop("enough");
    settle(sim);
    stays->handle->store(8);
    ssc.run_until_idle();
    require(stays->stops == 0, "an input has stopped with the other one");
    ssc.stop();
    require(ends->stops == 1 && stays->stops == 1, "an input was not told once to stop");
    std::size_t records = 0;
    for (auto const& batch : log->committed) records += batch.size();
    require(records == 3, "a record is missing");
    ends->handle.reset();
    stays->handle.reset();
  });
}

TEST_CASE("backpressure 31: whoever stops for its own reasons leaves no link half open") {
  class no_half_open_link final : public monitor {
   public:
    std::string name() const override { return "a link whose ends live in different epochs"; }
    void link(link_event const& e) override {
      if (e.what == link_event::kind::opened) opened_[e.link] = std::max(opened_[e.link], e.epoch);
    }
    bool hot() const override {
      for (auto const& [link, epoch] : opened_)
        if (epoch != opened_.begin()->second) return true;
      return false;
    }

   private:
    std::map<std::uint32_t, std::uint32_t> opened_;
  };
  on_every_kind([](scene&) { return std::make_shared<no_half_open_link>(); },
                script("at \"stage *: link_data\" pass 2: kill\n"
                       "at \"sink 0: output_commit\" pass 3: kill afterwards\n"));
}

TEST_CASE("backpressure 32: a cancel carries its cause to those who can be told") {
  under_schedules([](simulation& sim) {
    auto const calls = std::make_shared<stopping_receiver::calls>();
    auto const log = std::make_shared<event_log>();
    auto const into = std::make_shared<sink_log>();
    streaming_context ssc{small_options(), sim.where()};
    ssc.receiver_stream<int>(std::make_unique<stopping_receiver>(calls)).to(sink_into(into));
    ssc.add_listener(log);
    ssc.start();
    sim.run_until([&] { return calls->handle.has_value(); }, 1h);
    calls->handle->stop("the peer has closed");
    settle(sim);
    calls->handle.reset();
    require(log->stopped.size() == 1 && log->stopped[0].message == "the peer has closed",
            "the reason of a stop was not told");
  });
  under_schedules([](simulation& sim) {
    auto o = small_options();
    o.on_batch_failure = {.retries = 1, .then = failed_batch::suspend};
    auto const log = std::make_shared<event_log>();
    auto const into = std::make_shared<sink_log>();
    into->on_prepare = [](batch_id) { throw std::runtime_error{"the disk is away"}; };
    streaming_context ssc{o, sim.where()};
    ssc.queue_stream<int>(singles(2)).to(sink_into(into));
    ssc.add_listener(log);
    ssc.start();
    auto const told = probed::failure_of([&] { ssc.run_until_idle(); });
    settle(sim);
    for (auto const& text : {told, log->suspended.at(0), log->restarted.at(0).cause})
      require(text.find("the disk is away") != std::string::npos, "a cause is lost: " + text);
  });
}
