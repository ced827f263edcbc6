#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

auto const same = [](int x) { return x; };

struct fixture {
  streaming_context ssc{with_parallelism(2)};
  dstream<int> in = ssc.queue_stream<int>({{1}});
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "named names the last operator, whatever its kind") {
  in.named("numbers")
      .map(same)
      .named("the same")
      .repartition(3)
      .named("spread")
      .window(2h)
      .named("two hours")
      .count()
      .named("how many")
      .print();
  auto const text = ssc.explain();
  check_says(text, {"numbers", "the same -> spread", "two hours", "how many", "print#6"});
  for (auto given : {"queue#", "map#", "repartition#", "window#", "count#"})
    CHECK_MESSAGE(text.find(given) == std::string::npos, text);
}

TEST_CASE_FIXTURE(fixture, "named changes no record") {
  check_table(
      table<int>{{1, 2}, {}}, [](auto s) { return s.map(same).named("a").filter(same).named("b"); },
      table<int>{{1, 2}, {}});
}

TEST_CASE_FIXTURE(fixture, "named refuses an empty name and one that is taken") {
  auto const first = in.map(same).named("first");
  auto const second = first.map(same);
  check_says(message_of([&] { second.named(""); }), {"named", "map#3", "empty"});
  check_says(message_of([&] { second.named("first"); }), {"named", "\"first\"", "map#2", "unique"});
  check_says(message_of([&] { second.named("queue#1"); }), {"\"queue#1\"", "another operator"});
  CHECK(message_of([&] { first.named("first"); }) == "nothing was thrown");
}

TEST_CASE_FIXTURE(fixture, "named gives a name back when its operator is renamed") {
  auto const first = in.map(same).named("old").named("new");
  CHECK(message_of([&] { first.map(same).named("old"); }) == "nothing was thrown");
}

TEST_CASE_FIXTURE(fixture, "named after start is a usage_error") {
  auto const mapped = in.map(same);
  collect(mapped);
  ssc.start();
  check_says(message_of([&] { mapped.named("late"); }), {"has been started", "before start()"});
  ssc.stop();
}

TEST_CASE("named is what errors call the operator") {
  check_failure(
      table<int>{{1}, {2, 2}},
      [](auto in) {
        return in.reduce([](int a, int) { return a == 2 ? throw std::runtime_error{"two"} : a; })
            .named("picky")
            .map(same)
            .named("easy");
      },
      table<int>{{1}}, {"'picky'", "batch 2", "two"});
}
