// Saves that are written while they are encoded.

#include <doctest/doctest.h>
#include <actors/src/durability/journal.hpp>
#include <map>
#include <sluice/testkit.hpp>

#include "checkpoint_each_batch.hpp"
#include "database_sink.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;
using testkit::crash_loss;
using testkit::simulation;
using testkit::storage_operation;

namespace {

/// A sum that takes much room in a save.
struct wide_sum {
  long value = 0;
  friend bool operator==(wide_sum const&, wide_sum const&) = default;

  static constexpr std::size_t padding = 600;
  static inline int fails_in = 0;  ///< if not 0, the call of `encode` that throws
};

}  // namespace

template <>
struct sluice::codec<wide_sum> {
  static constexpr std::uint32_t version = 1;
  static void encode(byte_writer& out, wide_sum const& sum) {
    if (wide_sum::fails_in != 0 && --wide_sum::fails_in == 0) throw std::runtime_error{"unlucky"};
    sluice::encode(out, sum.value);
    out.put_text(std::string(wide_sum::padding, '.'));
  }
  static wide_sum decode(byte_reader& in) {
    wide_sum const sum{sluice::decode<long>(in)};
    static_cast<void>(sluice::decode<std::string>(in));
    return sum;
  }
};

namespace {

struct failures final : streaming_listener {
  std::vector<std::string> seen;
  void on_checkpoint(checkpoint_info const& info) override {
    if (!info.failure.empty()) seen.push_back(info.failure);
  }
};

/// A stream whose state, in two partitions, is more than a piece of a save in each.
struct scene {
  using row = std::pair<int, long>;
  static constexpr int keys = 2'400;

  simulation sim{1, testkit::schedule::fifo};
  database<row> table;
  std::shared_ptr<failures> failed = std::make_shared<failures>();

  static std::vector<std::vector<int>> batches() {
    std::vector<int> all(keys);
    for (int key = 0; key != keys; ++key) all[static_cast<std::size_t>(key)] = key;
    return {all, {1, 2, 3}, {2}, all};
  }
  void run() {
    streaming_context ssc{checkpoint_each_batch(), sim.where()};
    ssc.add_listener(failed);
    ssc.queue_stream<int>(batches())
        .map([](int key) {
          return std::pair{key, static_cast<long>(key)};
        })
        .update_state_by_key([](std::span<long const> news, std::optional<wide_sum> sum) {
          for (auto n : news) sum = wide_sum{sum.value_or(wide_sum{}).value + n};
          return sum;
        })
        .map([](std::pair<int, wide_sum> const& entry) {
          return row{entry.first, entry.second.value};
        })
        .to(std::make_shared<database_sink<row>>(table, sim));
    ssc.start();
    ssc.run_until_idle();
    ssc.stop();
  }
  /// Runs until it has come to its end, each process from where the one before has ended.
  void run_through() {
    for (;;) {
      try {
        run();
      } catch (error const& e) {
        INFO(std::string{e.what()});
        REQUIRE(sim.process_has_ended());
      }
      if (!sim.process_has_ended()) return;
      sim.start_process();
    }
  }
  auto files(std::string const& directory) {
    std::map<std::string, std::string> found;
    auto& disk = sim.outside().storage();
    auto const entries = disk.list(directory);
    REQUIRE(entries.has_value());
    for (auto const& e : *entries)
      found[directory + '/' + e.name] = *disk.contents(directory + '/' + e.name);
    return found;
  }
};

struct outcome {
  std::map<batch_id, std::vector<scene::row>> batches;
  std::uint64_t steps;
  std::uint64_t operations;
};

outcome undisturbed() {
  scene s;
  s.run();
  auto const operations = s.sim.outside().storage().operations();
  return {s.table.batches, s.sim.trace().steps, operations};
}

}  // namespace

TEST_CASE("a process may end between any two pieces of a save") {
  auto const expected = undisturbed();
  REQUIRE(expected.batches.size() == 4);
  for (std::uint64_t step = 1; step < expected.steps; ++step) {
    CAPTURE(step);
    scene s;
    s.sim.end_process_after(step);
    s.run_through();
    REQUIRE(s.table.batches == expected.batches);
  }
  MESSAGE(expected.steps, " steps");
}

TEST_CASE("a machine may stop before any operation of its disk, and in the midst of a save") {
  auto const expected = undisturbed();
  for (std::uint64_t operation = 1; operation < expected.operations; ++operation) {
    CAPTURE(operation);
    scene s;
    s.sim.end_process_at_operation(operation, crash_loss::chosen);
    s.run_through();
    REQUIRE(s.table.batches == expected.batches);
  }
  MESSAGE(expected.operations, " operations");
}

TEST_CASE("a piece that cannot be written fails the checkpoint, and the next one holds it all") {
  auto const expected = undisturbed();
  for (std::size_t after = 0; after != 8; ++after) {
    CAPTURE(after);
    scene s;
    s.sim.outside().storage().inject(
        {storage_operation::append, "*states*", std::errc::no_space_on_device, 1, after});
    s.run();
    CHECK(s.failed->seen.size() == 1);
    CHECK(s.table.batches == expected.batches);
    s.sim.start_process();
    s.run();
    CHECK(s.table.batches == expected.batches);
  }
}

TEST_CASE("a value that cannot be encoded fails the checkpoint, whatever was written before it") {
  auto const expected = undisturbed();
  for (int call : {1, 1'000, 1'100, 1'500, 2'400}) {
    CAPTURE(call);
    scene s;
    wide_sum::fails_in = call;
    s.run();
    CHECK(wide_sum::fails_in == 0);
    REQUIRE(s.failed->seen.size() == 1);
    CHECK(s.failed->seen[0].find("unlucky") != std::string::npos);
    CHECK(s.table.batches == expected.batches);
    s.sim.start_process();
    s.run();
    CHECK(s.table.batches == expected.batches);
  }
}

TEST_CASE("a log of states that is cut off is refused, however little is missing") {
  for (std::size_t missing : {1, 1'000, 100'000, 800'000}) {
    CAPTURE(missing);
    scene s;
    s.run();
    s.sim.start_process();
    auto const [path, bytes] = *s.files("state/stream/states").rbegin();
    REQUIRE(bytes.size() > missing);
    auto& disk = s.sim.outside().storage();
    auto file = disk.open_write(path, write_mode::truncate);
    REQUIRE(file.has_value());
    REQUIRE((*file)->append(std::string_view{bytes}.substr(0, bytes.size() - missing)).has_value());
    CHECK_THROWS_WITH_AS(s.run(), doctest::Contains("the log of states has no end of what"),
                         runtime_failure);
  }
}

namespace {

byte_vector bytes_of(std::string const& text) {
  byte_writer out;
  out.put_bytes(std::as_bytes(std::span{text}));
  return out.take();
}

std::string content_of(whole_save const& save) {
  std::string all;
  for (auto const& piece : save.pieces) all += text_of(piece);
  return all;
}

void run_background(testkit::sim_world& outside) {
  while (outside.events().ready()) outside.events().run(0);
}

/// A journal, and what is run in its background.
struct written {
  testkit::sim_world& outside;
  std::shared_ptr<journal> to =
      std::make_shared<journal>(outside, "state", checkpoint_options{.interval = 0ms});

  std::vector<std::string> begin() {
    std::vector<std::string> found;
    to->read_states([&](whole_save const& save) {
      found.push_back(save.op + std::to_string(save.partition) + ' ' +
                      std::to_string(save.checkpoint) + ' ' + content_of(save));
    });
    if (!to->recovered()) to->begin({batch_time{}, 1});
    return found;
  }
  /// @param save  `(checkpoint)`: what tasks do
  template <class F>
  std::optional<std::string> checkpoint(batch_id batch, F save) {
    to->allocate({{batch, batch_time{}}, {}, {}});
    auto const number = to->begin_checkpoint_if_due(1h);
    save(number);
    std::optional<std::string> failed;
    to->end_checkpoint(number, {batch, batch_time{}}, {},
                       [&](checkpoint_result result) { failed = std::move(result.failed); });
    run_background(outside);
    return failed;
  }
};

}  // namespace

TEST_CASE("pieces of several tasks in any mixture are whole saves again") {
  testkit::sim_world outside{1};
  {
    written one{outside};
    CHECK(one.begin().empty());
    auto const failed = one.checkpoint(1, [&](std::uint64_t number) {
      saved_task const a{"a", 0, 1, number};
      saved_task const b{"a", 1, 1, number};
      one.to->save_piece(number, a, bytes_of("first, "));
      one.to->save_piece(number, b, bytes_of("uno, "));
      one.to->save_piece(number, b, bytes_of("due, "));
      one.to->save_piece(number, a, bytes_of("second, "));
      one.to->save(number, {"b", 0, 1, number}, bytes_of("only"));
      one.to->save(number, a, bytes_of("third"));
      one.to->save(number, b, bytes_of("tre"));
    });
    CHECK(!failed);
    one.to->close(true);
  }
  written other{outside};
  CHECK(other.begin() ==
        std::vector<std::string>{"b0 1 only", "a0 1 first, second, third", "a1 1 uno, due, tre"});
}

TEST_CASE("pieces of a save that was given up are passed over") {
  testkit::sim_world outside{1};
  auto const save = [](written& in, std::string const& text) {
    return [&in, text](std::uint64_t number) {
      in.to->save(number, {"a", 0, 1, number}, bytes_of(text));
    };
  };
  {
    written one{outside};
    one.begin();
    auto const failed = one.checkpoint(1, [&](std::uint64_t number) {
      one.to->save_piece(number, {"a", 0, 1, 0}, bytes_of("lost"));
      run_background(outside);
      one.to->save_failed(number, "unlucky");
    });
    CHECK(failed == "unlucky");
    CHECK(one.to->lost_saves() == 1);
    CHECK(!one.checkpoint(2, save(one, "two")));
    one.to->close(true);
  }
  {
    written two{outside};
    CHECK(two.begin() == std::vector<std::string>{"a0 2 two"});
    // The process ends in the midst of the next.
    auto const number = two.to->begin_checkpoint_if_due(1h);
    two.to->save_piece(number, {"a", 0, 1, 0}, bytes_of("torn"));
    run_background(outside);
    two.to->close(false);
  }
  {
    written three{outside};
    CHECK(three.begin() == std::vector<std::string>{"a0 2 two"});
    CHECK(!three.checkpoint(3, [&](std::uint64_t number) {
      three.to->save(number, {"a", 0, 1, 2}, bytes_of("three"));
    }));
    three.to->close(true);
  }
  written four{outside};
  CHECK(four.begin() == std::vector<std::string>{"a0 2 two", "a0 4 three"});
}

TEST_CASE("a checkpoint begins once it is known whether the saves of the one before are durable") {
  testkit::sim_world outside{1};
  written one{outside};
  one.begin();
  std::vector<std::uint64_t> begun;
  outside.storage().set_probe([&](storage_operation what, std::string const& path) {
    if (what != storage_operation::sync || path.find("states") == std::string::npos)
      return std::optional<std::errc>{};
    begun.push_back(one.to->begin_checkpoint_if_due(2h));
    return std::optional{std::errc::io_error};
  });
  CHECK(one.checkpoint(1, [&](std::uint64_t number) {
    one.to->save(number, {"a", 0, 1, number}, bytes_of("lost"));
  }));
  CHECK(begun == std::vector<std::uint64_t>{0});
  CHECK(one.to->lost_saves() == 1);
  CHECK(one.to->begin_checkpoint_if_due(2h) == 2);
}
