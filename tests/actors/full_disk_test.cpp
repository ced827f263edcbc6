#include "checkpoint_each_batch.hpp"

#include <doctest/doctest.h>
#include <sluice/testkit.hpp>

using namespace sluice;
using namespace std::chrono_literals;
using testkit::simulation;
using testkit::storage_operation;
using tests::checkpoint_each_batch;

namespace {

struct events final : streaming_listener {
  std::vector<std::string> failures;
  std::size_t checkpoints = 0;
  std::vector<std::string> suspended;
  std::vector<batch_id> caught_up;
  void on_checkpoint(checkpoint_info const& info) override {
    ++checkpoints;
    if (!info.failure.empty()) failures.push_back(info.failure);
  }
  void on_suspended(std::string const& cause) override { suspended.push_back(cause); }
  void on_caught_up(batch_id batch) override { caught_up.push_back(batch); }
};

/// A stream of ten batches with state, and what it tells.
struct scene {
  simulation sim{1, testkit::schedule::fifo};
  std::shared_ptr<events> told = std::make_shared<events>();
  std::shared_ptr<collected<std::pair<int, long>>> out =
      std::make_shared<collected<std::pair<int, long>>>();

  streaming_context make(options const& o = checkpoint_each_batch()) {
    streaming_context ssc{o, sim.where()};
    ssc.add_listener(told);
    ssc.queue_stream<int>({{1}, {2}, {3}, {4}, {5}, {6}, {7}, {8}, {9}, {10}})
        .map([](int x) {
          return std::pair{x % 3, static_cast<long>(x)};
        })
        .update_state_by_key([](std::span<long const> news, std::optional<long> sum) {
          for (auto n : news) sum = sum.value_or(0) + n;
          return sum;
        })
        .collect_into(out);
    return ssc;
  }
  void fail(storage_operation what, std::string path, std::size_t times, std::size_t after = 0) {
    sim.outside().storage().inject(
        {what, std::move(path), std::errc::no_space_on_device, times, after});
  }
};

auto expected() {
  scene s;
  auto ssc = s.make();
  ssc.start();
  ssc.run_until_idle();
  ssc.stop();
  CHECK(s.told->failures.empty());
  CHECK(s.told->checkpoints == 10);
  return s.out->batches();
}

}  // namespace

TEST_CASE("a batch that cannot be written down suspends the stream, and resume goes on") {
  for (auto what : {storage_operation::append, storage_operation::sync}) {
    CAPTURE(to_string(what));
    scene s;
    auto ssc = s.make();
    ssc.start();
    s.fail(what, "*batches*", 1, 6);
    CHECK_THROWS_WITH_AS(ssc.run_until_idle(), doctest::Contains("cannot write a batch"),
                         runtime_failure);
    CHECK(ssc.state() == context_state::suspended);
    ssc.resume();
    ssc.run_until_idle();
    ssc.stop();
    CHECK(s.told->suspended.size() == 1);
    CHECK(s.out->batches() == expected());
  }
}

TEST_CASE("a checkpoint that fails is tolerated, and the next one holds what was lost") {
  for (auto path : {"*states*", "*manifest*", "*blob*"}) {
    for (auto what : {storage_operation::append, storage_operation::sync}) {
      CAPTURE(path);
      CAPTURE(to_string(what));
      scene s;
      {
        auto ssc = s.make();
        ssc.start();
        s.fail(what, path, 1, 2);
        ssc.run_until_idle();
        s.sim.end_process_after(0);
        CHECK_THROWS(ssc.run_until_idle());
      }
      CHECK(s.told->failures.size() == 1);
      CHECK(s.out->batches() == expected());
      s.sim.start_process();
      auto ssc = s.make();
      ssc.start();
      ssc.run_until_idle();
      ssc.stop();
    }
  }
}

TEST_CASE("checkpoints that go on failing suspend the stream") {
  scene s;
  auto ssc = s.make();
  ssc.start();
  s.fail(storage_operation::open_write, "*manifest*", 3);
  CHECK_THROWS_WITH_AS(ssc.run_until_idle(), doctest::Contains("3 checkpoints in succession"),
                       stream_failure);
  ssc.resume();
  ssc.run_until_idle();
  CHECK(s.out->batches() == expected());
}

TEST_CASE("a log of bounded size is cleaned by checkpoints and never full") {
  auto o = checkpoint_each_batch();
  o.checkpoints.interval = std::chrono::hours{1};
  o.checkpoints.max_log_bytes = 200'000;
  scene s;
  streaming_context ssc{o, s.sim.where()};
  std::vector<std::vector<std::string>> batches(100, {std::string(5'000, 'x')});
  auto const out = std::make_shared<collected<std::int64_t>>();
  ssc.queue_stream<std::string>(batches).count().collect_into(out);
  ssc.start();
  ssc.run_until_idle();
  ssc.stop();
  CHECK(out->batches().size() == 100);
  CHECK(s.sim.outside().storage().used() < 250'000);
}

TEST_CASE("a rotten checkpoint falls back to the one before, with the same result") {
  scene s;
  auto o = checkpoint_each_batch();
  {
    auto ssc = s.make(o);
    ssc.start();
    ssc.run_until_idle();
    ssc.stop();
  }
  auto const all = expected();
  auto& disk = s.sim.outside().storage();
  std::string newest;
  for (auto const& entry : *disk.list("state/stream"))
    if (entry.name.starts_with("blob-")) newest = std::max(newest, entry.name);
  disk.flip_bit("state/stream/" + newest, 20);
  s.sim.start_process();
  s.told = std::make_shared<events>();
  auto ssc = s.make(o);
  ssc.start();
  auto const text = ssc.explain();
  CAPTURE(text);
  CHECK(text.find("going on behind batch 9, 1 batches to do again, 10 is the newest") !=
        std::string::npos);
  ssc.run_until_idle();
  ssc.stop();
  CHECK(s.told->caught_up == std::vector<batch_id>{10});
  CHECK(s.out->batches() == all);
}

namespace {

/// Everything below a directory.
std::vector<std::string> files_below(storage& disk, std::string const& directory) {
  std::vector<std::string> found;
  auto const entries = disk.list(directory);
  REQUIRE(entries.has_value());
  for (auto const& entry : *entries) {
    auto const path = directory + '/' + entry.name;
    if (!entry.is_directory)
      found.push_back(path);
    else
      for (auto& below : files_below(disk, path)) found.push_back(std::move(below));
  }
  return found;
}

}  // namespace

TEST_CASE("one bit that rots anywhere: the same result, or a refusal that names the file") {
  auto const all = expected();
  std::size_t refused = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    scene s;
    auto chance = random_for(seed, "rot");
    s.sim.end_process_after(20 + chance.below(250));
    try {
      auto ssc = s.make();
      ssc.start();
      ssc.run_until_idle();
    } catch (error const&) {
      REQUIRE(s.sim.process_has_ended());
    }
    if (!s.sim.process_has_ended()) continue;
    s.sim.start_process();
    auto& disk = s.sim.outside().storage();
    auto const files = files_below(disk, "state");
    auto const file = files[chance.below(files.size())];
    auto const size = disk.contents(file)->size();
    if (size != 0) disk.flip_bit(file, chance.below(size), static_cast<unsigned>(chance.below(8)));
    CAPTURE(file);
    auto ssc = s.make();
    try {
      ssc.start();
    } catch (runtime_failure const& e) {
      ++refused;
      REQUIRE(std::string{e.what()}.find("state/stream") != std::string::npos);
      continue;
    }
    ssc.run_until_idle();
    ssc.stop();
    // The batch that was being committed may be there twice: this output does not know its last.
    auto out = s.out->batches();
    out.erase(std::unique(out.begin(), out.end()), out.end());
    REQUIRE(out == all);
  }
  MESSAGE(refused, " refused");
  CHECK(refused > 20);
}

TEST_CASE("a batch that ends one process after the other is put aside, if that is asked for") {
  auto o = checkpoint_each_batch();
  o.checkpoints.max_attempts = 2;
  simulation sim{1, testkit::schedule::fifo};
  auto const out = std::make_shared<collected<int>>();
  auto const run = [&] {
    streaming_context ssc{o, sim.where()};
    ssc.queue_stream<int>({{1}, {2}, {3}})
        .map([&](int x) {
          if (x == 2) sim.end_process_after(0);
          return x;
        })
        .collect_into(out);
    ssc.start();
    ssc.run_until_idle();
    ssc.stop();
  };
  for (int process = 0; process != 3; ++process) {
    CHECK_THROWS_AS(run(), testkit::process_ended);
    sim.start_process();
  }
  run();
  CHECK(out->batches() == std::vector<std::vector<int>>{{1}, {}, {3}});
  CHECK(sim.outside().storage().contents("state/stream/poison/batch-2").has_value());
}

TEST_CASE("a drain that takes too long is ended, and says what is left") {
  auto o = checkpoint_each_batch();
  o.drain_timeout = 50ms;
  simulation sim{1, testkit::schedule::fifo};
  streaming_context ssc{o, sim.where()};
  auto const stuck = std::make_shared<batch_queue<int>>();
  ssc.queue_stream(stuck)
      .map([](int x) -> int {
        if (x == 1) throw std::runtime_error{"again and again"};
        return x;
      })
      .print();
  ssc.start();
  stuck->push({1});
  ssc.stop(stop_mode::drain);
  CHECK(ssc.state() == context_state::stopped);
}
