#include <set>

#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;

namespace {

using pairs = std::pair<int, int>;
using maybe = std::optional<int>;

/// A stream joined with one made of it: odd keys only, negative values.
auto const other_side = [](auto const& in) {
  return in.filter([](pairs const& p) { return p.first % 2 != 0; }).map([](pairs const& p) {
    return pairs{p.first + (p.second > 90 ? 100 : 0), -p.second};
  });
};

table<pairs> const small{{{1, 10}, {2, 20}, {1, 11}}, {}, {{4, 40}}, {{3, 99}}};

template <class Left, class Right>
using joined = table<std::pair<int, std::pair<Left, Right>>>;

}  // namespace

TEST_CASE("join pairs every value of a key with every one of the other side, per batch") {
  check_records(
      small, [](auto in) { return in.join(other_side(in)); },
      joined<int, int>{
          {{1, {10, -10}}, {1, {10, -11}}, {1, {11, -10}}, {1, {11, -11}}}, {}, {}, {}});
}

TEST_CASE("left_outer_join keeps what has no partner on the right") {
  check_records(
      small, [](auto in) { return in.left_outer_join(other_side(in)); },
      joined<int, maybe>{
          {{1, {10, -10}}, {1, {10, -11}}, {1, {11, -10}}, {1, {11, -11}}, {2, {20, std::nullopt}}},
          {},
          {{4, {40, std::nullopt}}},
          {{3, {99, std::nullopt}}}});
}

TEST_CASE("right_outer_join keeps what has no partner on the left") {
  check_records(
      small, [](auto in) { return in.right_outer_join(other_side(in)); },
      joined<maybe, int>{{{1, {10, -10}}, {1, {10, -11}}, {1, {11, -10}}, {1, {11, -11}}},
                         {},
                         {},
                         {{103, {std::nullopt, -99}}}});
}

TEST_CASE("full_outer_join keeps both") {
  check_records(
      small, [](auto in) { return in.full_outer_join(other_side(in)); },
      joined<maybe, maybe>{
          {{1, {10, -10}}, {1, {10, -11}}, {1, {11, -10}}, {1, {11, -11}}, {2, {20, std::nullopt}}},
          {},
          {{4, {40, std::nullopt}}},
          {{3, {99, std::nullopt}}, {103, {std::nullopt, -99}}}});
}

TEST_CASE("cogroup has the values of both sides for every key of either") {
  check_records(
      small, [](auto in) { return in.cogroup(other_side(in)); },
      joined<std::vector<int>, std::vector<int>>{{{1, {{10, 11}, {-10, -11}}}, {2, {{20}, {}}}},
                                                 {},
                                                 {{4, {{40}, {}}}},
                                                 {{3, {{99}, {}}}, {103, {{}, {-99}}}}});
}

TEST_CASE("join equals the nested loop") {
  for_seeds(10'000, [](random_stream& random) {
    table<pairs> in;
    for (auto const& batch : random_table(random, 100, 4, 8)) {
      auto& records = in.emplace_back();
      for (auto value : batch) records.emplace_back(value % 5, value);
    }
    joined<int, int> expected;
    for (auto const& batch : in) {
      auto& records = expected.emplace_back();
      for (auto const& left : batch)
        for (auto const& p : batch) {
          if (p.first % 2 == 0) continue;
          auto const key = p.first + (p.second > 90 ? 100 : 0);
          if (key == left.first) records.push_back({key, {left.second, -p.second}});
        }
    }
    check_same(sorted(run_inline(in, [](auto s) { return s.join(other_side(s)); })),
               sorted(expected));
  });
}

TEST_CASE("a join meets over time if both sides are windowed") {
  using namespace std::chrono_literals;
  check_records(
      table<pairs>{{{1, 1}}, {{1, -1}}, {}},
      [](auto in) {
        auto const ups = in.filter([](pairs const& p) { return p.second > 0; });
        auto const downs = in.filter([](pairs const& p) { return p.second < 0; });
        return ups.window(2h).join(downs.window(2h));
      },
      joined<int, int>{{}, {{1, {1, -1}}}, {}});
}

TEST_CASE("a join takes an absent side for an empty one") {
  check_everywhere<std::pair<int, std::pair<int, maybe>>>(
      [](streaming_context& ssc) {
        auto const left = ssc.queue_stream<pairs>({{{1, 1}}, {{2, 2}}});
        auto const right = ssc.queue_stream<pairs>({{{1, 5}}});
        return collect(left.left_outer_join(right, 1));
      },
      {{{1, {1, 5}}}, {{2, {2, std::nullopt}}}});
}

TEST_CASE("a join refuses streams of two contexts and of two slides") {
  using namespace std::chrono_literals;
  streaming_context one{with_parallelism(2)};
  streaming_context two{with_parallelism(2)};
  auto const left = one.queue_stream<pairs>({{{1, 1}}});
  auto const right = two.queue_stream<pairs>({{{1, 1}}});
  check_says(message_of([&] { left.join(right); }), {"join", "another context"});
  check_says(message_of([&] { left.cogroup(left.window(2h, 2h)); }), {"cogroup", "slides of 0 us"});
}
