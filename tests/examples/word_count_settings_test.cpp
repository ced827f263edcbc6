// The command line of the main example.

#include "settings.hpp"

#include <doctest/doctest.h>

#include "values.hpp"

namespace word_count {

namespace {

using namespace std::chrono_literals;

std::optional<settings> parsed(std::vector<char const*> options) {
  options.insert(options.begin(), "word_count");
  return parse(static_cast<int>(options.size()), options.data());
}

/// The message with which `options` are refused.
std::string refusal(std::vector<char const*> options) {
  try {
    parsed(std::move(options));
  } catch (settings_error const& wrong) {
    return wrong.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("the command line without options asks for the feed and a batch a second") {
  auto const s = parsed({});
  REQUIRE(s);
  CHECK(std::get<feed_input>(s->input).lines_per_second == 100);
  CHECK(s->interval == 1s);
  CHECK(!s->batches);
  CHECK(!s->window);
  CHECK(s->top == 10);
}

TEST_CASE("the command line reads every option") {
  auto const s = parsed({"--connect", "[::1]:9999", "--interval=500ms", "--window", "30s",
                         "--batches", "7", "--top", "3", "--parallelism", "2", "--log", "debug"});
  REQUIRE(s);
  CHECK(std::get<socket_input>(s->input).host == "::1");
  CHECK(std::get<socket_input>(s->input).port == 9999);
  CHECK(s->interval == 500ms);
  CHECK(s->window == 30s);
  CHECK(s->batches == 7);
  CHECK(s->top == 3);
  CHECK(s->parallelism == 2);
  CHECK(s->log_level == "debug");
  CHECK(!parsed({"--interval", "demand"})->interval);
  CHECK(std::get<directory_input>(parsed({"--dir", "/"})->input).path == "/");
}

TEST_CASE("a duration is a number and its unit") {
  for (auto const& [text, time] : std::vector<std::pair<char const*, std::chrono::milliseconds>>{
           {"1ms", 1ms}, {"250ms", 250ms}, {"90s", 90s}, {"5min", 5min}, {"24h", 24h}}) {
    CHECK(parse_duration("--window", text) == time);
  }
  for (auto const* text :
       {"", "s", "1", "1 s", "0s", "-1s", "1.5s", "25h", "1m", "1sec", "18446744073709551616ms"}) {
    CHECK_THROWS_AS(parse_duration("--window", text), settings_error);
  }
  CHECK(show_duration(90s) == "90s");
  CHECK(show_duration(120s) == "2min");
  CHECK(show_duration(1500ms) == "1500ms");
}

TEST_CASE("a peer is a host and a port") {
  CHECK(parse_peer("--connect", "example.org:80").host == "example.org");
  CHECK(parse_peer("--connect", "localhost:65535").port == 65535);
  for (auto const* text : {"", "localhost", "9999", ":9999", "localhost:", "localhost:0",
                           "localhost:65536", "localhost:nine", "::1:9999", "[]:9999"}) {
    CHECK_THROWS_AS(parse_peer("--connect", text), settings_error);
  }
}

TEST_CASE("a wrong command line is refused by naming option, value and remedy") {
  CHECK(refusal({"--top", "-1"}) == "--top \"-1\": write a whole number from 1 to 1000000");
  CHECK(refusal({"--connect", ""}) ==
        "--connect \"\": write host:port, such as localhost:9999 or [::1]:9999");
  CHECK(refusal({"--dir", "/no/such"}) ==
        "--dir \"/no/such\": there is no such directory; create it first");
  CHECK(refusal({"--dir", "/", "--connect", "a:1"}) ==
        "--connect and --dir are two inputs; give only one of them");
  CHECK(refusal({"--window", "30s", "--interval", "7s"}) ==
        "--window \"30s\" is no multiple of the interval of 7s; write 28s or 35s");
  CHECK(refusal({"--window", "1s", "--interval", "7s"}) ==
        "--window \"1s\" is no multiple of the interval of 7s; write 7s");
}

}  // namespace word_count
