#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <random>
#include <sluice/operators/text_lines.hpp>
#include <sluice/operators/words.hpp>
#include <string>
#include <string_view>
#include <vector>

using namespace sluice;

namespace {

using strings = std::vector<std::string>;

/// A copy of `text` whose memory ends exactly where the text ends, so that reading past it shows.
class exact_text {
 public:
  explicit exact_text(std::string_view text)
      : size_{text.size()}, memory_{std::make_unique<char[]>(size_)} {
    std::copy(text.begin(), text.end(), memory_.get());
  }
  [[nodiscard]] std::string_view view() const { return {memory_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<char[]> memory_;
};

strings words_of(std::string_view text) {
  exact_text const exact{text};
  strings words;
  split_words(exact.view(), [&](std::string_view word) { words.emplace_back(word); });
  return words;
}

strings lines_of(std::string_view text) {
  exact_text const exact{text};
  strings lines;
  for_each_line(exact.view(), [&](std::string_view line) { lines.emplace_back(line); });
  return lines;
}

/// What split_words means, one character at a time.
strings reference_words(std::string_view text) {
  strings words;
  std::string word;
  for (auto const c : text) {
    if (std::string_view{" \t\n\v\f\r"}.find(c) == std::string_view::npos) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(word);
      word.clear();
    }
  }
  if (!word.empty()) words.push_back(word);
  return words;
}

}  // namespace

TEST_CASE("split_words emits the words of a line in their order") {
  CHECK(words_of("to be or not") == strings{"to", "be", "or", "not"});
  CHECK(words_of("  leading and trailing  ") == strings{"leading", "and", "trailing"});
  CHECK(words_of("one") == strings{"one"});
}

TEST_CASE("split_words emits nothing for text without words") {
  CHECK(words_of("").empty());
  CHECK(words_of(" ").empty());
  CHECK(words_of(std::string(200, ' ')).empty());
  CHECK(words_of(" \t\r\n\v\f").empty());
}

TEST_CASE("split_words splits at the six characters of white space and at no other") {
  CHECK(words_of("a b\tc\nd\ve\ff\rg") == strings{"a", "b", "c", "d", "e", "f", "g"});
  for (int code = 0; code != 256; ++code) {
    auto const c = static_cast<char>(code);
    auto const is_space = std::string_view{" \t\n\v\f\r"}.find(c) != std::string_view::npos;
    // In the part that is looked at sixteen at a time, and in the one that is not.
    for (std::size_t const length : {5U, 40U, 100U}) {
      std::string text(length, 'x');
      text[length / 2] = c;
      CAPTURE(code);
      CAPTURE(length);
      CHECK(words_of(text).size() == (is_space ? 2 : 1));
    }
  }
}

TEST_CASE("split_words gives views into the line") {
  std::string const line = "ab cd";
  split_words(line, [&](std::string_view word) {
    CHECK(word.data() >= line.data());
    CHECK(word.data() + word.size() <= line.data() + line.size());
  });
}

TEST_CASE("split_words finds words across and at the borders of its blocks") {
  for (std::size_t length = 1; length != 300; ++length) {
    CAPTURE(length);
    std::string const word(length, 'w');
    CHECK(words_of(word) == strings{word});
    CHECK(words_of(word + " x") == strings{word, "x"});
    CHECK(words_of("x " + word) == strings{"x", word});
    CHECK(words_of(std::string(length, ' ') + "x") == strings{"x"});
  }
}

TEST_CASE("split_words equals the definition on random text") {
  std::mt19937_64 random{4711};  // the seed of this test
  for (int round = 0; round != 2000; ++round) {
    std::string text(random() % 400, 'x');
    auto const density = 2 + random() % 12;
    for (auto& c : text)
      c = random() % density == 0 ? " \t\n\v\f\r"[random() % 6] : static_cast<char>(random());
    CAPTURE(round);
    CHECK(words_of(text) == reference_words(text));
  }
}

TEST_CASE("for_each_line gives the lines without their ends") {
  CHECK(lines_of("a\nb\n") == strings{"a", "b"});
  CHECK(lines_of("a\n\nb\n") == strings{"a", "", "b"});
  CHECK(lines_of("").empty());
  CHECK(lines_of("\n") == strings{""});
}

TEST_CASE("for_each_line counts a last line without an end and keeps a carriage return") {
  CHECK(lines_of("a\nb") == strings{"a", "b"});
  CHECK(lines_of("a\r\nb\r\n") == strings{"a\r", "b\r"});
}

TEST_CASE("for_each_line equals the definition on lines of every length") {
  std::mt19937_64 random{17};  // the seed of this test
  for (int round = 0; round != 2'000; ++round) {
    CAPTURE(round);
    strings lines(random() % 12);
    auto const longest = 1 + random() % 200;
    std::string text;
    for (auto& line : lines) {
      line.assign(random() % longest, 'x');
      text += line + '\n';
    }
    CHECK(lines_of(text) == lines);
    lines.push_back("no end");
    CHECK(lines_of(text + lines.back()) == lines);
  }
}

TEST_CASE("count_lines counts the line ends of texts of every length") {
  std::mt19937_64 random{99};  // the seed of this test
  for (std::size_t length = 0; length < 10'000; length = length * 9 / 8 + 1) {
    std::string text(length, 'x');
    for (auto& c : text)
      if (random() % 7 == 0) c = '\n';
    exact_text const exact{text};
    auto const expected = std::count(text.begin(), text.end(), '\n');
    CAPTURE(length);
    CHECK(count_lines(exact.view()) == static_cast<std::size_t>(expected));
  }
}

TEST_CASE("count_lines does not overflow on a text of line ends alone") {
  std::string const text(100'003, '\n');
  CHECK(count_lines(text) == text.size());
}
