#include "receivers/src/intake.hpp"

#include <doctest/doctest.h>
#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "receivers/src/frames.hpp"

using namespace sluice;

namespace {

constexpr std::size_t block = 64;

struct fixture {
  explicit fixture(find_boundary boundary) : parts{pool, std::move(boundary)} {}

  // Feeds the text in pieces as a reader in place does.
  void feed(std::string_view text) {
    while (!text.empty()) {
      auto const space = parts.space();
      auto const n = std::min(space.size(), text.size());
      std::memcpy(space.data(), text.data(), n);
      text.remove_prefix(n);
      keep(parts.received(n));
    }
  }
  // The same as a reader that takes the memory along.
  void lend(std::string_view text) {
    while (!text.empty()) {
      auto lent = parts.lend();
      auto const n = std::min(lent.memory.capacity - lent.offset, text.size());
      std::memcpy(lent.memory.data.get() + lent.offset, text.data(), n);
      text.remove_prefix(n);
      keep(parts.returned(std::move(lent.memory), n));
    }
  }
  void keep(std::optional<byte_run> run) {
    if (!run) return;
    runs.emplace_back(run->bytes());
    pool->give_back(std::move(run->memory));
  }

  std::shared_ptr<block_pool> pool = std::make_shared<block_pool>(block, 2);
  intake parts;
  std::vector<std::string> runs;
};

using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("intake hands on whole lines and keeps the unfinished one") {
  auto f = fixture{line_boundary(1000)};
  f.feed("one\ntwo\nthr");
  CHECK(f.runs == texts{"one\ntwo\n"});
  f.feed("ee\n");
  CHECK(f.runs == texts{"one\ntwo\n", "three\n"});
  CHECK(f.parts.take_rest().empty());
}

TEST_CASE("intake gives the same text whatever the reads were, in place or lent") {
  auto const text = std::string{"a\nbb\n\nccc\nthe last one has no end"};
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    auto in_place = fixture{line_boundary(1000)};
    in_place.feed(text.substr(0, cut));
    in_place.feed(text.substr(cut));
    auto lent = fixture{line_boundary(1000)};
    lent.lend(text.substr(0, cut));
    lent.lend(text.substr(cut));
    for (auto* each : {&in_place, &lent}) {
      auto all = std::string{};
      for (auto const& run : each->runs) {
        CHECK(run.back() == '\n');
        all += run;
      }
      CHECK(all == "a\nbb\n\nccc\n");
      CHECK(each->parts.take_rest() == "the last one has no end");
    }
  }
}

TEST_CASE("intake grows its memory for a line that is longer than a block") {
  auto f = fixture{line_boundary(1000)};
  auto line = std::string(5 * block, 'x');
  line.push_back('\n');
  f.feed("short\n" + line);
  REQUIRE(!f.runs.empty());
  auto all = std::string{};
  for (auto const& run : f.runs) all += run;
  CHECK(all == "short\n" + line);
  CHECK(f.runs.back() == line);
}

TEST_CASE("intake hands on a line above the bound in pieces of the bound") {
  auto f = fixture{line_boundary(10)};
  f.feed(std::string(25, 'x'));
  auto all = std::string{};
  for (auto const& run : f.runs) {
    CHECK(run.size() % 10 == 0);
    all += run;
  }
  CHECK(all == std::string(20, 'x'));
  CHECK(f.parts.take_rest() == std::string(5, 'x'));
}

TEST_CASE("intake leaves a line of exactly the bound waiting for its end") {
  auto f = fixture{line_boundary(10)};
  f.feed("0123456789");
  CHECK(f.runs.empty());
  f.feed("\n");
  CHECK(f.runs == texts{"0123456789\n"});
}

TEST_CASE("intake tells the rest while its memory is lent") {
  auto f = fixture{line_boundary(1000)};
  f.lend("one\ntw");
  f.lend("o and");
  auto const lent = f.parts.lend();
  CHECK(lent.offset == 7);
  CHECK(f.parts.take_rest() == "two and");
}

TEST_CASE("intake hands on whole frames and keeps the unfinished one") {
  auto const frame = [](std::string_view payload) {
    return std::string{'\0', '\0', '\0', static_cast<char>(payload.size())} + std::string{payload};
  };
  auto const bytes = frame("first") + frame("") + frame("second");
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    auto f = fixture{frame_boundary(100)};
    f.lend(bytes.substr(0, cut));
    f.lend(bytes.substr(cut));
    auto all = std::string{};
    for (auto const& run : f.runs) all += run;
    CHECK(all == bytes);
    CHECK(f.parts.take_rest().empty());
  }
  auto unfinished = fixture{frame_boundary(100)};
  unfinished.feed(bytes.substr(0, bytes.size() - 1));
  CHECK(unfinished.parts.take_rest() == frame("second").substr(0, 9));
}

TEST_CASE("intake hands on everything when a frame is too long, without memory for it") {
  auto f = fixture{frame_boundary(100)};
  auto const header = std::string{"\x7f\xff\xff\xff", 4};
  f.feed(header + "abc");
  CHECK(f.runs == texts{header + "abc"});
  CHECK(frame_length(f.runs[0]) == 0x7fffffff);
}

TEST_CASE("block_pool recycles shared blocks and keeps no more than it may") {
  auto const pool = std::make_shared<block_pool>(block, 2);
  auto shared = std::vector<std::shared_ptr<char const>>{};
  for (auto i = 0; i < 5; ++i) shared.push_back(pool->share(pool->take()));
  CHECK(pool->free_blocks() == 0);
  auto const* const kept = shared.front().get();
  shared.erase(shared.begin());
  CHECK(pool->free_blocks() == 1);
  CHECK(pool->take().data.get() == kept);
  shared.clear();
  CHECK(pool->free_blocks() == 2);
  pool->give_back(pool->take(block + 1));
  CHECK(pool->free_blocks() == 2);
}
