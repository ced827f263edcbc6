#include <doctest/doctest.h>
#include <atomic>
#include <random>
#include <sluice/testkit.hpp>
#include <thread>

#include "tests/temporary_directory.hpp"

using namespace sluice;
using namespace std::chrono_literals;

namespace {

using totals = std::pair<int, long>;
constexpr int keys = 100;

/// Counts the restarts that have happened.
struct restarts final : streaming_listener {
  std::atomic<std::size_t> seen = 0;
  void on_actor_restarted(actor_info const&) override { ++seen; }
};

options under_fire(std::string const& directory) {
  options o;
  o.trigger = on_demand();
  o.parallelism = 2;
  o.log_level = "off";
  o.allow_faults = true;
  o.checkpoint_dir = directory;
  o.checkpoints.interval = 20ms;
  o.supervision.stages.max_restarts = 1'000'000;
  o.supervision.stages.lifetime_cap = std::nullopt;
  o.supervision.stages.backoff = {.min = duration{0}, .max = duration{0}};
  o.supervision.receivers = o.supervision.stages;
  return o;
}

/// A stream that is fed while its actors die.
class scene {
 public:
  explicit scene(std::string const& directory) : ssc_{under_fire(directory)} {
    auto const sums = ssc_.queue_stream(queue_)
                          .map([](int x) {
                            return std::pair{x % keys, long{x}};
                          })
                          .reduce_by_key(std::plus<>{});
    sums.collect_into(batches_);
    sums.update_state_by_key([](std::span<long const> news, std::optional<long> sum) {
          for (auto n : news) sum = sum.value_or(0) + n;
          return sum;
        })
        .collect_into(totals_);
    ssc_.add_listener(restarts_);
    ssc_.start();
  }
  void feed() {
    std::vector<int> batch(50);
    for (auto& x : batch) {
      x = next_++;
      expected_[x % keys] += x;
    }
    queue_->push(std::move(batch));
  }
  void kill(std::string const& role) { ssc_.kill_actor(role); }
  std::size_t restarted() const { return restarts_->seen; }

  void check_totals() {
    ssc_.run_until_idle();
    ssc_.stop();
    std::map<int, long> added;
    auto const all = batches_->batches();
    for (auto const& batch : all)
      for (auto const& [key, n] : batch) added[key] += n;
    CHECK(added == expected_);
    std::map<int, long> kept;
    auto const sums = totals_->batches();
    for (auto const& [key, n] : sums.back()) kept[key] = n;
    CHECK(kept == expected_);
  }

 private:
  std::shared_ptr<batch_queue<int>> queue_ = std::make_shared<batch_queue<int>>();
  std::shared_ptr<collected<totals>> batches_ = std::make_shared<collected<totals>>();
  std::shared_ptr<collected<totals>> totals_ = std::make_shared<collected<totals>>();
  std::shared_ptr<restarts> restarts_ = std::make_shared<restarts>();
  streaming_context ssc_;
  int next_ = 0;
  std::map<int, long> expected_;
};

void survive(std::string const& role, std::size_t deaths) {
  auto const seed = std::random_device{}();
  CAPTURE(role);
  CAPTURE(seed);
  tests::temporary_directory const directory;
  scene s{directory / "state"};
  std::mt19937 chance{seed};
  for (std::size_t asked = 0; s.restarted() < deaths; ++asked) {
    REQUIRE(asked < 1000 * deaths);
    s.feed();
    s.kill(role);
    std::this_thread::sleep_for(std::chrono::microseconds{chance() % 2000});
  }
  s.check_totals();
}

}  // namespace

TEST_CASE("a driver that dies 1000 times under load loses nothing") { survive("driver", 1000); }
TEST_CASE("a generator that dies 1000 times under load loses nothing") {
  survive("batch generator", 1000);
}
TEST_CASE("stages that die 1000 times under load lose nothing") { survive("stage", 1000); }
TEST_CASE("sinks that die 1000 times under load lose nothing") { survive("sink", 1000); }
TEST_CASE("a receiver host that dies 1000 times under load loses nothing") {
  survive("receiver host", 1000);
}
TEST_CASE("faults are refused unless they are allowed") {
  streaming_context ssc;
  CHECK_THROWS_WITH_AS(ssc.kill_actor("driver"), doctest::Contains("options.allow_faults"),
                       usage_error);
}
