#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;

namespace {

/// A record that cannot be made from nothing and cannot be assigned.
struct reading {
  explicit reading(int number) : value{number} {}
  int const value;
  friend bool operator==(reading const&, reading const&) = default;
  friend std::ostream& operator<<(std::ostream& out, reading const& r) { return out << r.value; }
};

auto const add_one = [](int x) { return x + 1; };
auto const times_three = [](int x) { return x * 3; };

}  // namespace

TEST_CASE("map applies its function to every record, in order") {
  check_table(
      table<int>{{}, {1}, {2, 3, 4, 5, 6, 7, 8}, {}}, [](auto in) { return in.map(add_one); },
      table<int>{{}, {2}, {3, 4, 5, 6, 7, 8, 9}, {}});
}

TEST_CASE("map changes the type of the records") {
  check_table(
      table<int>{{1, 2}, {}, {3}},
      [](auto in) { return in.map([](int x) {
                      return std::pair{std::string(x, 'x'), x > 1};
                    }); },
      table<std::pair<std::string, bool>>{{{"x", false}, {"xx", true}}, {}, {{"xxx", true}}});
}

TEST_CASE("map hands out views into the text of the batch") {
  check_table(
      table<std::string>{{"alpha one", "beta"}, {}, {""}},
      [](auto in) {
        return in.map([](std::string const& line) { return std::string_view{line}; })
            .map([](std::string_view line) { return line.substr(0, line.find(' ')); });
      },
      table<std::string>{{"alpha", "beta"}, {}, {""}});
}

TEST_CASE("map of C strings gives text") {
  check_table(
      table<int>{{1, 2}},
      [](auto in) { return in.map([](int x) { return x % 2 ? "odd" : "even"; }); },
      table<std::string>{{"odd", "even"}});
}

TEST_CASE("map takes members instead of functions") {
  using record = std::pair<std::string, int>;
  check_table(
      table<record>{{{"a", 1}}, {{"b", 2}}}, [](auto in) { return in.map(&record::second); },
      table<int>{{1}, {2}});
}

TEST_CASE("map works with records that have no default and no assignment") {
  check_table(
      table<int>{{1, 2}, {3}},
      [](auto in) {
        return in.map([](int x) { return reading{x}; }).map([](reading const& r) {
          return reading{r.value * 10};
        });
      },
      table<reading>{{reading{10}, reading{20}}, {reading{30}}});
}

TEST_CASE("map hands records that can only be moved to the next step") {
  check_table(
      table<int>{{1, 2, 3}},
      [](auto in) {
        return in.map([](int x) { return std::make_unique<int>(x); })
            .filter([](auto const& p) { return *p != 2; })
            .map([](std::unique_ptr<int> const& p) { return *p; });
      },
      table<int>{{1, 3}});
}

TEST_CASE("map twenty times is one stage") {
  auto const twice = [](auto in) { return in.map(add_one).map(add_one); };
  auto const twenty = [twice](auto in) {
    return twice(twice(twice(twice(twice(twice(twice(twice(twice(twice(in))))))))));
  };
  check_table(table<int>{{0, 100}, {}}, twenty, table<int>{{20, 120}, {}});
  streaming_context ssc{with_parallelism(2)};
  collect(twenty(ssc.queue_stream<int>({{1}})));
  CHECK(ssc.explain().find("stage 2") == std::string::npos);
}

TEST_CASE("map of a map is the map of the composition") {
  for_seeds(300, [](random_stream& random) {
    auto const in = random_table(random, 1000);
    check_same(run_inline(in, [](auto s) { return s.map(add_one).map(times_three); }),
               run_inline(in, [](auto s) { return s.map([](int x) { return (x + 1) * 3; }); }));
  });
}

TEST_CASE("map of a handle that is used twice serves both") {
  check_everywhere<int>(
      [](streaming_context& ssc) {
        auto const numbers = ssc.queue_stream<int>({{1, 2}, {3}}).map(add_one);
        collect(numbers.map(times_three));
        return collect(numbers);
      },
      {{2, 3}, {4}});
}

TEST_CASE("map whose function throws fails the batch, and the batches before stay committed") {
  check_failure(table<int>{{1}, {}, {2, 3}, {4}},
                [](auto in) {
                  return in.map(add_one).map([](int x) {
                    if (x == 4) throw std::runtime_error{"no fours"};
                    return x;
                  });
                },
                table<int>{{2}, {}}, {"'map#3'", "batch 3", "no fours"});
}

TEST_CASE("map names the operator that threw, not the ones around it") {
  auto const fine = [](int x) { return x; };
  check_failure(table<int>{{1}},
                [&](auto in) {
                  return in.map(fine)
                      .named("before")
                      .map([](int x) { return x == 1 ? throw std::out_of_range{"one"} : x; })
                      .named("culprit")
                      .map(fine)
                      .named("behind");
                },
                table<int>{}, {"'culprit'", "batch 1", "one"});
}

TEST_CASE("map whose function throws something odd still names the operator") {
  check_failure(table<int>{{1}},
                [](auto in) { return in.map([](int x) { return x == 1 ? throw 42 : x; }); },
                table<int>{}, {"'map#2'", "an exception that is no std::exception"});
}

TEST_CASE("map keeps the type that its function returns, without reference") {
  using number = dstream<int>;
  using text = decltype(std::declval<number>().map([](int) { return std::string_view{}; }));
  static_assert(std::is_same_v<text::value_type, std::string_view>);
  using same = decltype(std::declval<number>().map([](int const& x) -> int const& { return x; }));
  static_assert(std::is_same_v<same::value_type, int>);
}
