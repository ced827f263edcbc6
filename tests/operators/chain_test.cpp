// A chain of many fused steps: its type has one name per step, and that name must grow with the
// number of steps, not with a power of it. If it does not, this file takes very long to compile.
#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;

namespace {

using pair = std::pair<int, int>;

// Functions outside of templates: the name of a lambda inside `five` would repeat the whole stream.
auto const next_key = [](pair const& p) { return pair{p.first + 1, p.second}; };
auto const positive_key = [](pair const& p) { return p.first > 0; };
auto const alone = [](pair const& p) { return std::array{p}; };
auto const emit_previous_key = [](pair const& p, auto&& emit) {
  emit(pair{p.first - 1, p.second});
};
auto const next_value = [](int v) { return v + 1; };
auto const picky = [](pair const& p) { return p.first == 2 ? throw std::runtime_error{"two"} : p; };

/// Five narrow operators that leave every key as it is and count themselves in the value.
template <class Stream>
auto five(Stream const& in) {
  return in.map(next_key)
      .filter(positive_key)
      .flat_map(alone)
      .flat_map(emit_previous_key)
      .map_values(next_value);
}

template <class Stream>
auto thirty(Stream const& in) {
  return five(five(five(five(five(five(in))))));
}

auto const sixty = [](auto in) { return thirty(thirty(in)); };

}  // namespace

TEST_CASE("sixty narrow operators of every kind run as one") {
  check_table(table<pair>{{}, {{1, 100}, {2, 200}}, {{3, 0}}}, sixty,
              table<pair>{{}, {{1, 112}, {2, 212}}, {{3, 12}}});
}

TEST_CASE("sixty narrow operators are one stage without a node of their own") {
  streaming_context ssc{with_parallelism(2)};
  collect(sixty(ssc.queue_stream(table<pair>{{}})));
  auto const text = ssc.explain();
  check_says(text,
             {"stage 0 (2 partitions)\n  queue#1\nstage 1", "map_values#61 -> collect_into#62"});
  CHECK_MESSAGE(text.find("stage 2") == std::string::npos, text);
}

TEST_CASE("sixty narrow operators still know which of them failed") {
  check_failure(table<pair>{{{1, 1}}, {{2, 2}}},
                [](auto in) { return five(five(in).map(picky).named("culprit")); },
                table<pair>{{{1, 3}}}, {"'culprit'", "batch 2", "two"});
}
