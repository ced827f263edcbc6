#include "receivers/src/line_blocks.hpp"

#include <doctest/doctest.h>
#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "tests/receivers/fake_host.hpp"

using namespace sluice;
using namespace sluice::tests;

namespace {

constexpr std::size_t block = 64;

struct fixture {
  explicit fixture(line_blocks::rules how = {})
      : parts{pool, line_boundary(how.max_line_bytes)}, lines{how, pool, [this](chunk_ptr sealed) {
                                                                out.chunks.push_back(
                                                                    std::move(sealed));
                                                              }} {}

  void feed(std::string_view text) {
    while (!text.empty()) {
      auto const space = parts.space();
      auto const n = std::min(space.size(), text.size());
      std::memcpy(space.data(), text.data(), n);
      text.remove_prefix(n);
      if (auto run = parts.received(n)) lines.add(std::move(*run));
    }
  }
  text_list sealed() {
    lines.seal();
    return lines_of({out});
  }

  std::shared_ptr<block_pool> pool = std::make_shared<block_pool>(block, 2);
  intake parts;
  partition out;
  line_blocks lines;
};

// Bytes and lines that chunks tell of are what they hold.
void check_counts(partition const& out) {
  for (auto const& each : out.chunks) {
    auto const& text = static_cast<chunk_of<std::string_view> const&>(*each);
    auto count = std::size_t{0};
    text.for_each([&](std::string_view) { ++count; });
    CHECK(text.records() == count);
    CHECK(text.bytes() >= text.text().size());
  }
}

line_blocks::rules bounded(std::size_t max_line_bytes, long_line how) {
  return {max_line_bytes, how};
}

}  // namespace

TEST_CASE("line_blocks gives the same lines wherever the text was cut") {
  auto const text = std::string{"first\n\nthird line\nno utf-8: \xff\xfe\n\n"};
  auto const expected = text_list{"first", "", "third line", "no utf-8: \xff\xfe", ""};
  for (std::size_t a = 0; a <= text.size(); ++a) {
    for (std::size_t b = a; b <= text.size(); ++b) {
      auto f = fixture{};
      f.feed(text.substr(0, a));
      f.feed(text.substr(a, b - a));
      f.feed(text.substr(b));
      CHECK(f.sealed() == expected);
      check_counts(f.out);
    }
  }
}

TEST_CASE("line_blocks gathers small runs of lines into one chunk") {
  auto f = fixture{};
  f.feed("a\n");
  f.feed("b\nc\n");
  CHECK(f.out.chunks.empty());
  CHECK(f.lines.records() == 3);
  CHECK(f.lines.bytes() == 6);
  CHECK(f.sealed() == text_list{"a", "b", "c"});
  REQUIRE(f.out.chunks.size() == 1);
  CHECK(f.out.chunks[0]->bytes() == 6);
  CHECK(f.lines.records() == 0);
}

TEST_CASE("line_blocks makes a chunk of a large run without copying it") {
  auto f = fixture{};
  auto const* const memory = f.parts.space().data();
  f.feed(std::string(40, 'x') + "\nrest");
  REQUIRE(f.out.chunks.size() == 1);
  auto const& made = static_cast<chunk_of<std::string_view> const&>(*f.out.chunks[0]);
  CHECK(made.text().data() == memory);
  CHECK(made.bytes() == block);
  CHECK(made.records() == 1);
}

TEST_CASE("line_blocks keeps the order of gathered lines and large runs") {
  auto f = fixture{};
  auto const large = std::string(40, 'x');
  f.feed("a\n");
  f.feed(large + "\n");
  f.feed("b\n");
  CHECK(f.sealed() == text_list{"a", large, "b"});
}

TEST_CASE("line_blocks returns the memory of every chunk to the pool") {
  auto f = fixture{};
  for (auto i = 0; i < 10; ++i) f.feed(std::string(50, 'x') + "\n");
  f.out.chunks.clear();
  CHECK(f.pool->free_blocks() == 2);
}

TEST_CASE("line_blocks splits a long line at multiples of the bound, wherever the text was cut") {
  auto const text =
      std::string{"ok\n0123456789abcdefghijABC\nexactly10.\n0123456789abcdefghij\nend\n"};
  auto const expected = text_list{"ok",         "0123456789", "abcdefghij", "ABC",
                                  "exactly10.", "0123456789", "abcdefghij", "end"};
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    auto f = fixture{bounded(10, long_line::split)};
    f.feed(text.substr(0, cut));
    f.feed(text.substr(cut));
    CHECK(f.sealed() == expected);
    CHECK(f.lines.counted().long_lines == 2);
    CHECK(f.lines.counted().dropped_bytes == 0);
    check_counts(f.out);
  }
}

TEST_CASE("line_blocks drops a long line up to its end and counts it") {
  auto const text = std::string{"ok\n0123456789abcdefghijABC\nnext\n"};
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    auto f = fixture{bounded(10, long_line::drop)};
    f.feed(text.substr(0, cut));
    f.feed(text.substr(cut));
    CHECK(f.sealed() == text_list{"ok", "next"});
    CHECK(f.lines.counted().long_lines == 1);
    CHECK(f.lines.counted().dropped_lines == 1);
    CHECK(f.lines.counted().dropped_bytes == 23);
  }
}

TEST_CASE("line_blocks fails at a long line and delivers the lines before it") {
  auto const text = std::string{"ok\nfine\n0123456789abcdefghijABC\nnext\n"};
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    auto f = fixture{bounded(10, long_line::fail)};
    f.feed(text.substr(0, cut));
    f.feed(text.substr(cut));
    CHECK(f.sealed() == text_list{"ok", "fine"});
    CHECK(f.lines.failed());
  }
}

TEST_CASE("line_blocks takes the end of a file as the end of its last line") {
  auto f = fixture{};
  f.feed("a\nb");
  f.lines.end(f.parts.take_rest());
  CHECK(f.sealed() == text_list{"a", "b"});
  CHECK(f.lines.counted().partial_lines == 0);
}

TEST_CASE("line_blocks makes a record of a line that was cut off and counts it") {
  auto f = fixture{};
  f.feed("a\nb");
  f.lines.cut_off(f.parts.take_rest(), partial_line::emit);
  f.feed("c\n");
  CHECK(f.sealed() == text_list{"a", "b", "c"});
  CHECK(f.lines.counted().partial_lines == 1);
}

TEST_CASE("line_blocks leaves out a line that was cut off if it is told to") {
  auto f = fixture{};
  f.feed("a\nbcd");
  f.lines.cut_off(f.parts.take_rest(), partial_line::drop);
  CHECK(f.sealed() == text_list{"a"});
  CHECK(f.lines.counted().partial_lines == 1);
  CHECK(f.lines.counted().dropped_lines == 1);
  CHECK(f.lines.counted().dropped_bytes == 3);
}

TEST_CASE("line_blocks ends a long line where the text was cut off") {
  for (auto const size : {11, 15, 20, 25}) {
    auto f = fixture{bounded(10, long_line::split)};
    f.feed(std::string(static_cast<std::size_t>(size), 'x'));
    f.lines.cut_off(f.parts.take_rest(), partial_line::emit);
    f.feed("next\n");
    auto const got = f.sealed();
    auto joined = std::string{};
    for (auto const& each : got) joined += each;
    CHECK(joined == std::string(static_cast<std::size_t>(size), 'x') + "next");
    CHECK(got.back() == "next");
    CHECK(f.lines.counted().long_lines == 1);
  }
}

TEST_CASE("line_blocks finds a line above the bound behind shorter ones at the end of a file") {
  auto f = fixture{bounded(10, long_line::split)};
  f.feed("ab\n0123456789abc");
  f.lines.end(f.parts.take_rest());
  CHECK(f.sealed() == text_list{"ab", "0123456789", "abc"});
  CHECK(f.lines.counted().long_lines == 1);
}
