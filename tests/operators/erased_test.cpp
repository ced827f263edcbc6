#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

/// Not a template: it takes the stream whatever its steps are.
dstream<std::pair<std::string, int>> lengths(dstream<std::string_view> words) {
  return words.map([](std::string_view w) {
    return std::pair{std::string{w}, static_cast<int>(w.size())};
  });
}

dstream<int> doubled_if(dstream<int> in, bool wanted) {
  if (wanted) in = in.map([](int x) { return x * 2; });
  return in;
}

}  // namespace

TEST_CASE("dstream of one parameter takes a stream with any steps") {
  check_table(
      table<std::string>{{"to be", "or"}, {}, {""}},
      [](auto in) { return lengths(in.flat_map(split_words)); },
      table<std::pair<std::string, int>>{{{"to", 2}, {"be", 2}, {"or", 2}}, {}, {}});
}

TEST_CASE("dstream of one parameter can be assigned, so that operators depend on a setting") {
  for (auto wanted : {false, true})
    check_table(
        table<int>{{1, 2}, {}, {3}}, [=](auto in) { return doubled_if(in, wanted); },
        wanted ? table<int>{{2, 4}, {}, {6}} : table<int>{{1, 2}, {}, {3}});
}

TEST_CASE("dstream of one parameter can be built in a loop") {
  check_table(
      table<int>{{0}, {}},
      [](auto in) {
        dstream<int> stream = in;
        for (int i = 0; i != 30; ++i) stream = stream.map([i](int x) { return x + i; });
        return stream;
      },
      table<int>{{435}, {}});
}

TEST_CASE("dstream of one parameter holds views without copying their text") {
  check_records(
      table<std::string>{{"a long enough line of text", "b"}, {}},
      [](auto in) {
        dstream<std::string_view> words = in.flat_map(split_words);
        return words.filter([](std::string_view w) { return w != "of"; });
      },
      table<std::string>{{"a", "long", "enough", "line", "text", "b"}, {}});
}

TEST_CASE("dstream of one parameter costs no operator where there are no steps") {
  streaming_context ssc{with_parallelism(2)};
  auto const in = ssc.queue_stream<int>({{1}});
  dstream<int> same = in;
  CHECK(same.position().from == in.position().from);
  dstream<int> erased = in.map([](int x) { return x; });
  collect(erased);
  CHECK(ssc.explain().find("erase#3 <- map#2 <- queue#1") != std::string::npos);
}

TEST_CASE("dstream of one parameter keeps absent batches absent") {
  check_records(
      table<int>{{1}, {2}, {3}, {4}},
      [](auto in) {
        dstream<int> stream = in.window(2h, 2h).filter([](int x) { return x != 2; });
        return stream;
      },
      table<int>{{1}, {3, 4}});
}

TEST_CASE("dstream of one parameter still names the operator that failed") {
  check_failure(table<int>{{1}, {2}},
                [](auto in) {
                  dstream<int> stream =
                      in.map([](int x) { return x == 2 ? throw std::runtime_error{"two"} : x; });
                  return stream.filter([](int) { return true; });
                },
                table<int>{{1}}, {"'map#2'", "batch 2", "two"});
}

TEST_CASE("dstream of one parameter does not take records of another type") {
  using pipe = decltype(std::declval<dstream<int>>().map([](int x) { return x; }));
  static_assert(std::is_convertible_v<pipe, dstream<int>>);
  static_assert(!std::is_convertible_v<pipe, dstream<long>>);
  static_assert(!std::is_convertible_v<dstream<int>, dstream<long>>);
}
