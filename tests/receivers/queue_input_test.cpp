#include <doctest/doctest.h>
#include <sluice/receivers/queue_input.hpp>
#include <string>
#include <thread>
#include <vector>

#include "tests/receivers/fake_host.hpp"

using namespace sluice;
using namespace sluice::tests;

namespace {

using batches = std::vector<std::vector<int>>;

std::vector<int> next(queue_input<int>& from, batch_id batch) {
  auto const cut = from.cut({batch, {}}, 1);
  auto const all = records_of<int>(cut.parts);
  CHECK(cut.records == all.size());
  CHECK(cut.bytes == all.size() * sizeof(int));
  return all;
}

template <class F>
std::string complaint(F&& f) {
  try {
    f();
  } catch (usage_error const& e) {
    return e.what();
  }
  return {};
}

bool mentions(std::string const& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("queue input hands out one entry per batch, empty ones included, then empty batches") {
  auto sim = simulation{};
  auto source = queue_input<int>{batches{{1, 2, 3}, {}, {4}}};
  source.start(sim.host);
  CHECK(source.status(false).ready);
  CHECK_FALSE(source.status(false).idle);
  CHECK(source.status(false).records == 4);
  CHECK(next(source, 1) == std::vector<int>{1, 2, 3});
  CHECK(source.status(false).ready);
  CHECK(source.status(false).records == 1);
  CHECK(next(source, 2).empty());
  CHECK(next(source, 3) == std::vector<int>{4});
  CHECK(source.status(false).idle);
  CHECK_FALSE(source.status(false).ready);
  CHECK(next(source, 4).empty());
  CHECK(source.counters() == std::map<std::string, std::uint64_t>{{"batches", 3}, {"records", 4}});
  source.stop();
}

TEST_CASE("queue input slices an entry into contiguous runs for the partitions") {
  auto sim = simulation{{}, 3};
  auto source = queue_input<int>{batches{{1, 2, 3, 4, 5, 6, 7}}};
  source.start(sim.host);
  auto const cut = source.cut({1, {}}, everything);
  REQUIRE(cut.parts.size() == 3);
  CHECK(cut.parts[0].records() == 2);
  CHECK(cut.parts[1].records() == 2);
  CHECK(cut.parts[2].records() == 3);
  CHECK(records_of<int>(cut.parts) == std::vector<int>{1, 2, 3, 4, 5, 6, 7});
  CHECK(cut.after.idle);
}

TEST_CASE("queue input merges all entries in order when they are not taken one at a time") {
  auto sim = simulation{};
  auto source = queue_input<int>{batches{{1, 2}, {}, {3}}, {.one_at_a_time = false}};
  source.start(sim.host);
  CHECK(next(source, 1) == std::vector<int>{1, 2, 3});
  CHECK(source.status(false).idle);
  CHECK(source.counters().at("batches") == 3);
}

TEST_CASE("queue input hands out the default batch when the queue is empty") {
  auto sim = simulation{};
  auto source = queue_input<int>{batches{{1}}, {.default_batch = {{7, 8}}}};
  source.start(sim.host);
  CHECK(next(source, 1) == std::vector<int>{1});
  CHECK(next(source, 2) == std::vector<int>{7, 8});
  CHECK(next(source, 3) == std::vector<int>{7, 8});
  CHECK(source.counters().at("batches") == 1);
}

TEST_CASE("queue input is told of entries that are pushed while it runs") {
  auto sim = simulation{};
  auto const queue = std::make_shared<batch_queue<int>>();
  queue->push({1});
  auto source = queue_input<int>{queue};
  source.start(sim.host);
  CHECK(sim.host->changes == 1);
  queue->push({2});
  queue->push({3});
  CHECK(sim.host->posts() == 1);
  sim.host->run();
  CHECK(sim.host->changes == 2);
  queue->push({4});
  CHECK(sim.host->posts() == 2);
  for (auto i = 1; i <= 4; ++i)
    CHECK(next(source, static_cast<batch_id>(i)) == std::vector<int>{i});
  source.stop();
  queue->push({5});
  CHECK(sim.host->posts() == 2);
}

TEST_CASE("queue input takes what several threads push, each thread's entries in order") {
  auto sim = simulation{};
  auto const queue = std::make_shared<batch_queue<int>>();
  auto source = queue_input<int>{queue, {.one_at_a_time = false}};
  source.start(sim.host);
  constexpr auto each = 500;
  auto producers = std::vector<std::thread>{};
  for (auto producer = 0; producer < 4; ++producer) {
    producers.emplace_back([&, producer] {
      for (auto i = 0; i < each; ++i) queue->push({producer * each + i});
    });
  }
  auto seen = std::vector<int>{};
  for (batch_id batch = 1; seen.size() < 4 * each; ++batch) {
    sim.host->run_until([&] { return source.status(false).ready; });
    for (auto const record : next(source, batch)) seen.push_back(record);
  }
  for (auto& producer : producers) producer.join();
  for (auto producer = 0; producer < 4; ++producer) {
    auto mine = std::vector<int>{};
    std::ranges::copy_if(seen, std::back_inserter(mine),
                         [&](int record) { return record / each == producer; });
    CHECK(mine.size() == each);
    CHECK(std::ranges::is_sorted(mine));
  }
}

TEST_CASE("queue input hands out what was pushed before a drain and leaves the rest in the queue") {
  auto sim = simulation{};
  auto const queue = std::make_shared<batch_queue<int>>();
  auto source = queue_input<int>{queue};
  source.start(sim.host);
  queue->push({1});
  queue->push({2});
  CHECK(next(source, 1) == std::vector<int>{1});
  source.drain();
  queue->push({3});
  CHECK(source.status(false).ready);
  CHECK(next(source, 2) == std::vector<int>{2});
  CHECK(source.status(false).idle);
  CHECK(next(source, 3).empty());
  CHECK(queue->size() == 1);
}

TEST_CASE("batch_queue refuses a push beyond its bound, and one after it was closed") {
  auto queue = batch_queue<int>{2};
  queue.push({1});
  CHECK(queue.try_push({2}));
  CHECK_FALSE(queue.try_push({3}));
  auto const full = complaint([&] { queue.push({3}); });
  CHECK(mentions(full, "is full"));
  CHECK(mentions(full, "max_batches = 2"));
  queue.close();
  CHECK(queue.closed());
  CHECK(mentions(complaint([&] { queue.push({3}); }), "is closed"));
  CHECK(mentions(complaint([&] { queue.try_push({3}); }), "is closed"));
  CHECK(queue.size() == 2);
  CHECK(mentions(complaint([] { batch_queue<int>{0}; }), "max_batches is 0"));
}

TEST_CASE("batch_queue has one reader at a time") {
  auto sim = simulation{};
  auto const queue = std::make_shared<batch_queue<int>>();
  auto first = queue_input<int>{queue};
  auto second = queue_input<int>{queue};
  first.start(sim.host);
  CHECK(mentions(complaint([&] { second.start(sim.host); }), "another queue_stream"));
  first.stop();
  second.start(sim.host);
  second.stop();
  CHECK(mentions(complaint([] { queue_input<int>{std::shared_ptr<batch_queue<int>>{}}; }),
                 "null pointer"));
}
