#include <doctest/doctest.h>
#include <sluice/operators/error.hpp>
#include <sluice/supervision/fault_point.hpp>
#include <sluice/supervision/fault_script.hpp>

using namespace sluice;

TEST_CASE("fault_script reads what it writes") {
  fault_script const script{{
      {"driver: batch_prepared", 3, 1.0, {fault_kind::kill, 0, std::errc::io_error}},
      {"stage 1/0: link_data", 2, 1.0, {fault_kind::hold, 17, std::errc::io_error}},
      {"sink *: *", 1, 1.0, {fault_kind::kill_after, 0, std::errc::io_error}},
      {"*: link_grant", 0, 0.125, {fault_kind::repeat, 0, std::errc::io_error}},
      {"*: link_grant", 4, 1.0, {fault_kind::lose, 0, std::errc::io_error}},
      {"*: link_data", 5, 1.0, {fault_kind::defer, 0, std::errc::io_error}},
      {"*: link_opened", 1, 1.0, {fault_kind::spoil, 0, std::errc::io_error}},
      {"disk: append a/#", 9, 1.0, {fault_kind::fail, 0, std::errc::no_space_on_device}},
      {"disk: *", 0, 0.001, {fault_kind::end_machine, 0, std::errc::io_error}},
      {"timer", 4, 1.0, {fault_kind::jump, -1500, std::errc::io_error}},
      {"price known", 1, 1.0, {fault_kind::raise, 0, std::errc::io_error}},
      {"price known", 2, 1.0, {fault_kind::pause, 20, std::errc::io_error}},
      {"world: read", 1, 1.0, {fault_kind::cut, 0, std::errc::io_error}},
      {"*", 5, 1.0, {fault_kind::end_process, 0, std::errc::io_error}},
  }};
  CHECK(fault_script::parse(script.text()) == script);
}

TEST_CASE("fault_script passes over blank lines and comments") {
  auto const read = fault_script::parse("# what for\n\n  at \"a\" pass 1: kill  # now\n");
  REQUIRE(read.faults.size() == 1);
  CHECK(read.faults[0].point == "a");
}

TEST_CASE("fault_script names the line and what it expected") {
  CHECK_THROWS_WITH_AS(fault_script::parse("at \"a\" pass 1: kill\nat a: kill\n"),
                       "fault script, line 2: expected '\"' before 'a: kill'", usage_error);
  CHECK_THROWS_WITH_AS(fault_script::parse("at \"a\": explode"),
                       "fault script, line 1: expected an action: hold, kill afterwards, kill, "
                       "repeat, lose, defer, spoil, end the process, end the machine, throw, fail, "
                       "cut connections, jump, pause before 'explode'",
                       usage_error);
  CHECK_THROWS_AS(fault_script::parse("at \"a\" chance 1.5: kill"), usage_error);
  CHECK_THROWS_AS(fault_script::parse("at \"a\" pass x: kill"), usage_error);
  CHECK_THROWS_AS(fault_script::parse("at \"a\": fail no_such_error"), usage_error);
  CHECK_THROWS_AS(fault_script::parse("at \"a\": kill it"), usage_error);
}

TEST_CASE(
    "fault_point does nothing where nobody has armed it, and what the handler says elsewhere") {
  struct thrower final : fault_handler {
    void reached(std::string_view point) override { throw injected_fault{point}; }
  } handler;
  CHECK_NOTHROW(fault_point("here"));
  {
    fault_scope const armed{&handler};
    CHECK_THROWS_WITH_AS(SLUICE_FAULT_POINT("here"), "injected fault at 'here'", injected_fault);
  }
  CHECK_NOTHROW(fault_point("here"));
}
