#include <doctest/doctest.h>
#include <numeric>
#include <sluice/receivers/receiver_input.hpp>
#include <sluice/receivers/socket_text_input.hpp>

#include "tests/receivers/fake_host.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

struct scripted final : receiver<std::string> {
  explicit scripted(std::function<void(receiver_handle<std::string>&)> start)
      : start_{std::move(start)} {}
  void on_start(receiver_handle<std::string>& into) override { start_(into); }
  void on_stop() override {}

 private:
  std::function<void(receiver_handle<std::string>&)> start_;
};

receiver_options spilling(std::size_t bytes = std::size_t{16} << 20) {
  return {.overflow = overflow::spill, .spill = {.max_bytes = bytes, .directory = "spilled"}};
}

/// A receiver with room for ten records in memory, whose stores are made by the test.
struct stage {
  explicit stage(receiver_options how = spilling())
      : sim{{std::size_t{1} << 20, 10}},
        input{std::make_unique<receiver_input<std::string>>(
            std::make_unique<scripted>([this](auto& h) { handle = &h; }), how)} {
    input->start(sim.host);
    sim.settle();
  }
  void store(int from, int to) {
    std::vector<std::string> block;
    for (; from != to; ++from) block.push_back(std::to_string(from));
    handle->store(std::move(block));
  }
  std::vector<std::string> next(batch_id batch) {
    return records_of<std::string>(input->cut({batch, {}}, everything).parts);
  }
  std::uint64_t counter(std::string const& name) { return input->counters().at(name); }
  std::size_t files() {
    auto n = std::size_t{0};
    auto const top = sim.world.storage().list("spilled");
    if (!top) return 0;
    for (auto const& each : *top) n += sim.world.storage().list("spilled/" + each.name)->size();
    return n;
  }
  std::string a_file() {
    auto const top = sim.world.storage().list("spilled").value();
    auto const dir = "spilled/" + top.at(0).name;
    return dir + "/" + sim.world.storage().list(dir).value().at(0).name;
  }

  simulation sim;
  receiver_handle<std::string>* handle = nullptr;
  std::unique_ptr<receiver_input<std::string>> input;
};

std::vector<std::string> numbers(int from, int to) {
  std::vector<std::string> all;
  for (; from != to; ++from) all.push_back(std::to_string(from));
  return all;
}

std::vector<std::string> all_batches(stage& s, batch_id first = 1) {
  std::vector<std::string> all;
  for (auto batch = first; !s.input->status(false).idle; ++batch) {
    auto const some = s.next(batch);
    all.insert(all.end(), some.begin(), some.end());
    s.input->committed(batch);
    REQUIRE(batch < first + 1'000);
  }
  return all;
}

}  // namespace

TEST_CASE("spill keeps all records in order, blocks and single ones, and leaves no file") {
  stage s;
  auto chance = random_for(3, "stores");
  int stored = 0;
  for (int round = 0; round != 100; ++round) {
    auto const n = static_cast<int>(1 + chance.below(9));
    if (chance.below(2) == 0) {
      s.store(stored, stored + n);
    } else {
      for (auto i = stored; i != stored + n; ++i) s.handle->store(std::to_string(i));
    }
    stored += n;
    s.sim.settle();
  }
  CHECK(s.files() > 0);
  CHECK(s.counter("spilled_records") > 0);
  CHECK(s.input->status(false).records <= 11);
  CHECK(all_batches(s) == numbers(0, stored));
  CHECK(s.counter("spill_waiting") == 0);
  CHECK(s.counter("records") == static_cast<std::uint64_t>(stored));
  CHECK(s.files() == 0);
}

TEST_CASE("spill removes its files and its directory with the input") {
  stage s;
  for (int i = 0; i != 100; i += 5) s.store(i, i + 5);
  CHECK(s.files() > 0);
  s.input->stop();
  s.input.reset();
  CHECK(s.sim.world.storage().list("spilled").value().empty());
}

TEST_CASE("spill that is full lets the source wait, as backpressure does") {
  stage s{spilling(5 * 4096)};
  auto stored = 0;
  CHECK_THROWS_AS(for (;; stored += 5) s.store(stored, stored + 5), runtime_failure);
  CHECK(stored == 10 + 5 * 5);
  CHECK(s.files() == 5);
  CHECK(all_batches(s) == numbers(0, stored));
  s.store(stored, stored + 5);
  CHECK(all_batches(s, 100) == numbers(stored, stored + 5));
}

TEST_CASE("spill that cannot be read says so, and gives everything in order once it can") {
  stage s;
  for (int i = 0; i != 50; i += 5) s.store(i, i + 5);
  s.sim.world.storage().inject({testkit::storage_operation::read, "*block-*"});
  auto all = s.next(1);
  std::string told;
  try {
    s.input->committed(1);
  } catch (runtime_failure const& failed) {
    told = failed.what();
  }
  CHECK(told.find("cannot read back what was spilled: ") != std::string::npos);
  CHECK(told.find("block-1") != std::string::npos);
  CHECK(told.find("40 records wait there") != std::string::npos);
  auto const rest = all_batches(s, 2);
  all.insert(all.end(), rest.begin(), rest.end());
  CHECK(all == numbers(0, 50));
}

TEST_CASE("spill never gives out damaged records") {
  stage s;
  for (int i = 0; i != 30; i += 5) s.store(i, i + 5);
  s.sim.world.storage().flip_bit(s.a_file(), 9);
  s.next(1);
  CHECK_THROWS_WITH_AS(s.input->committed(1), doctest::Contains("it is damaged"), runtime_failure);
}

TEST_CASE("spill on a full disk keeps what it could not write, tells it once and goes on") {
  stage s;
  s.store(0, 10);
  s.sim.world.storage().set_capacity(0);
  s.store(10, 15);
  CHECK_THROWS_AS(s.store(15, 20), runtime_failure);
  s.handle->report_error("a look");
  s.sim.settle();
  auto const told = s.sim.host->reasons(receiver_event::type::error);
  CHECK(std::count_if(told.begin(), told.end(), [](std::string const& text) {
          return text.find("cannot spill") != std::string::npos;
        }) == 1);
  CHECK(s.counter("spill_write_errors") >= 1);
  s.sim.world.storage().set_capacity({});
  CHECK(all_batches(s) == numbers(0, 15));
}

TEST_CASE("spill takes lines of a socket as fast as they come and gives all of them in order") {
  simulation sim{{20'000, 1'000'000}};
  std::string flood;
  text_list expected;
  for (int i = 0; i != 10'000; ++i) {
    expected.push_back("line " + std::to_string(i));
    flood += expected.back() + "\n";
  }
  auto& peer = sim.world.network().listen("feed", 9999);
  peer.accept(testkit::sim_script{}.send(flood));
  socket_text_input input{"feed", 9999, {.overflow = overflow::spill}};
  input.start(sim.host);
  sim.advance(10s);
  CHECK(peer.bytes_taken() == flood.size());
  text_list lines;
  for (batch_id batch = 1; !input.status(false).idle; ++batch) {
    REQUIRE(batch < 1'000);
    auto const some = next_lines(input, batch);
    lines.insert(lines.end(), some.begin(), some.end());
  }
  CHECK(lines == expected);
  input.stop();
}

TEST_CASE("spill names a bound of nothing, and records that cannot be written") {
  CHECK_THROWS_WITH_AS(stage{spilling(0)}, doctest::Contains("spill.max_bytes is 0"), usage_error);
}
