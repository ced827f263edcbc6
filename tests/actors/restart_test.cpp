#include "deaths.hpp"

#include <doctest/doctest.h>
#include <map>
#include <sluice/testkit.hpp>

using namespace sluice;
using namespace std::chrono_literals;
using testkit::simulation;
using tests::unbreakable;

namespace {

using totals = std::pair<std::string, long>;

/// A sink that notices when it is treated as no sink may be.
class strict_sink final : public sink<totals> {
 public:
  void prepare(batch_ref const& batch, std::vector<totals> records) override {
    REQUIRE(batch.id > prepared_);
    prepared_ = batch.id;
    waiting_[batch.id] = std::move(records);
  }
  void commit(batch_ref const& batch) override {
    REQUIRE(batch.id == committed_ + 1);
    committed_ = batch.id;
    auto const found = waiting_.find(batch.id);
    REQUIRE(found != waiting_.end());
    for (auto& r : found->second) written_.push_back(std::move(r));
    waiting_.erase(found);
  }
  void abort(batch_ref const& batch) override { waiting_.erase(batch.id); }
  std::vector<totals> const& written() const { return written_; }

 private:
  batch_id prepared_ = 0;
  batch_id committed_ = 0;
  std::map<batch_id, std::vector<totals>> waiting_;
  std::vector<totals> written_;
};

/// Everything that keeps something between batches, and two inputs and two outputs.
struct reference_stream {
  std::shared_ptr<strict_sink> sink = std::make_shared<strict_sink>();
  std::shared_ptr<collected<totals>> windowed = std::make_shared<collected<totals>>();
  std::shared_ptr<collected<long>> mapped = std::make_shared<collected<long>>();

  explicit reference_stream(streaming_context& ssc) {
    auto lines = ssc.queue_stream<std::string>({{"a b a", "c"}, {"b"}, {}, {"a c c"}, {"d"}});
    auto more = ssc.queue_stream<std::string>({{"x"}, {"a", "b"}, {"y x"}});
    auto words = lines.union_with(more).flat_map(split_words).map([](std::string_view w) {
      return std::pair{std::string{w}, 1L};
    });
    auto counts = words.reduce_by_key(std::plus<>{});
    counts.update_state_by_key(tests::add_up).to(sink);
    words
        .reduce_by_key_and_window(std::plus<>{}, std::minus<>{}, std::chrono::hours{2},
                                  std::chrono::hours{1})
        .collect_into(windowed);
    counts
        .map_with_state(state_spec([](std::string const&, std::optional<long> n, state<long>& s) {
          s.update((s.exists() ? s.get() : 0) + n.value_or(0));
          return s.get();
        }))
        .collect_into(mapped);
  }

  friend bool operator==(reference_stream const& a, reference_stream const& b) {
    return a.sink->written() == b.sink->written() &&
           a.windowed->batches() == b.windowed->batches() &&
           a.mapped->batches() == b.mapped->batches();
  }
};

reference_stream run(simulation& sim) {
  streaming_context ssc{unbreakable(), sim.where()};
  ssc.add_listener(std::make_shared<streaming_listener>());
  reference_stream out{ssc};
  ssc.start();
  ssc.run_until_idle();
  ssc.stop();
  return out;
}

reference_stream undisturbed() {
  simulation sim{0, testkit::schedule::fifo};
  return run(sim);
}

std::string const roles[] = {"driver", "stage", "sink", "generator", "receiver_host", "listener"};

}  // namespace

TEST_CASE("an actor may die before any message it gets: what is committed stays the same") {
  auto const expected = undisturbed();
  REQUIRE(expected.sink->written().size() > 10);
  tests::die_before_each_message(roles, expected, run);
}

TEST_CASE("each role may die 1000 times under random schedules: what is committed stays the same") {
  auto const expected = undisturbed();
  for (auto const& role : roles) {
    std::size_t deaths = 0;
    for (std::uint64_t seed = 1; deaths < 1000; ++seed) {
      CAPTURE(role);
      CAPTURE(seed);
      simulation sim{seed};
      auto chance = random_for(seed, "deaths");
      for (int i = 0; i != 4; ++i) sim.kill(role, chance.below(30));
      REQUIRE(run(sim) == expected);
      deaths += sim.killed();
    }
  }
}

TEST_CASE("any mixture of deaths leaves what is committed the same") {
  tests::die_in_any_mixture(roles, 300, undisturbed(), run);
}

TEST_CASE("the same seed with the same deaths leaves the same trace") {
  testkit::trace_summary traces[2];
  for (auto& trace : traces) {
    simulation sim{5};
    sim.kill("driver", 3);
    sim.kill("receiver_host", 4);
    run(sim);
    trace = sim.trace();
  }
  CHECK(traces[0].hash == traces[1].hash);
}

TEST_CASE("a pipeline that dies too often is suspended with its state, and goes on when told to") {
  auto const expected = undisturbed();
  simulation sim{3};
  auto o = unbreakable();
  o.supervision.stages.max_restarts = 2;
  for (auto skip : {1, 8, 15}) sim.kill("driver", static_cast<std::uint64_t>(skip));
  streaming_context ssc{o, sim.where()};
  reference_stream out{ssc};
  ssc.start();
  CHECK_THROWS_AS(ssc.run_until_idle(), stream_failure);
  REQUIRE(ssc.state() == context_state::suspended);
  CHECK_THROWS_AS(ssc.await_termination(), stream_failure);
  ssc.resume();
  ssc.run_until_idle();
  CHECK(ssc.state() == context_state::active);
  ssc.stop();
  CHECK(out == expected);
}

TEST_CASE("the death of the guardian ends the stream with an error, and all its actors") {
  simulation sim{1};
  auto o = unbreakable();
  streaming_context ssc{o, sim.where()};
  ssc.queue_stream<int>({{1}}).collect_into(std::make_shared<collected<int>>());
  ssc.start();
  ssc.await_termination_for(1ms);
  sim.kill("guardian");
  CHECK_THROWS_AS(ssc.run_until_idle(), stream_failure);
}

TEST_CASE("restart gives the credit of a batch back to an output that had committed it before") {
  struct fails_once final : sink<int> {
    void prepare(batch_ref const&, std::vector<int>) override {}
    void commit(batch_ref const& batch) override {
      if (batch.id == 2 && !std::exchange(failed_, true)) throw std::runtime_error{"not now"};
    }
    void abort(batch_ref const&) override {}

   private:
    bool failed_ = false;
  };
  simulation sim{1, testkit::schedule::fifo};
  sim.check_links();
  auto o = unbreakable();
  o.max_in_flight_batches = 1;
  o.on_batch_failure.retries = 3;
  streaming_context ssc{o, sim.where()};
  auto const before = std::make_shared<collected<int>>();
  auto const numbers = ssc.queue_stream<int>({{1}, {2}, {3}, {4}});
  numbers.collect_into(before);
  numbers.to(std::make_shared<fails_once>());
  ssc.start();
  ssc.run_until_idle();
  ssc.stop();
  CHECK(before->records() == std::vector{1, 2, 3, 4});
}
