#include <doctest/doctest.h>
#include <actors/src/flow/outbox.hpp>
#include <limits>

using namespace sluice;
using flow::credit;

namespace {

flow::share share_of(batch_id id, std::vector<int> records) {
  flow::share s;
  s.now.batch = {id, batch_time{duration{static_cast<std::int64_t>(id)}}};
  if (!records.empty()) s.part.chunks.push_back(make_chunk(std::move(records)));
  return s;
}

std::vector<std::uint64_t> pump(flow::out_link& link) {
  std::vector<std::uint64_t> sent;
  link.pump([&](std::uint64_t sequence, flow::share) { sent.push_back(sequence); });
  return sent;
}

}  // namespace

TEST_CASE("out_link sends nothing before the first grant") {
  flow::out_link link{1};
  link.offer(share_of(1, {1}));
  CHECK(pump(link).empty());
  CHECK_FALSE(link.idle());
}

TEST_CASE("out_link sends exactly what cumulative grants of 0, 1 and 3 batches allow") {
  flow::out_link link{1};
  for (batch_id id = 1; id <= 5; ++id) link.offer(share_of(id, {1}));
  credit total{0, 100, 1000};
  link.grant(1, total);
  CHECK(pump(link).empty());
  total.batches = 1;
  link.grant(1, total);
  CHECK(pump(link) == std::vector<std::uint64_t>{1});
  total.batches = 3;
  link.grant(1, total);
  CHECK(pump(link) == std::vector<std::uint64_t>{2, 3});
  CHECK_FALSE(link.idle());
}

TEST_CASE("out_link ignores an old grant, a repeated one, and the order of two") {
  flow::out_link link{1};
  for (batch_id id = 1; id <= 3; ++id) link.offer(share_of(id, {}));
  link.grant(1, {2, 10, 10});
  link.grant(1, {1, 10, 10});
  link.grant(1, {2, 10, 10});
  CHECK(pump(link) == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("out_link ignores a grant of another epoch") {
  flow::out_link link{2};
  link.offer(share_of(1, {}));
  link.grant(1, {9, 9, 9});
  CHECK(pump(link).empty());
  link.grant(2, {9, 9, 9});
  CHECK(pump(link) == std::vector<std::uint64_t>{1});
}

TEST_CASE("out_link lets a partition that exceeds the window travel alone") {
  flow::out_link link{1};
  link.grant(1, {10, 4, 1 << 20});
  link.offer(share_of(1, {1, 2, 3, 4, 5, 6, 7}));
  link.offer(share_of(2, {8}));
  CHECK(pump(link) == std::vector<std::uint64_t>{1});
  link.grant(1, {10, 4 + 7, 1 << 20});
  CHECK(pump(link) == std::vector<std::uint64_t>{2});
}

TEST_CASE("credit near the top of 64 bits saturates instead of wrapping") {
  auto const top = std::numeric_limits<std::uint64_t>::max();
  CHECK(credit{top - 1, top, 3} + credit{5, 1, 4} == credit{top, top, 7});
  flow::out_link link{1};
  link.grant(1, {top, top, top});
  for (batch_id id = 1; id <= 3; ++id) link.offer(share_of(id, {1}));
  CHECK(pump(link).size() == 3);
}

TEST_CASE("in_link grants anew when half of its window has been processed, not before") {
  flow::in_link link{1, {4, 1000, 1 << 20}};
  CHECK(link.granted().batches == 4);
  for (std::uint64_t n = 1; n <= 4; ++n)
    CHECK(link.accept(1, n, share_of(n, {1})) == flow::arrival::accepted);
  for (int i = 0; i != 4; ++i) link.take();
  CHECK_FALSE(link.settle().has_value());
  auto const renewed = link.settle();
  REQUIRE(renewed.has_value());
  CHECK(renewed->batches == 6);
  CHECK_FALSE(link.settle().has_value());
  CHECK(link.settle()->batches == 8);
}

TEST_CASE("in_link refuses older epochs and duplicates, and breaks on a gap") {
  flow::in_link link{3, {4, 1000, 1000}};
  CHECK(link.accept(2, 1, share_of(1, {})) == flow::arrival::stale_epoch);
  CHECK(link.accept(3, 1, share_of(1, {})) == flow::arrival::accepted);
  CHECK(link.accept(3, 1, share_of(1, {})) == flow::arrival::duplicate);
  CHECK_THROWS_AS(link.accept(3, 3, share_of(3, {})), std::logic_error);
}

TEST_CASE("inbox hands out a batch when every link has its share, shares in sender order") {
  flow::inbox box;
  auto const a = box.add(0, 1, {4, 1000, 1000});
  auto const b = box.add(0, 1, {4, 1000, 1000});
  auto const c = box.add(1, 1, {4, 1000, 1000});
  box.accept(b, 1, 1, share_of(1, {20}));
  box.accept(c, 1, 1, share_of(1, {30}));
  box.accept(b, 1, 2, share_of(2, {21}));
  CHECK_FALSE(box.has_batch());
  box.accept(a, 1, 1, share_of(1, {10}));
  REQUIRE(box.has_batch());
  auto const batch = box.take();
  CHECK(batch.now.batch.id == 1);
  REQUIRE(batch.by_port.size() == 2);
  REQUIRE(batch.by_port[0].size() == 2);
  CHECK(to_vector<int>(batch.by_port[0][0]) == std::vector{10});
  CHECK(to_vector<int>(batch.by_port[0][1]) == std::vector{20});
  CHECK(to_vector<int>(batch.by_port[1][0]) == std::vector{30});
  CHECK_FALSE(box.has_batch());
}

TEST_CASE("inbox breaks when links disagree about the batch") {
  flow::inbox box;
  box.add(0, 1, {4, 1000, 1000});
  box.add(0, 1, {4, 1000, 1000});
  box.accept(0, 1, 1, share_of(1, {}));
  box.accept(1, 1, 1, share_of(2, {}));
  CHECK_THROWS_AS(box.take(), std::logic_error);
}
