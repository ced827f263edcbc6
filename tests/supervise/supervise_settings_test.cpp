// The command line of sluice-supervise.
#include "supervise/settings.hpp"

#include <doctest/doctest.h>

#include "supervise/durations.hpp"

using namespace supervise;
using namespace std::chrono_literals;

namespace {

settings parsed(std::vector<char const*> arguments) {
  arguments.insert(arguments.begin(), "sluice-supervise");
  auto const found = parse(static_cast<int>(arguments.size()), arguments.data());
  REQUIRE(found.has_value());
  return *found;
}

std::string refusal(std::vector<char const*> const& arguments) {
  try {
    parsed(arguments);
  } catch (settings_error const& wrong) {
    return wrong.what();
  }
  FAIL("nothing was thrown");
  return {};
}

}  // namespace

TEST_CASE("supervise settings have defaults for all but the program") {
  auto const s = parsed({"--", "program"});
  CHECK(s.command == std::vector<std::string>{"program"});
  CHECK(s.policy.max_restarts == 5);
  CHECK(s.policy.within == 1min);
  CHECK_FALSE(s.policy.lifetime_cap.has_value());
  CHECK(s.policy.backoff.min == 100ms);
  CHECK(s.policy.backoff.max == 30s);
  CHECK(s.policy.backoff.jitter == sluice::backoff_jitter::full);
  CHECK(s.policy.healthy_after == 10s);
  CHECK(s.stop_timeout == 25s);
  CHECK(s.final_exits == std::set<int>{2, 64, 78});
}

TEST_CASE("supervise settings are what the options say") {
  auto const s = parsed({"--max-restarts", "3", "--within", "1h", "--backoff-min", "10ms",
                         "--backoff-max=20ms", "--jitter", "none", "--healthy-after", "2s",
                         "--final-exit", "1,255", "--stop-timeout", "0s", "--", "program"});
  CHECK(s.policy.max_restarts == 3);
  CHECK(s.policy.within == 1h);
  CHECK(s.policy.backoff.min == 10ms);
  CHECK(s.policy.backoff.max == 20ms);
  CHECK(s.policy.backoff.jitter == sluice::backoff_jitter::none);
  CHECK(s.policy.healthy_after == 2s);
  CHECK(s.stop_timeout == 0s);
  CHECK(s.final_exits == std::set<int>{1, 255});
  CHECK(parsed({"--final-exit", "none", "--", "program"}).final_exits.empty());
}

TEST_CASE("supervise settings leave the options of the program alone") {
  auto const s = parsed({"--max-restarts", "1", "--", "program", "--help", "--", "--max-restarts"});
  CHECK(s.command == std::vector<std::string>{"program", "--help", "--", "--max-restarts"});
  CHECK(s.policy.max_restarts == 1);
}

TEST_CASE("supervise settings that are wrong are refused with a remedy") {
  struct wrong {
    std::vector<char const*> arguments;
    std::string says;
  };
  for (auto const& [arguments, says] : std::vector<wrong>{
           {{}, "there is no program; write it behind the options, after --"},
           {{"--"}, "there is no program"},
           {{"program"}, "the program comes after --"},
           {{"--colour", "--", "p"}, "--colour"},
           {{"--max-restarts", "--", "p"}, "--max-restarts"},
           {{"--max-restarts", "-1", "--", "p"}, "--max-restarts \"-1\": write a whole number"},
           {{"--within", "60", "--", "p"}, "--within \"60\": write a whole number with its unit"},
           {{"--within", "25h", "--", "p"}, "up to 24h"},
           {{"--within", "s", "--", "p"}, "--within \"s\""},
           {{"--within", "0s", "--", "p"}, "within is 0us: it must be above 0"},
           {{"--backoff-min", "1min", "--", "p"}, "backoff.max is 30000000us"},
           {{"--jitter", "some", "--", "p"}, "write none, full, equal or decorrelated"},
           {{"--final-exit", "2,x", "--", "p"}, "--final-exit \"x\": write a whole number from 0"},
           {{"--final-exit", "256", "--", "p"}, "to 255"}}) {
    auto const text = refusal(arguments);
    CHECK_MESSAGE(text.find(says) != std::string::npos, text);
  }
}

TEST_CASE("supervise durations are shown in the unit that a person would take") {
  CHECK(show_duration(0us) == "0ms");
  CHECK(show_duration(57'400us) == "57ms");
  CHECK(show_duration(1'240ms) == "1.2s");
  CHECK(show_duration(60s) == "60.0s");
}
