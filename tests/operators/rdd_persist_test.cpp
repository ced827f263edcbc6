// Where an rdd is kept, what makes room for what, and what a disk can do to it.
#include <atomic>
#include <thread>

#include "table.hpp"
#include "tests/temporary_directory.hpp"

using namespace sluice;
using namespace sluice::tests;
using testkit::simulation;
using testkit::storage_operation;

namespace {

using numbers = std::vector<int>;
using level = storage_level;

options with_memory(std::size_t bytes) {
  auto o = with_parallelism(2);
  o.storage.memory = bytes;
  o.log_level = "off";
  return o;
}

/// An rdd of `parts` partitions of 10 records each, 40 bytes, that counts what it computes.
struct counted_rdd {
  explicit counted_rdd(streaming_context& ssc, std::size_t parts = 4)
      : records{ssc.parallelize(numbers(10 * parts, 7), parts).map([n = calls](int x) {
          ++*n;
          return x + 1;
        })},
        expected(10 * parts, 8) {}
  /// How many partitions have been computed since the last call.
  int computed() const { return calls->exchange(0) / 10; }

  std::shared_ptr<std::atomic<int>> calls = std::make_shared<std::atomic<int>>(0);
  rdd<int> records;
  numbers expected;
};

/// A simulated context without memory for what is kept: it all goes to disk.
struct on_simulated_disk {
  explicit on_simulated_disk(level where = level::memory_and_disk)
      : kept{source.records.persist(where)} {}

  testkit::sim_storage& disk() { return machine.outside().storage(); }
  std::vector<std::string> files() {
    std::vector<std::string> found;
    for (auto const& directory : disk().list("/tmp").value())
      for (auto const& file : disk().list("/tmp/" + directory.name).value())
        found.push_back("/tmp/" + directory.name + '/' + file.name);
    return found;
  }

  simulation machine{1};
  streaming_context ssc{with_memory(0), machine.where()};
  counted_rdd source{ssc};
  rdd<int> kept;
};

}  // namespace

TEST_CASE("persist gives the records whatever the level and the room") {
  struct expectation {
    level where;
    std::size_t memory;
    int computed;  // partitions, by three jobs
  };
  // Room for four partitions, for three, for none.
  expectation const table[] = {
      {level::memory_only, 160, 4},     {level::memory_only, 120, 6},
      {level::memory_only, 0, 12},      {level::memory_and_disk, 160, 4},
      {level::memory_and_disk, 120, 4}, {level::memory_and_disk, 0, 4},
      {level::disk_only, 160, 4},       {level::disk_only, 0, 4},
  };
  for (auto const& row : table) {
    CAPTURE(to_string(row.where));
    CAPTURE(row.memory);
    in_every_way([&](execution where) {
      streaming_context ssc{with_memory(row.memory), std::move(where)};
      counted_rdd const source{ssc};
      auto const kept = source.records.persist(row.where);
      CHECK(kept.storage_level() == row.where);
      for (int job = 0; job != 3; ++job) CHECK(kept.collect() == source.expected);
      CHECK(source.computed() == row.computed);
      CHECK(ssc.storage().memory <= row.memory);
      CHECK(ssc.storage().lost == 0);
      CHECK(kept.filter([](int x) { return x == 8; }).count() == 40);
    });
  }
}

TEST_CASE("persist owns records that are views, and brings back text from disk") {
  in_every_way([](execution where) {
    streaming_context ssc{with_memory(0), std::move(where)};
    auto const words = ssc.parallelize(std::vector<std::string>{"to be", "or", "not to be"}, 2)
                           .flat_map(split_words)
                           .map([](std::string_view w) {
                             return std::pair{w, w.size()};
                           })
                           .persist(level::disk_only);
    std::vector<std::pair<std::string, std::size_t>> const expected{
        {"to", 2}, {"be", 2}, {"or", 2}, {"not", 3}, {"to", 2}, {"be", 2}};
    CHECK(words.collect() == expected);
    CHECK(words.collect() == expected);
  });
}

TEST_CASE("persist frees the partitions that were not used for longest") {
  streaming_context ssc{with_memory(80), in_calling_thread()};
  counted_rdd const first{ssc, 1};
  counted_rdd const second{ssc, 1};
  counted_rdd const third{ssc, 1};
  auto const a = first.records.persist();
  auto const b = second.records.cache();
  auto const c = third.records.cache();
  a.count(), b.count(), a.count(), c.count();
  CHECK(first.computed() + second.computed() + third.computed() == 3);
  a.count(), c.count();
  CHECK(first.computed() + third.computed() == 0);
  b.count();
  CHECK(second.computed() == 1);
  CHECK(ssc.storage().dropped == 2);
  CHECK(ssc.storage().memory == 80);
}

TEST_CASE("persist computes only the partitions that found no room") {
  streaming_context ssc{with_memory(120), in_calling_thread()};
  counted_rdd const source{ssc};
  auto const kept = source.records.cache();
  kept.count();
  CHECK(source.computed() == 4);
  CHECK(kept.collect() == source.expected);
  CHECK(source.computed() == 1);
}

TEST_CASE("persist at storage_level::none is a usage_error, as is unpersist of what is not kept") {
  streaming_context ssc{with_memory(100), in_calling_thread()};
  counted_rdd const source{ssc};
  check_says(message_of([&] { static_cast<void>(source.records.persist(level::none)); }),
             {"persist", "storage_level::none", "leave persist out"});
  check_says(message_of([&] { source.records.unpersist(); }), {"unpersist", "not kept"});
  auto const kept = source.records.persist(level::disk_only);
  CHECK(source.records.storage_level() == level::none);
  CHECK(kept.map([](int x) { return x; }).storage_level() == level::none);
  kept.unpersist();
  CHECK(kept.storage_level() == level::none);
  CHECK(kept.collect() == source.expected);
}

TEST_CASE("persist computes again what is freed between planning and running") {
  for (auto where : {level::memory_only, level::memory_and_disk, level::disk_only}) {
    streaming_context ssc{with_memory(1000), in_calling_thread()};
    counted_rdd const source{ssc};
    auto const kept = source.records.persist(where);
    kept.count();
    // The job is planned by now, and these partitions come first.
    auto const before = ssc.parallelize(numbers{-1}, 1).map([&](int x) {
      kept.unpersist();
      return x;
    });
    auto expected = source.expected;
    expected.insert(expected.begin(), -1);
    CHECK(before.union_with(kept).collect() == expected);
  }
}

TEST_CASE_FIXTURE(on_simulated_disk, "persist removes its files with unpersist") {
  kept.count();
  CHECK(files().size() == 4);
  kept.unpersist();
  CHECK(files().empty());
}

TEST_CASE_FIXTURE(on_simulated_disk, "persist removes its files with the last handle") {
  kept.count();
  kept = source.records;
  CHECK(files().empty());
}

TEST_CASE_FIXTURE(on_simulated_disk, "persist removes its directory when the context ends") {
  kept.count();
  CHECK(disk().used() > 0);
  { auto const ended = std::move(ssc); }
  CHECK(disk().used() == 0);
  CHECK(disk().list("/tmp").value().empty());
}

TEST_CASE("persist spills to a new directory in the one that the options name") {
  temporary_directory const parent;
  {
    auto o = with_memory(0);
    o.storage.directory = parent.path();
    streaming_context one{o, in_calling_thread()};
    streaming_context two{o, in_calling_thread()};
    counted_rdd const a{one};
    counted_rdd const b{two};
    auto const kept_a = a.records.persist(level::disk_only);
    auto const kept_b = b.records.persist(level::disk_only);
    kept_a.count(), kept_b.count();
    auto const outside = make_real_world();
    CHECK(outside->storage().list(parent.path()).value().size() == 2);
  }
  auto const outside = make_real_world();
  CHECK(outside->storage().list(parent.path()).value().empty());
}

TEST_CASE_FIXTURE(on_simulated_disk, "persist computes again what a full disk did not take") {
  disk().set_capacity(2 * (21 + 11));
  CHECK(kept.collect() == source.expected);
  CHECK(ssc.storage().lost > 0);
  CHECK(ssc.storage().spilled + ssc.storage().lost == 4);
  auto const lost = static_cast<int>(ssc.storage().lost);
  source.computed();
  CHECK(kept.collect() == source.expected);
  CHECK(source.computed() == lost);
  disk().set_capacity({});
  CHECK(kept.collect() == source.expected);
  source.computed();
  CHECK(kept.collect() == source.expected);
  CHECK(source.computed() == 0);
}

TEST_CASE_FIXTURE(on_simulated_disk, "persist never gives back a file with a wrong bit") {
  kept.count();
  auto const size = disk().contents(files().front()).value().size();  // of all, they are equal
  for (std::size_t byte = 0; byte != size; ++byte) {
    CAPTURE(byte);
    source.computed();
    disk().flip_bit(files().front(), byte, static_cast<unsigned>(byte % 8));
    CHECK(kept.collect() == source.expected);
    CHECK(source.computed() > 0);
    CHECK(ssc.storage().lost == byte + 1);
  }
}

TEST_CASE_FIXTURE(on_simulated_disk, "persist never gives back a file that is cut off") {
  kept.count();
  auto const whole = disk().contents(files().front()).value();
  for (std::size_t size = 0; size != whole.size(); ++size) {
    CAPTURE(size);
    auto const file = files().front();
    disk().put(file, disk().contents(file).value().substr(0, size));
    CHECK(kept.collect() == source.expected);
    CHECK(ssc.storage().lost == size + 1);
  }
}

TEST_CASE("persist gives the records when any single operation on the disk fails") {
  for (std::uint64_t failing = 0;; ++failing) {
    CAPTURE(failing);
    on_simulated_disk all;
    auto left = std::make_shared<std::int64_t>(static_cast<std::int64_t>(failing));
    all.disk().set_probe([left](storage_operation, std::string const&) -> std::optional<std::errc> {
      return (*left)-- == 0 ? std::optional{std::errc::io_error} : std::nullopt;
    });
    CHECK(all.kept.collect() == all.source.expected);
    CHECK(all.kept.collect() == all.source.expected);
    CHECK(all.ssc.storage().lost <= 1);
    if (*left >= 0) break;
  }
}

TEST_CASE("persist under a tiny bound is right for many threads at once") {
  auto const check = [](level kept_at, execution where) {
    streaming_context ssc{with_memory(200), std::move(where)};
    counted_rdd const one{ssc};
    counted_rdd const two{ssc, 3};
    auto const kept_one = one.records.persist(kept_at);
    auto const kept_two = two.records.persist(kept_at);
    std::atomic<int> wrong{0};
    auto const work = [&] {
      for (int round = 0; round != 250; ++round) {
        auto const& source = round % 2 == 0 ? one : two;
        if ((round % 2 == 0 ? kept_one : kept_two).collect() != source.expected) ++wrong;
      }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i != 4; ++i) threads.emplace_back(work);
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
    CHECK(ssc.storage().memory <= 200);
    CHECK(ssc.storage().lost == 0);
  };
  for (auto kept_at : {level::memory_only, level::memory_and_disk, level::disk_only}) {
    CAPTURE(to_string(kept_at));
    check(kept_at, own_actor_system());
    check(kept_at, in_calling_thread());
  }
}

TEST_CASE("checkpoint by many threads at once is written once and right for all") {
  temporary_directory const directory;
  auto o = with_memory(40);
  o.checkpoint_dir = directory.path();
  streaming_context ssc{o};
  for (int round = 0; round != 20; ++round) {
    counted_rdd const source{ssc};
    auto const saved = source.records.checkpoint();
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int i = 0; i != 4; ++i)
      threads.emplace_back([&] {
        for (int job = 0; job != 3; ++job)
          if (saved.map([](int x) { return x; }).collect() != source.expected ||
              saved.debug_string().empty())
            ++wrong;
      });
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
    CHECK(saved.is_checkpointed());
  }
}
