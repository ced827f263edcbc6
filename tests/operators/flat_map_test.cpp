#include "table.hpp"

#include <ranges>

using namespace sluice;
using namespace sluice::tests;

namespace {

using words = table<std::string>;

/// As many copies of a number as it says.
std::vector<int> repeated(int x) { return std::vector<int>(static_cast<std::size_t>(x), x); }

auto const view_of = [](std::string const& line) { return std::string_view{line}; };

}  // namespace

TEST_CASE("flat_map replaces each record by the elements of a range") {
  check_table(
      table<int>{{}, {2, 0, 1}, {0}, {3}}, [](auto in) { return in.flat_map(repeated); },
      table<int>{{}, {2, 2, 1}, {}, {3, 3, 3}});
}

TEST_CASE("flat_map splits lines into words that are views of them") {
  check_table(
      words{{"to be or", "not"}, {}, {"", "  "}, {" to  be "}},
      [](auto in) { return in.map(view_of).flat_map(split_words); },
      words{{"to", "be", "or", "not"}, {}, {}, {"to", "be"}});
}

TEST_CASE("flat_map takes ranges of every kind") {
  auto const in = table<int>{{3, 1}, {}};
  auto const out = table<int>{{0, 1, 2, 0}, {}};
  check_table(
      in, [](auto s) { return s.flat_map([](int n) { return std::views::iota(0, n); }); }, out);
  check_table(
      in,
      [](auto s) {
        return s.flat_map([](int n) { return std::views::iota(0, n) | std::views::all; });
      },
      out);
  // A range that the record itself holds, by reference.
  check_table(
      in,
      [](auto s) {
        return s
            .map([](int n) {
              auto const numbers = std::views::iota(0, n);
              return std::vector<int>(numbers.begin(), numbers.end());
            })
            .flat_map([](std::vector<int> const& v) -> std::vector<int> const& { return v; });
      },
      out);
}

TEST_CASE("flat_map of a map makes pairs that can be reduced") {
  check_records(
      words{{"aab", "b"}, {}},
      [](auto in) {
        return in
            .flat_map([](std::string const& word) {
              std::map<std::string, int> letters;
              for (auto c : word) ++letters[std::string(1, c)];
              return letters;
            })
            .reduce_by_key(std::plus<>{});
      },
      table<std::pair<std::string, int>>{{{"a", 2}, {"b", 2}}, {}});
}

TEST_CASE("flat_map emits through a function, whatever its form") {
  auto const in = table<int>{{2, 0}, {}, {1}};
  auto const out = table<int>{{2, -2}, {}, {1}};
  auto const generic = [](int x, auto&& emit) {
    if (x > 0) emit(x);
    if (x > 1) emit(-x);
  };
  check_table(
      in, [&](auto s) { return s.flat_map(generic); }, out);
  check_table(
      in, [&](auto s) { return s.flat_map([&](int x, emitter<int> emit) { generic(x, emit); }); },
      out);
  check_table(
      in,
      [&](auto s) {
        return s.flat_map([&](int x, std::function<void(int)> const& emit) { generic(x, emit); });
      },
      out);
  check_table(
      in, [&](auto s) { return s.template flat_map<long>(generic); },
      table<long>{{2, -2}, {}, {1}});
}

TEST_CASE("flat_map owns words that point into the text of an earlier step") {
  check_table(
      words{{"ab cd"}, {}},
      [](auto in) {
        return in
            .map([](std::string const& l) { return l + " and something that is no small string"; })
            .flat_map(split_words)
            .filter([](std::string_view w) { return w.size() > 3; });
      },
      words{{"something", "that", "small", "string"}, {}});
}

TEST_CASE("flat_map of one result each is map") {
  for_seeds(100, [](random_stream& random) {
    auto const in = random_table(random, 100);
    check_same(
        run_inline(in, [](auto s) { return s.flat_map([](int x) { return std::array{x + 1}; }); }),
        run_inline(in, [](auto s) { return s.map([](int x) { return x + 1; }); }));
  });
}

TEST_CASE("flat_map after flat_map goes through the inner results in order") {
  for_seeds(100, [](random_stream& random) {
    auto const in = random_table(random, 4);
    check_same(run_inline(in, [](auto s) { return s.flat_map(repeated).flat_map(repeated); }),
               run_inline(in, [](auto s) {
                 return s.flat_map(
                     [](int x) { return std::vector<int>(static_cast<std::size_t>(x * x), x); });
               }));
  });
}

TEST_CASE("flat_map whose function throws fails the batch, and the batches before stay committed") {
  check_failure(table<int>{{1}, {}, {2}},
                [](auto in) {
                  return in.flat_map(
                      [](int x) { return x == 2 ? throw std::runtime_error{"two"} : repeated(x); });
                },
                table<int>{{1}, {}}, {"'flat_map#2'", "batch 3", "two"});
  check_failure(table<int>{{1}, {2}},
                [](auto in) {
                  return in.flat_map([](int x, auto&& emit) {
                    emit(x);
                    if (x == 2) throw std::runtime_error{"after two"};
                  });
                },
                table<int>{{1}}, {"'flat_map#2'", "batch 2", "after two"});
}

TEST_CASE("flat_map whose range throws while it is read is the one that failed") {
  check_failure(table<int>{{1}, {2}},
                [](auto in) {
                  return in
                      .flat_map([](int n) {
                        return std::views::iota(0, n) | std::views::transform([](int x) {
                                 return x == 1 ? throw std::runtime_error{"lazily"} : x;
                               });
                      })
                      .map([](int x) { return x; });
                },
                table<int>{{0}}, {"'flat_map#2'", "batch 2", "lazily"});
}

TEST_CASE("flat_map leaves the failure of a step behind it to that step") {
  check_failure(table<int>{{1}},
                [](auto in) {
                  return in.flat_map(repeated).map(
                      [](int x) { return x == 1 ? throw std::runtime_error{"one"} : x; });
                },
                table<int>{}, {"'map#3'", "one"});
}

TEST_CASE("flat_map has the type of the elements") {
  using lines = dstream<std::string_view>;
  using split = decltype(std::declval<lines>().flat_map(split_words));
  static_assert(std::is_same_v<split::value_type, std::string_view>);
  using letters = decltype(std::declval<lines>().flat_map([](std::string_view l) { return l; }));
  static_assert(std::is_same_v<letters::value_type, char>);
}
