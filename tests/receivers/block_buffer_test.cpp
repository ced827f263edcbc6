#include "receivers/src/block_buffer.hpp"

#include <doctest/doctest.h>
#include <numeric>
#include <string>
#include <vector>

#include "tests/receivers/fake_host.hpp"

using namespace sluice;
using namespace sluice::tests;

namespace {

std::vector<int> numbers(int from, int to) {
  auto all = std::vector<int>(static_cast<std::size_t>(to - from));
  std::iota(all.begin(), all.end(), from);
  return all;
}

block numbers_block(int from, int to) { return {make_chunk(numbers(from, to))}; }

std::vector<int> taken(block_buffer::share const& share) {
  return records_of<int>({{share.chunks}});
}

auto const split_numbers = detail::split_chunk<int>;

}  // namespace

TEST_CASE("block_buffer hands out blocks in the order they came") {
  auto buffer = block_buffer{{}};
  buffer.push(numbers_block(0, 3));
  buffer.push(numbers_block(3, 5));
  auto const share = buffer.cut(1, everything, split_numbers);
  CHECK(taken(share) == numbers(0, 5));
  CHECK(share.chunks.size() == 2);
  CHECK(share.records == 5);
  CHECK(share.bytes == 5 * sizeof(int));
  CHECK(buffer.waiting().records == 0);
}

TEST_CASE("block_buffer cuts exactly the number of records it is asked for") {
  for (std::uint64_t size = 1; size <= 12; ++size) {
    auto buffer = block_buffer{{}};
    buffer.push(numbers_block(0, 7));
    buffer.push(numbers_block(7, 10));
    auto all = std::vector<int>{};
    for (batch_id batch = 1; buffer.waiting().records > 0; ++batch) {
      auto const waiting = buffer.waiting().records;
      auto const share = buffer.cut(batch, size, split_numbers);
      CHECK(share.records == std::min<std::uint64_t>(size, waiting));
      for (auto const each : taken(share)) all.push_back(each);
    }
    CHECK(all == numbers(0, 10));
    CHECK(buffer.waiting().bytes == 0);
  }
}

TEST_CASE("block_buffer cuts lines at record boundaries without copying them") {
  auto buffer = block_buffer{{}};
  auto const text = make_text_chunk("a\nbb\n\nlast");
  buffer.push({text});
  auto const first = buffer.cut(1, 2, detail::split_text_chunk);
  auto const second = buffer.cut(2, 1, detail::split_text_chunk);
  auto const third = buffer.cut(3, 9, detail::split_text_chunk);
  CHECK(lines_of({{first.chunks}}) == text_list{"a", "bb"});
  CHECK(lines_of({{second.chunks}}) == text_list{""});
  CHECK(lines_of({{third.chunks}}) == text_list{"last"});
  CHECK(first.bytes + second.bytes + third.bytes == text->bytes());
  auto const& whole = static_cast<chunk_of<std::string_view> const&>(*text);
  auto const& part = static_cast<chunk_of<std::string_view> const&>(*third.chunks[0]);
  CHECK(part.text().data() == whole.text().data() + 6);
}

TEST_CASE("block_buffer frees room when a batch is committed, not when it is cut") {
  auto buffer = block_buffer{{.bytes = 100 * sizeof(int), .records = 10}};
  CHECK(buffer.room().records == 10);
  buffer.push(numbers_block(0, 6));
  CHECK(buffer.room().records == 4);
  CHECK(buffer.has_room_for({4, 4}));
  CHECK_FALSE(buffer.has_room_for({4, 5}));
  buffer.cut(1, everything, split_numbers);
  CHECK(buffer.room().records == 4);
  CHECK(buffer.held().records == 6);
  buffer.push(numbers_block(6, 10));
  CHECK(buffer.room().records == 0);
  CHECK(buffer.room().bytes == 0);
  buffer.cut(2, everything, split_numbers);
  buffer.committed(1);
  CHECK(buffer.room().records == 6);
  buffer.committed(2);
  CHECK(buffer.room().records == 10);
  CHECK(buffer.held().bytes == 0);
}

TEST_CASE("block_buffer frees the batches before the one that is committed") {
  auto buffer = block_buffer{{}};
  for (batch_id batch = 1; batch <= 3; ++batch) {
    buffer.push(numbers_block(0, 2));
    buffer.cut(batch, everything, split_numbers);
  }
  buffer.committed(2);
  CHECK(buffer.held().records == 2);
  buffer.committed(2);
  CHECK(buffer.held().records == 2);
  buffer.committed(3);
  CHECK(buffer.held().records == 0);
}

TEST_CASE("block_buffer takes a block beyond its limits only when it holds nothing") {
  auto const small = buffer_limits{.bytes = 8, .records = 1000};
  auto buffer = block_buffer{small};
  CHECK(buffer.has_room_for({1000, 1}));
  buffer.push(numbers_block(0, 1));
  CHECK_FALSE(buffer.has_room_for({1000, 1}));
  CHECK(buffer.has_room_for({4, 1}));
}

TEST_CASE("block_buffer accounts for memory beside the chunk until the block's last part is gone") {
  auto buffer = block_buffer{{}};
  buffer.push({make_chunk(numbers(0, 4)), 1000});
  CHECK(buffer.held().bytes == 1000 + 4 * sizeof(int));
  auto const first = buffer.cut(1, 3, split_numbers);
  buffer.committed(1);
  CHECK(first.bytes == 3 * sizeof(int));
  CHECK(buffer.held().bytes == 1000 + sizeof(int));
  buffer.cut(2, 1, split_numbers);
  buffer.committed(2);
  CHECK(buffer.held().bytes == 0);
}

TEST_CASE("block_buffer tells the positions that a cut covers") {
  auto buffer = block_buffer{{}};
  buffer.push({make_chunk(numbers(0, 2)), 0, position_range{3, 4}});
  buffer.push({make_chunk(numbers(2, 4)), 0, position_range{7, 9}});
  buffer.push(numbers_block(4, 5));
  CHECK(buffer.cut(1, 3, split_numbers).positions == position_range{3, 9});
  CHECK(buffer.cut(2, 1, split_numbers).positions == position_range{7, 9});
  CHECK_FALSE(buffer.cut(3, 1, split_numbers).positions);
}

TEST_CASE(
    "block_buffer tells the last position that is cut completely, and what is cut behind it") {
  auto buffer = block_buffer{{}};
  buffer.push({make_chunk(numbers(0, 2)), 0, position_range{4, 5}, {4, 5}});
  buffer.push({make_chunk(numbers(2, 4)), 0, position_range{6, 6}, {}, true});
  buffer.push({make_chunk(numbers(4, 6)), 0, position_range{6, 6}});
  buffer.push({make_chunk(numbers(6, 8))});
  auto const next = [&](batch_id batch, std::uint64_t records) {
    auto const share = buffer.cut(batch, records, split_numbers);
    return std::pair{share.finished, share.behind_finished};
  };
  using told = std::pair<std::optional<std::uint64_t>, std::uint64_t>;
  CHECK(next(1, 1) == told{4, 0});
  CHECK(next(2, 2) == told{5, 1});
  CHECK(next(3, 2) == told{std::nullopt, 2});
  CHECK(next(4, 2) == told{6, 1});
  CHECK(next(5, 2) == told{std::nullopt, 1});
}

TEST_CASE("block_buffer counts everything from the beginning") {
  auto buffer = block_buffer{{}};
  buffer.push(numbers_block(0, 5));
  buffer.push(numbers_block(5, 5));
  buffer.cut(1, 2, split_numbers);
  buffer.committed(1);
  auto const& counted = buffer.counted();
  CHECK(counted.blocks_in == 1);
  CHECK(counted.records_in == 5);
  CHECK(counted.bytes_in == 5 * sizeof(int));
  CHECK(counted.records_out == 2);
  CHECK(counted.records_committed == 2);
}

TEST_CASE("split_chunk copies a record a logarithmic number of times") {
  auto buffer = block_buffer{{}};
  buffer.push(numbers_block(0, 1 << 12));
  static auto parts = std::size_t{0};
  auto const counting = [](chunk_ptr const& whole, std::size_t first) {
    parts += whole->records();
    return detail::split_chunk<int>(whole, first);
  };
  parts = 0;
  for (batch_id batch = 1; buffer.waiting().records > 0; ++batch) buffer.cut(batch, 1, +counting);
  CHECK(parts <= 13 * (std::size_t{1} << 12));
}

TEST_CASE("split_chunk keeps alive what views point into") {
  auto const text = std::make_shared<std::string const>("onetwothree");
  auto const keep = std::make_shared<chunk_of<std::string_view>>(text, std::string_view{}, 0, 11);
  auto const views = std::vector<std::string_view>{std::string_view{*text}.substr(0, 3),
                                                   std::string_view{*text}.substr(3, 3),
                                                   std::string_view{*text}.substr(6, 5)};
  auto whole =
      chunk_ptr{std::make_shared<chunk_of<std::string_view>>(views, std::vector<chunk_ptr>{keep})};
  auto const watch = std::weak_ptr{whole};
  auto parts = detail::split_text_chunk(whole, 1);
  whole.reset();
  CHECK_FALSE(watch.expired());
  CHECK(lines_of({{parts}}) == text_list{"one", "two", "three"});
  parts.clear();
  CHECK(watch.expired());
}

TEST_CASE("split_chunk leaves records that cannot be copied in one chunk") {
  auto records = std::vector<std::unique_ptr<int>>{};
  records.push_back(std::make_unique<int>(1));
  records.push_back(std::make_unique<int>(2));
  auto buffer = block_buffer{{}};
  buffer.push({make_chunk(std::move(records))});
  CHECK(buffer.cut(1, 1, detail::split_chunk<std::unique_ptr<int>>).records == 2);
}
