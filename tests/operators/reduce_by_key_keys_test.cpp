#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;

namespace {

using count = std::pair<std::string, int>;

auto const one_each = [](std::string_view word) { return std::pair{word, 1}; };

}  // namespace

TEST_CASE("reduce_by_key counts words whose keys are views of the text, and owns the result") {
  check_records(
      table<std::string>{{"to be or not to be", "be"}, {}, {"not a small string at all: abcdefgh"}},
      [](auto in) {
        auto const counts = in.flat_map(split_words).map(one_each).reduce_by_key(std::plus<>{});
        static_assert(std::is_same_v<typename decltype(counts)::value_type, count>);
        return counts;
      },
      table<count>{{{"to", 2}, {"be", 3}, {"or", 1}, {"not", 1}},
                   {},
                   {{"not", 1},
                    {"a", 1},
                    {"small", 1},
                    {"string", 1},
                    {"at", 1},
                    {"all:", 1},
                    {"abcdefgh", 1}}});
}

TEST_CASE("reduce_by_key owns keys that are views into a temporary of an earlier step") {
  check_records(
      table<std::string>{{"alpha beta", "alpha"}, {}},
      [](auto in) {
        return in.map([](std::string const& l) { return l + " and rest enough"; })
            .flat_map(split_words)
            .map(one_each)
            .filter([](auto const& pair) { return pair.first.size() > 4; })
            .reduce_by_key(std::plus<>{});
      },
      table<count>{{{"alpha", 2}, {"enough", 2}}, {}});
}

TEST_CASE("reduce_by_key owns keys that are made of views into a temporary") {
  using key = std::vector<std::string_view>;
  check_records(
      table<std::string>{{"alpha beta", "alpha gamma"}, {}},
      [](auto in) {
        return in.map([](std::string const& l) { return l + " and rest enough"; })
            .map([](std::string const& l) {
              return std::pair{key{std::string_view{l}.substr(0, 5)}, 1};
            })
            .reduce_by_key(std::plus<>{});
      },
      table<std::pair<std::vector<std::string>, int>>{{{{"alpha"}, 2}}, {}});
}

TEST_CASE("reduce_by_key takes keys of every shape that has a hash") {
  using key = std::tuple<std::string, std::optional<int>, std::vector<int>>;
  check_records(
      table<int>{{1, 2, 1, 3}, {}},
      [](auto in) {
        return in
            .map([](int x) {
              return std::pair{key{std::string(x, 'k'), x % 2 ? std::optional{x} : std::nullopt,
                                   std::vector<int>(x)},
                               x};
            })
            .reduce_by_key(std::plus<>{});
      },
      table<std::pair<key, int>>{
          {{{"k", 1, {0}}, 2}, {{"kk", {}, {0, 0}}, 2}, {{"kkk", 3, {0, 0, 0}}, 3}}, {}});
}
