#include "table.hpp"

#include <sstream>

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

std::string const rule = "-------------------------------------------\n";

/// What one batch looks like.
std::string block(batch_time t, std::string const& lines) {
  auto const ms = std::chrono::floor<std::chrono::milliseconds>(t.time_since_epoch()).count();
  return rule + "Time: " + std::to_string(ms) + " ms\n" + rule + lines + "\n";
}

/// `print(out, n)` of `operators(in)` prints `lines` for its batches, in every way.
template <class Operators>
void check_print(table<int> const& in, Operators operators, std::size_t n,
                 std::vector<std::string> const& lines) {
  in_every_way([&](execution where) {
    std::ostringstream out;
    streaming_context ssc{with_parallelism(2), std::move(where)};
    auto const stream = operators(ssc.queue_stream(in));
    auto const same = collect(stream);
    stream.print(out, n);
    ssc.start();
    ssc.run_until_idle();
    ssc.stop();
    auto const refs = same->refs();
    REQUIRE(refs.size() == lines.size());
    std::string expected;
    for (std::size_t b = 0; b != refs.size(); ++b) expected += block(refs[b].time, lines[b]);
    CHECK(out.str() == expected);
  });
}

auto const as_it_is = [](auto in) { return in; };

}  // namespace

TEST_CASE("print writes a rule, the time, a rule, the records and an empty line") {
  testkit::simulation sim{1};
  std::ostringstream out;
  streaming_context ssc{with_parallelism(2), sim.where()};
  ssc.queue_stream<std::pair<std::string, int>>({{{"to", 2}, {"be", 3}}}).print(out);
  ssc.start();
  ssc.run_until_idle();
  ssc.stop();
  CHECK(out.str() ==
        "-------------------------------------------\n"
        "Time: 1577840400000 ms\n"
        "-------------------------------------------\n"
        "(to,2)\n"
        "(be,3)\n"
        "\n");
}

TEST_CASE("print shows every batch in order, also an empty one") {
  check_print({{1, 2}, {}, {3}}, as_it_is, 10, {"1\n2\n", "", "3\n"});
}

TEST_CASE("print shows n records, and dots if there are more") {
  table<int> const in{{1, 2, 3, 4, 5, 6, 7}, {1, 2, 3}, {1, 2, 3, 4}};
  check_print(in, as_it_is, 3, {"1\n2\n3\n...\n", "1\n2\n3\n", "1\n2\n3\n...\n"});
  check_print(in, as_it_is, 0, {"...\n", "...\n", "...\n"});
  check_print(in, as_it_is, std::numeric_limits<std::size_t>::max(),
              {"1\n2\n3\n4\n5\n6\n7\n", "1\n2\n3\n", "1\n2\n3\n4\n"});
}

TEST_CASE("print shows ten records if it is not told how many") {
  testkit::simulation sim{2};
  std::ostringstream out;
  streaming_context ssc{with_parallelism(3), sim.where()};
  ssc.queue_stream<int>({{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}}).print(out);
  ssc.start();
  ssc.run_until_idle();
  ssc.stop();
  auto const text = out.str();
  CHECK_MESSAGE(text.ends_with("9\n10\n...\n\n"), text);
}

TEST_CASE("print of a window prints at the window's times only") {
  check_print({{1}, {}, {3}, {}, {5}}, [](auto in) { return in.window(2h, 2h); }, 10,
              {"1\n", "3\n"});
}

TEST_CASE("print leaves the failure of a step before it to that step, and prints no such batch") {
  std::ostringstream out;
  streaming_context ssc{with_parallelism(2), in_calling_thread()};
  ssc.queue_stream<int>({{1}, {2}})
      .map([](int x) { return x == 2 ? throw std::runtime_error{"two"} : x; })
      .print(out);
  ssc.start();
  check_says(message_of([&] { ssc.run_until_idle(); }), {"'map#2'", "batch 2", "two"});
  CHECK(out.str().ends_with(rule + "1\n\n"));
}
