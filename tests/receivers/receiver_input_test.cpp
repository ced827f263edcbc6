#include <doctest/doctest.h>
#include <algorithm>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <numeric>
#include <sluice/operators/error.hpp>
#include <sluice/receivers/receiver_input.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/receivers/fake_host.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

using event_type = receiver_event::type;
using handle = receiver_handle<int>;

// A receiver made of two functions.
struct scripted final : receiver<int> {
  using on_start_function = std::function<void(handle&)>;
  explicit scripted(on_start_function start, std::function<void()> stop = {})
      : start_{std::move(start)}, stop_{std::move(stop)} {}
  void on_start(handle& into) override { start_(into); }
  void on_stop() override {
    if (stop_) stop_();
  }

 private:
  on_start_function start_;
  std::function<void()> stop_;
};

// Simulated in all but one thing: receivers get a thread.
class world_with_threads final : public world {
 public:
  sluice::clock& clock() override { return inner_.clock(); }
  sluice::storage& storage() override { return inner_.storage(); }
  sluice::network& network() override { return inner_.network(); }
  random_stream random(char const* subsystem) override { return inner_.random(subsystem); }
  bool simulated() const override { return false; }
  void in_background(std::function<void()> work) override { inner_.in_background(std::move(work)); }

 private:
  testkit::sim_world inner_{1};
};

std::vector<int> numbers(int from, int to) {
  auto all = std::vector<int>(static_cast<std::size_t>(to - from));
  std::iota(all.begin(), all.end(), from);
  return all;
}

std::vector<int> next(input& from, batch_id batch, std::uint64_t most = everything) {
  auto const cut = from.cut({batch, {}}, most);
  from.committed(batch);
  return records_of<int>(cut.parts);
}

// A receiver in the simulation, whose handle the test uses from outside.
struct fixture : simulation {
  explicit fixture(buffer_limits limits = {}, receiver_options how = options())
      : simulation{limits},
        source{std::make_unique<scripted>([this](handle& h) { started(h); }, [this] { ++stops; }),
               how} {}
  ~fixture() { source.stop(); }

  static receiver_options options() {
    return {.restart_delay = 500ms,
            .backoff = {.min = 100ms, .max = 1000ms, .factor = 2, .jitter = 0}};
  }
  void start() {
    source.start(host);
    settle();
  }
  void started(handle& h) {
    ++starts;
    into = &h;
    if (on_start) on_start(h);
  }
  std::uint64_t counter(std::string const& name) const { return source.counters().at(name); }

  std::function<void(handle&)> on_start;
  handle* into = nullptr;
  int starts = 0;
  int stops = 0;
  receiver_input<int> source;
};

}  // namespace

TEST_CASE("receiver input delivers single records and blocks in the order they were stored") {
  auto f = fixture{};
  f.start();
  CHECK(f.host->count(event_type::started) == 1);
  f.into->store(1);
  f.into->store(2);
  f.into->store(std::vector{3, 4, 5});
  f.into->store(std::vector<int>{});
  f.into->store(6);
  CHECK(f.source.status(false).records == 6);
  CHECK(f.source.status(false).bytes == 6 * sizeof(int));
  CHECK_FALSE(f.source.status(false).idle);
  CHECK(next(f.source, 1, 4) == numbers(1, 5));
  CHECK(next(f.source, 2) == numbers(5, 7));
  CHECK(f.source.status(false).idle);
  CHECK(f.counter("records") == 6);
}

TEST_CASE("receiver input tells its host once per block, not once per record") {
  auto f = fixture{};
  f.start();
  auto const before = f.host->posts();
  for (auto i = 0; i < 1000; ++i) f.into->store(i);
  CHECK(f.host->posts() == before + 1);
  f.host->run();
  for (auto i = 0; i < 1000; ++i) f.into->store(i);
  CHECK(f.host->posts() == before + 1);
  CHECK(next(f.source, 1).size() == 2000);
  f.into->store(1);
  CHECK(f.host->posts() == before + 2);
}

TEST_CASE("receiver input tells its host of blocks once between two cuts, unless it counts them") {
  for (bool const counts : {false, true}) {
    CAPTURE(counts);
    auto f = fixture{};
    f.host->counts = counts;
    f.start();
    auto const before = f.host->posts();
    for (auto i = 0; i != 3; ++i) {
      f.into->store(std::vector{i});
      f.host->run();
    }
    CHECK(f.host->posts() == before + (counts ? 3 : 1));
    CHECK(next(f.source, 1) == numbers(0, 3));
    f.into->store(std::vector{3});
    CHECK(f.host->posts() == before + (counts ? 4 : 2));
  }
}

TEST_CASE("receiver input seals a block when it is large enough") {
  auto f = fixture{{.bytes = 64 * 1024}};
  f.start();
  for (auto i = 0; i < 3000; ++i) f.into->store(i);
  auto const cut = f.source.cut({1, {}}, everything);
  CHECK(cut.parts[0].chunks.size() == 3);
  CHECK(records_of<int>(cut.parts) == numbers(0, 3000));
}

TEST_CASE("receiver input seals a block when the block interval is over") {
  auto f = fixture{};
  f.start();
  f.into->store(1);
  f.advance(150ms);
  f.into->store(2);
  f.advance(50ms);
  f.into->store(3);
  f.advance(199ms);
  f.into->store(4);
  auto const cut = f.source.cut({1, {}}, everything);
  REQUIRE(cut.parts[0].chunks.size() == 2);
  CHECK(cut.parts[0].chunks[0]->records() == 2);
  CHECK(cut.parts[0].chunks[1]->records() == 2);
}

TEST_CASE("receiver input keeps one timer for block intervals, however often it is cut") {
  auto f = fixture{};
  f.start();
  for (batch_id batch = 1; batch <= 100; ++batch) {
    f.into->store(1);
    f.settle();
    next(f.source, batch);
  }
  CHECK(f.host->delays.size() == 1);
  f.advance(1s);
  f.into->store(1);
  f.settle();
  CHECK(f.host->delays.size() == 2);
}

TEST_CASE("receiver input divides a large block so that several workers can have it") {
  auto sim = simulation{{}, 4};
  auto into = std::optional<handle>{};
  auto source =
      receiver_input<int>{std::make_unique<scripted>([&](handle& h) { into.emplace(h); })};
  source.start(sim.host);
  into->store(numbers(0, 1'000'000));
  auto const cut = source.cut({1, {}}, everything);
  for (auto const& part : cut.parts) CHECK(part.records() > 150'000);
  CHECK(records_of<int>(cut.parts) == numbers(0, 1'000'000));
  CHECK(cut.bytes == 1'000'000 * sizeof(int));
  source.stop();
}

TEST_CASE("receiver input throws in a simulation instead of waiting for room") {
  auto f = fixture{{.records = 3}};
  f.start();
  CHECK(f.into->credit() == 3);
  f.into->store(std::vector{1, 2});
  CHECK(f.into->credit() == 1);
  CHECK_THROWS_WITH_AS(f.into->store(std::vector{3, 4}),
                       doctest::Contains("buffer of 3 records and 67108864 bytes is full"),
                       runtime_failure);
  f.into->store(3);
  CHECK(f.into->credit() == 0);
  CHECK_THROWS_AS(f.into->store(4), runtime_failure);
  f.source.cut({1, {}}, everything);
  CHECK_THROWS_AS(f.into->store(4), runtime_failure);
  f.source.committed(1);
  f.into->store(4);
  CHECK(next(f.source, 2) == std::vector{4});
}

TEST_CASE("receiver input refuses a block that can never fit") {
  auto f = fixture{{.bytes = 100, .records = 1000}};
  f.start();
  CHECK_THROWS_WITH_AS(f.into->store(std::vector<int>(26)),
                       doctest::Contains("store of 26 records with 104 bytes is beyond"),
                       usage_error);
  f.into->store(std::vector<int>(25));
}

TEST_CASE("receiver input keeps positions with their blocks and wants them to ascend") {
  auto f = fixture{};
  f.start();
  CHECK_FALSE(f.into->last_position());
  f.into->store_at(10, 1);
  f.into->store_at(11, 2);
  f.into->store_at(20, std::vector{3, 4});
  CHECK(f.into->last_position() == 20);
  CHECK_THROWS_WITH_AS(f.into->store_at(20, 5),
                       doctest::Contains("store_at with position 20 after 20"), usage_error);
  CHECK_THROWS_AS(f.into->store_at(3, std::vector{5}), usage_error);
  auto const cut = f.source.cut({1, {}}, everything);
  CHECK(records_of<int>(cut.parts) == numbers(1, 5));
  CHECK(cut.description == "positions 10 to 20");
  CHECK(f.source.cut({2, {}}, everything).description.empty());
}

TEST_CASE("receiver input restarts a receiver after the delay when it asks for it") {
  auto f = fixture{};
  f.start();
  f.into->store(1);
  f.into->restart("lost the source");
  CHECK(f.stops == 0);
  f.settle();
  CHECK(f.stops == 1);
  CHECK(f.into->stopped());
  CHECK_THROWS_AS(f.into->store(2), receiver_stopped);
  f.advance(499ms);
  CHECK(f.starts == 1);
  f.advance(1ms);
  CHECK(f.starts == 2);
  CHECK_FALSE(f.into->stopped());
  f.into->store(3);
  CHECK(next(f.source, 1) == std::vector{1, 3});
  CHECK(f.host->reasons(event_type::restarted) == text_list{"lost the source"});
  CHECK(f.counter("restarts") == 1);
}

TEST_CASE("receiver input ends for good when the receiver asks for it") {
  auto f = fixture{};
  f.start();
  f.into->store(1);
  f.into->stop("done");
  f.into->restart("too late");
  f.settle();
  f.advance(10s);
  CHECK(f.starts == 1);
  CHECK(f.stops == 1);
  CHECK(f.host->reasons(event_type::stopped) == text_list{"done"});
  CHECK_THROWS_AS(f.into->store(2), receiver_stopped);
  CHECK(next(f.source, 1) == std::vector{1});
  CHECK(f.source.status(true).idle);
}

TEST_CASE("receiver input calls off a restart when it is stopped") {
  auto f = fixture{};
  f.start();
  f.into->restart("again");
  f.settle();
  f.source.drain();
  f.advance(10s);
  CHECK(f.starts == 1);
  CHECK(f.stops == 1);
  CHECK(f.host->count(event_type::stopped) == 1);
}

TEST_CASE("receiver input reports what on_start threw and starts again, later and later") {
  auto f = fixture{};
  f.on_start = [&](handle& h) {
    if (f.starts == 4) h.store(1);
    if (f.starts < 6) throw std::runtime_error{"no source"};
  };
  f.start();
  f.advance(60s);
  CHECK(f.starts == 6);
  // The fourth start stored something: the waits begin anew.
  CHECK(std::ranges::count(f.host->delays, 100ms) == 2);
  CHECK(std::ranges::count(f.host->delays, 400ms) == 1);
  CHECK(f.host->count(event_type::error) == 5);
  CHECK(f.host->reasons(event_type::error).front() == "on_start threw: no source");
  CHECK(f.counter("failed_starts") == 5);
  CHECK(f.counter("restarts") == 5);
}

TEST_CASE("receiver input reports errors of a receiver, and counts those beyond the bound") {
  auto f = fixture{};
  f.start();
  for (auto i = 0; i < 150; ++i) f.into->report_error("strange record");
  f.settle();
  CHECK(f.host->count(event_type::error) == 100);
  CHECK(f.counter("errors_reported") == 100);
  CHECK(f.counter("dropped_reports") == 50);
  CHECK(f.starts == 1);
}

TEST_CASE("receiver input goes on when on_stop throws") {
  auto sim = simulation{};
  auto source = receiver_input<int>{
      std::make_unique<scripted>([](handle&) {}, [] { throw std::runtime_error{"cannot close"}; })};
  source.start(sim.host);
  sim.settle();
  source.stop();
  CHECK(sim.host->reasons(event_type::error) == text_list{"on_stop threw: cannot close"});
  CHECK(sim.host->count(event_type::stopped) == 1);
}

TEST_CASE("receiver input takes what on_stop still stores into a drain") {
  auto sim = simulation{};
  auto into = std::optional<handle>{};
  auto source = receiver_input<int>{std::make_unique<scripted>([&](handle& h) { into.emplace(h); },
                                                               [&] {
                                                                 into->store(std::vector{2, 3});
                                                               })};
  source.start(sim.host);
  sim.settle();
  into->store(1);
  source.drain();
  CHECK(next(source, 1) == numbers(1, 4));
  CHECK(source.status(true).idle);
  CHECK_THROWS_AS(into->store(4), receiver_stopped);
  source.stop();
}

TEST_CASE("receiver input names a wrong option and a missing receiver") {
  CHECK_THROWS_WITH_AS(receiver_input<int>{nullptr}, doctest::Contains("null pointer"),
                       usage_error);
  auto const make = [](receiver_options how) {
    receiver_input<int>{std::make_unique<scripted>([](handle&) {}), std::move(how)};
  };
  CHECK_THROWS_WITH_AS(make({.name = "feed", .restart_delay = -1ms}),
                       doctest::Contains("receiver feed: restart_delay is -1 ms"), usage_error);
  CHECK_THROWS_AS(make({.backoff = {.min = 0ms}}), usage_error);
}

TEST_CASE("receiver input does nothing after its end, and its handle tells so") {
  auto sim = simulation{};
  auto into = std::optional<handle>{};
  {
    auto source =
        receiver_input<int>{std::make_unique<scripted>([&](handle& h) { into.emplace(h); })};
    source.start(sim.host);
    into->store(1);
    source.stop();
    source.stop();
  }
  CHECK(into->stopped());
  CHECK(into->credit() == 0);
  CHECK_THROWS_AS(into->store(2), receiver_stopped);
  into->report_error("nobody listens");
  into->restart("nobody listens");
  sim.advance(10s);
}

TEST_CASE("receiver store waits for room and goes on when a batch is committed") {
  auto outside = world_with_threads{};
  auto const host = std::make_shared<fake_host>(outside, buffer_limits{.records = 10});
  constexpr auto total = 1000;
  auto source = receiver_input<int>{std::make_unique<scripted>([](handle& into) {
    for (auto i = 0; i < total; i += 4) {
      into.store(i);
      into.store(std::vector{i + 1, i + 2, i + 3});
    }
  })};
  source.start(host);
  auto got = std::vector<int>{};
  for (batch_id batch = 1; got.size() < total; ++batch) {
    host->run_until([&] { return source.status(false).records > 0; });
    auto const records = next(source, batch);
    CHECK(records.size() <= 10);
    got.insert(got.end(), records.begin(), records.end());
  }
  CHECK(got == numbers(0, total));
  source.stop();
}

TEST_CASE("receiver store that waits is woken by stop and says that it stored nothing") {
  auto outside = world_with_threads{};
  auto const host = std::make_shared<fake_host>(outside, buffer_limits{.records = 5});
  auto stored = 0;
  auto refused = false;
  auto source = receiver_input<int>{std::make_unique<scripted>([&](handle& into) {
    try {
      for (;;) {
        into.store(stored);
        ++stored;
      }
    } catch (receiver_stopped const&) {
      refused = true;
      throw;
    }
  })};
  source.start(host);
  host->run_until([&] { return source.status(false).records > 0; });
  source.stop();
  CHECK(refused);
  CHECK(stored <= 5);
  CHECK(source.status(false).records == static_cast<std::uint64_t>(stored));
  // A receiver that was told to end has not failed.
  CHECK(host->count(event_type::error) == 0);
}

TEST_CASE("receiver store that waits is woken by a restart, which joins what was started") {
  auto outside = world_with_threads{};
  auto const host = std::make_shared<fake_host>(outside, buffer_limits{.records = 5});
  auto worker = std::thread{};
  // on_stop may be called before on_start returns: the restart waits until there is what to join.
  auto joinable = std::promise<void>{};
  auto source = receiver_input<int>{std::make_unique<scripted>(
      [&](handle& into) {
        worker = std::thread{[&into, can_join = joinable.get_future()] {
          try {
            can_join.wait();
            for (auto i = 0;; ++i) {
              if (i == 3) into.restart("again");
              into.store(i);
            }
          } catch (receiver_stopped const&) {
          }
        }};
        joinable.set_value();
      },
      [&] { worker.join(); })};
  source.start(host);
  host->run_until([&] { return source.counters().at("restarts") == 1; });
  CHECK_FALSE(worker.joinable());
  CHECK(next(source, 1).size() <= 5);
  source.stop();
}

TEST_CASE("receiver input takes records from many threads, each thread's in order") {
  auto outside = world_with_threads{};
  auto const host = std::make_shared<fake_host>(outside, buffer_limits{.records = 50});
  constexpr auto threads = 4;
  constexpr auto each = 2000;
  auto workers = std::vector<std::thread>{};
  auto source = receiver_input<int>{std::make_unique<scripted>(
      [&](handle& into) {
        for (auto worker = 0; worker < threads; ++worker) {
          workers.emplace_back([into, worker]() mutable {
            for (auto i = 0; i < each; ++i) into.store(worker * each + i);
          });
        }
      },
      [&] {
        for (auto& worker : workers) worker.join();
      })};
  source.start(host);
  auto got = std::vector<int>{};
  for (batch_id batch = 1; got.size() < threads * each; ++batch) {
    host->run_until([&] { return source.status(false).records > 0; });
    for (auto const record : next(source, batch)) got.push_back(record);
  }
  source.stop();
  auto positions = std::vector<int>(threads, 0);
  for (auto const record : got) {
    auto const worker = static_cast<std::size_t>(record / each);
    CHECK(record % each == positions[worker]);
    ++positions[worker];
  }
}

TEST_CASE("receiver input is not idle in a drain until on_start has returned") {
  auto outside = world_with_threads{};
  auto const host = std::make_shared<fake_host>(outside);
  auto mutex = std::mutex{};
  auto changed = std::condition_variable{};
  auto may_return = false;
  auto source = receiver_input<int>{std::make_unique<scripted>([&](handle& into) {
    auto lock = std::unique_lock{mutex};
    changed.wait(lock, [&] { return may_return; });
    into.store(std::vector{1, 2});
  })};
  source.start(host);
  source.drain();
  CHECK_FALSE(source.status(false).idle);
  {
    auto const lock = std::scoped_lock{mutex};
    may_return = true;
  }
  changed.notify_all();
  host->run_until([&] { return host->count(event_type::stopped) == 1; });
  CHECK(next(source, 1) == std::vector{1, 2});
  CHECK(source.status(false).idle);
  source.stop();
}
