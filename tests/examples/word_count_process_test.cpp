// The main example as people run it: a process, its output and signals to it.

#include <signal.h>

#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>

#include "child_process.hpp"
#include "tests/temporary_directory.hpp"
#include "text_server.hpp"

namespace sluice::tests {

namespace {

std::vector<std::string> word_count(std::vector<std::string> options) {
  options.insert(options.begin(), WORD_COUNT_PROGRAM);
  return options;
}

std::size_t occurrences(std::string_view part, std::string_view text) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++n;
  return n;
}

/// The number before `unit` in the text after `start`, as in `total: 1,200 lines received`.
std::uint64_t number_after(std::string_view start, std::string const& text, std::string_view unit) {
  auto const from = text.find(start);
  REQUIRE_MESSAGE(from != text.npos, text);
  auto const end = text.find(unit, from);
  REQUIRE_MESSAGE(end != text.npos, text);
  std::uint64_t n = 0;
  auto digit = text.find_last_of(' ', end - 1) + 1;
  for (; digit != end; ++digit)
    if (text[digit] >= '0' && text[digit] <= '9')
      n = n * 10 + static_cast<std::uint64_t>(text[digit] - '0');
  return n;
}

std::uint64_t total(std::string const& error, std::string_view unit) {
  return number_after("total: ", error, unit);
}

}  // namespace

TEST_CASE("word_count prints exactly as many batches as asked for, and ends") {
  child_process program{word_count({"--batches", "3", "--interval", "200ms"})};
  CHECK(program.wait() == 0);
  CHECK(occurrences("-------------------------------------------\nTime: ", program.out()) == 3);
  CHECK(program.out().ends_with("\n\n"));
  CHECK(occurrences("\nbatch ", program.error()) == 3);
  CHECK(total(program.error(), " batches") == 3);
}

TEST_CASE("word_count writes neither colours nor an indicator into a pipe") {
  child_process program{word_count({"--batches", "1", "--interval", "200ms"})};
  CHECK(program.wait() == 0);
  CHECK((program.out() + program.error()).find_first_of("\033\r") == std::string::npos);
}

TEST_CASE("word_count --help explains every option on standard output") {
  child_process program{word_count({"--help"})};
  CHECK(program.wait() == 0);
  CHECK(program.error().empty());
  for (auto const* option : {"--rate", "--connect", "--dir", "--interval", "--window", "--batches",
                             "--top", "--log", "--parallelism", "--help"})
    CHECK_MESSAGE(program.out().find(option) != std::string::npos, option);
}

TEST_CASE("word_count refuses a wrong option with status 2 and one line that says what to write") {
  struct wrong {
    std::vector<std::string> options;
    std::string says;
  };
  for (auto const& [options, says] : std::vector<wrong>{
           {{"--interval", "fast"}, "--interval \"fast\": write a whole number with its unit"},
           {{"--colour"}, "--colour; word_count --help lists the options"},
           {{"--log", "loud"}, "\"loud\" is no level; use trace"}}) {
    child_process program{word_count(options)};
    CHECK(program.wait() == 2);
    CHECK(program.out().empty());
    CHECK(program.error().starts_with("word_count: "));
    CHECK_MESSAGE(program.error().find(says) != std::string::npos, program.error());
    CHECK(occurrences("\n", program.error()) == 1);
  }
}

TEST_CASE("word_count fails with status 1 and the cause when it cannot print") {
  child_process program{word_count({"--interval", "100ms"}), "/dev/full"};
  CHECK(program.wait() == 1);
  CHECK(program.error().find("standard output cannot be written: No space left on device") !=
        std::string::npos);
}

TEST_CASE("word_count counts every line of a peer once, also those that a Ctrl-C finds uncounted") {
  constexpr std::uint64_t lines = 200'000;
  text_server server;
  child_process program{word_count({"--connect", server.address(), "--interval", "1h"})};
  server.accept();
  std::string text;
  for (std::uint64_t i = 0; i != lines; ++i) text += "all w" + std::to_string(i % 4) + '\n';
  text.pop_back();  // the last line has no line end
  server.send(text);
  server.finish();
  program.signal(SIGINT);
  CHECK(program.wait() == 0);
  CHECK(total(program.error(), " lines received") == lines);
  CHECK(total(program.error(), " words counted") == 2 * lines);
  CHECK_MESSAGE(
      program.out().find("(all,200000)\n(w0,50000)\n(w1,50000)\n(w2,50000)\n(w3,50000)\n") !=
          std::string::npos,
      program.out());
}

TEST_CASE("word_count counts every line that its feed sent when a signal comes under load") {
  for (auto const number : {SIGINT, SIGTERM}) {
    child_process program{word_count({"--rate", "200000", "--interval", "100ms"})};
    program.wait_for_error("batch 3 at ");
    program.signal(number);
    CHECK(program.wait() == 0);
    auto const received = total(program.error(), " lines received");
    CHECK(received > 0);
    CHECK(received == number_after("feed sent ", program.error(), " lines"));
  }
}

TEST_CASE("word_count ends at once with status 130 on a second Ctrl-C") {
  text_server server;
  child_process program{
      word_count({"--connect", server.address(), "--interval", "1h", "--top", "1000000"})};
  // Nobody reads what it prints, so that it cannot end.
  program.stop_reading_output();
  server.accept();
  std::string text;
  for (int i = 0; i != 100'000; ++i) text += "word" + std::to_string(i) + '\n';
  server.send(text);
  server.finish();
  program.signal(SIGINT);
  program.wait_for_error("ending: ");
  program.signal(SIGINT);
  CHECK(program.wait() == 130);
}

TEST_CASE("word_count counts a file that is moved into its directory") {
  temporary_directory const inbox;
  temporary_directory const elsewhere;
  child_process program{
      word_count({"--dir", inbox.path(), "--interval", "demand", "--batches", "1"})};
  program.wait_for_error("input: ");
  std::ofstream{elsewhere / "a.txt"} << "to be or not to be\n";
  std::filesystem::rename(elsewhere / "a.txt", inbox / "a.txt");
  CHECK(program.wait() == 0);
  CHECK_MESSAGE(program.out().find("(be,2)\n(to,2)\n(not,1)\n(or,1)\n") != std::string::npos,
                program.out());
}

}  // namespace sluice::tests
