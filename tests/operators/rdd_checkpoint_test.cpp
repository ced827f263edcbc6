// A checkpoint replaces what an rdd was computed from, once it is complete, and not before.
#include <atomic>

#include "table.hpp"
#include "tests/temporary_directory.hpp"

using namespace sluice;
using namespace sluice::tests;
using testkit::simulation;
using testkit::storage_operation;

namespace {

using numbers = std::vector<int>;

options with_checkpoints(std::string directory) {
  auto o = with_parallelism(2);
  o.checkpoint_dir = std::move(directory);
  o.log_level = "off";
  return o;
}

/// A simulated context, and an rdd that counts what it computes.
struct fixture {
  testkit::sim_storage& disk() { return machine.outside().storage(); }

  simulation machine{1};
  streaming_context ssc{with_checkpoints("saved"), machine.where()};
  std::shared_ptr<std::atomic<int>> calls = std::make_shared<std::atomic<int>>(0);
  rdd<int> doubled = ssc.parallelize(numbers{1, 2, 3}, 2).map([n = calls](int x) {
    ++*n;
    return 2 * x;
  });
};

}  // namespace

TEST_CASE("checkpoint is written by the first job and read by all that follow") {
  in_every_way([](execution where) {
    temporary_directory const directory;
    streaming_context ssc{with_checkpoints(directory.path()), std::move(where)};
    std::atomic<int> calls{0};
    auto const saved = ssc.parallelize(numbers{1, 2, 3}, 2)
                           .map([&](int x) { return ++calls, 2 * x; })
                           .checkpoint();
    CHECK_FALSE(saved.is_checkpointed());
    CHECK_FALSE(saved.checkpoint_file());
    CHECK(saved.dependencies().size() == 1);
    CHECK(saved.count() == 3);
    CHECK(saved.is_checkpointed());
    CHECK(saved.checkpoint_file() == directory / "rdd-1");
    CHECK(saved.dependencies().empty());
    CHECK(saved.collect() == numbers{2, 4, 6});
    CHECK(saved.map([](int x) { return x + 1; }).repartition(1).count() == 3);
    CHECK(saved.debug_string() == "(2) checkpoint#3 [checkpoint " + directory / "rdd-1" + "]\n");
    CHECK(calls == 3);
  });
}

TEST_CASE_FIXTURE(fixture, "checkpoint writes part files, then _SUCCESS") {
  auto const saved = doubled.checkpoint();
  CHECK_FALSE(disk().contents("saved/rdd-1/part-00000"));
  saved.count();
  CHECK(disk().contents("saved/rdd-1/part-00000"));
  CHECK(disk().contents("saved/rdd-1/part-00001"));
  CHECK(disk().contents("saved/rdd-1/_SUCCESS") == "");
  CHECK(disk().list("saved/rdd-1").value().size() == 3);
}

TEST_CASE_FIXTURE(fixture, "checkpoint is there after a crash that loses all it may") {
  doubled.checkpoint().count();
  machine.outside().crash(testkit::crash_loss::everything);
  CHECK(disk().list("saved/rdd-1").value().size() == 3);
}

TEST_CASE_FIXTURE(fixture, "checkpoint takes the first number that is free") {
  disk().put("saved/rdd-7/_SUCCESS", "");
  disk().put("saved/rdd-old", "");
  auto const saved = doubled.checkpoint();
  saved.count();
  CHECK(saved.checkpoint_file() == "saved/rdd-8");
}

TEST_CASE("checkpoint lets go of what the rdd was computed from") {
  simulation machine{1};
  streaming_context ssc{with_checkpoints("saved"), machine.where()};
  auto token = std::make_shared<int>(1);
  std::weak_ptr<int> const alive = token;
  auto const saved = ssc.parallelize(numbers{1, 2})
                         .map([t = std::move(token)](int x) { return x + *t; })
                         .checkpoint();
  CHECK_FALSE(alive.expired());
  CHECK(saved.collect() == numbers{2, 3});
  CHECK(alive.expired());
  CHECK(saved.collect() == numbers{2, 3});
}

TEST_CASE_FIXTURE(fixture, "checkpoint keeps a long chain short") {
  auto last = doubled.checkpoint();
  for (int i = 0; i != 100; ++i) {
    last.count();
    last = last.map([](int x) { return x + 1; }).checkpoint();
  }
  auto const text = last.debug_string();
  CHECK(std::count(text.begin(), text.end(), '\n') == 2);
  CHECK(last.collect() == numbers{102, 104, 106});
  CHECK(*calls == 3);
}

TEST_CASE_FIXTURE(fixture, "checkpoint of a kept rdd keeps it, and computes nothing again") {
  auto const kept = doubled.persist(storage_level::memory_and_disk);
  kept.count();
  auto const saved = kept.checkpoint();
  CHECK_FALSE(saved.is_checkpointed());
  CHECK(saved.count() == 3);
  CHECK(saved.is_checkpointed());
  CHECK(kept.is_checkpointed());
  CHECK(saved.storage_level() == storage_level::memory_and_disk);
  CHECK(*calls == 3);
  auto const reads = disk().operations();
  CHECK(saved.collect() == numbers{2, 4, 6});
  CHECK(disk().operations() == reads);
  kept.unpersist();
  CHECK(kept.collect() == numbers{2, 4, 6});
  CHECK(*calls == 3);
}

TEST_CASE("checkpoint needs a directory") {
  streaming_context ssc{with_parallelism(2), in_calling_thread()};
  auto const records = ssc.parallelize(numbers{1});
  check_says(message_of([&] { static_cast<void>(records.checkpoint()); }),
             {"checkpoint", "streaming_context::checkpoint(dir)", "options.checkpoint_dir"});
  check_says(message_of([&] { ssc.checkpoint(""); }), {"checkpoint", "empty"});
  temporary_directory const directory;
  ssc.checkpoint(directory / "deep/down");
  CHECK(ssc.settings().checkpoint_dir == directory / "deep/down");
  check_says(message_of([&] { ssc.checkpoint("other"); }), {"checkpoint", "once"});
  auto const saved = records.checkpoint();
  saved.count();
  CHECK(saved.checkpoint_file() == directory / "deep/down/rdd-1");
  collect(ssc.queue_stream(table<int>{{}}));
  ssc.start();
  check_says(message_of([&] { ssc.checkpoint("other"); }), {"checkpoint", "started"});
}

TEST_CASE("checkpoint that fails at any operation fails the job, and the next one makes it") {
  for (std::uint64_t failing = 0;; ++failing) {
    CAPTURE(failing);
    fixture all;
    auto const saved = all.doubled.checkpoint();
    auto const left = std::make_shared<std::int64_t>(static_cast<std::int64_t>(failing));
    all.disk().set_probe([left](storage_operation, std::string const&) -> std::optional<std::errc> {
      return (*left)-- == 0 ? std::optional{std::errc::io_error} : std::nullopt;
    });
    auto const said = message_of([&] { saved.count(); });
    if (*left >= 0) {
      CHECK(saved.is_checkpointed());
      CHECK(failing > 10);
      break;
    }
    check_says(said, {"saved/rdd-1"});
    CHECK_FALSE(saved.is_checkpointed());
    CHECK(saved.collect() == numbers{2, 4, 6});
    CHECK(saved.is_checkpointed());
    CHECK(saved.collect() == numbers{2, 4, 6});
  }
}

TEST_CASE_FIXTURE(fixture, "checkpoint that cannot be read is a runtime_failure naming the file") {
  auto const saved = doubled.checkpoint();
  saved.count();
  disk().flip_bit("saved/rdd-1/part-00001", 25);
  CHECK_THROWS_AS(saved.count(), runtime_failure);
  check_says(message_of([&] { saved.count(); }),
             {"checkpoint", "saved/rdd-1/part-00001", "damaged", "put the file back"});
  disk().flip_bit("saved/rdd-1/part-00001", 25);
  CHECK(saved.collect() == numbers{2, 4, 6});
}

TEST_CASE_FIXTURE(fixture, "dependencies tell an operator's inputs and how they are reached") {
  auto const keyed = doubled.map([](int x) { return std::pair{x, x}; }).named("keyed");
  auto const says = [](auto const& records, std::vector<std::string> const& expected) {
    std::vector<std::string> found;
    for (auto const& d : records.dependencies())
      found.push_back(std::string{to_string(d.kind)} + ' ' + d.name + ' ' +
                      std::to_string(d.partitions));
    CHECK(found == expected);
  };
  says(ssc.parallelize(numbers{1}, 2), {});
  says(doubled.filter([](int) { return true; }), {"narrow erase#3 2"});
  says(keyed.filter([](auto const&) { return true; }), {"narrow keyed 2"});
  says(keyed.reduce_by_key(std::plus<>{}, 3), {"shuffle keyed 2"});
  says(keyed.cache(), {"narrow keyed 2"});
  says(doubled.union_with(doubled), {"narrow erase#3 2", "narrow erase#3 2"});
}
