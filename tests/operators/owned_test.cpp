#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <optional>
#include <sluice/operators/owned.hpp>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

using namespace sluice;
using namespace std::string_view_literals;

namespace {

using text = std::string;
using view = std::string_view;

/// A view type of a user, with an owned form of its own.
struct token {
  std::string spelling;
  bool operator==(token const&) const = default;
};
struct token_view {
  std::string_view spelling;
};

struct move_only {
  std::unique_ptr<int> value;
};

/// Counts what an owned value goes through.
struct counted {
  int copies = 0;
  int moves = 0;
  counted() = default;
  counted(counted const& other) : copies{other.copies + 1}, moves{other.moves} {}
  counted(counted&& other) noexcept : copies{other.copies}, moves{other.moves + 1} {}
};

template <class View, class Owned>
inline constexpr bool owns_as =
    std::is_same_v<owned_t<View>, Owned>&& std::is_same_v<owned_t<Owned>, Owned>;

}  // namespace

template <>
struct sluice::owned_type<token_view> {
  using type = token;
  static token own(token_view const& view) { return token{std::string{view.spelling}}; }
};

static_assert(owns_as<view, text>);
static_assert(owns_as<view const&, text>);
static_assert(owns_as<std::wstring_view, std::wstring>);
static_assert(owns_as<char const*, text>);
static_assert(owns_as<char*, text>);
static_assert(owns_as<char const (&)[4], text>);
static_assert(owns_as<int const&, int>);
static_assert(owns_as<std::pair<view, int>, std::pair<text, int>>);
static_assert(owns_as<std::pair<text const, view>, std::pair<text, text>>);
static_assert(owns_as<std::tuple<view const&, long, view>, std::tuple<text, long, text>>);
static_assert(owns_as<std::optional<view>, std::optional<text>>);
static_assert(owns_as<std::vector<view>, std::vector<text>>);
static_assert(owns_as<std::vector<bool>, std::vector<bool>>);
static_assert(owns_as<std::array<view, 3>, std::array<text, 3>>);
static_assert(owns_as<std::variant<view, int>, std::variant<text, int>>);
static_assert(owns_as<std::span<view const>, std::vector<text>>);
static_assert(owns_as<std::vector<std::pair<view, std::optional<std::tuple<view>>>>,
                      std::vector<std::pair<text, std::optional<std::tuple<text>>>>>);
static_assert(owns_as<token_view, token>);
static_assert(owns_as<std::vector<token_view>, std::vector<token>>);
static_assert(owned<text> && owned<int> && owned<std::vector<std::pair<text, int>>>);
static_assert(!owned<view> && !owned<std::pair<int, view>> && !owned<int&> && !owned<int const>);

static_assert(to_owned("abc") == "abc"sv);
static_assert(to_owned(std::pair{"a"sv, 1}).first == "a"sv);
static_assert(std::get<1>(to_owned(std::tuple{1, "b"sv})) == "b"sv);
static_assert(*to_owned(std::optional{"c"sv}) == "c"sv);

TEST_CASE("to_owned gives text its own memory") {
  std::string block = "to be or";
  auto const word = to_owned(std::string_view{block}.substr(0, 2));
  block.assign(block.size(), 'x');
  CHECK(word == "to");
}

TEST_CASE("to_owned goes through every nesting") {
  using nested = std::vector<std::pair<view, std::optional<std::variant<int, view>>>>;
  nested const source{{"a", "b"sv}, {"c", 4}, {"d", std::nullopt}};
  auto const result = to_owned(source);
  static_assert(std::is_same_v<std::remove_const_t<decltype(result)>, owned_t<nested>>);
  REQUIRE(result.size() == 3);
  CHECK(result[0].first == "a");
  CHECK(std::get<text>(*result[0].second) == "b");
  CHECK(std::get<int>(*result[1].second) == 4);
  CHECK_FALSE(result[2].second.has_value());
}

TEST_CASE("to_owned copies arrays and spans element by element") {
  CHECK(to_owned(std::array{"a"sv, "b"sv}) == std::array<text, 2>{"a", "b"});
  std::vector<view> const words{"x", "y"};
  CHECK(to_owned(std::span{words}) == std::vector<text>{"x", "y"});
  CHECK(to_owned(std::vector<view>{}) == std::vector<text>{});
}

TEST_CASE("to_owned keeps the alternative of a variant whose alternatives become one type") {
  using either = std::variant<text, view>;
  CHECK(to_owned(either{std::in_place_index<1>, "v"}).index() == 1);
  CHECK(to_owned(either{std::in_place_index<0>, "s"}).index() == 0);
}

TEST_CASE("to_owned moves an rvalue and copies an lvalue") {
  counted const lvalue;
  CHECK(to_owned(lvalue).copies == 1);
  CHECK(to_owned(counted{}).copies == 0);
  CHECK(to_owned(counted{}).moves == 1);

  auto const owner = to_owned(move_only{std::make_unique<int>(7)});
  CHECK(*owner.value == 7);
}

TEST_CASE("to_owned moves the owned parts of an rvalue whose other parts are views") {
  auto const pair = to_owned(std::pair<view, counted>{"k", counted{}});
  CHECK(pair.first == "k");
  CHECK(pair.second.copies == 0);

  std::vector<std::pair<view, move_only>> records;
  records.push_back({"k", move_only{std::make_unique<int>(3)}});
  auto const result = to_owned(std::move(records));
  CHECK(*result.at(0).second.value == 3);
}

TEST_CASE("to_owned uses a user's own owned_type, nested as well") {
  CHECK(to_owned(token_view{"if"}) == token{"if"});
  CHECK(to_owned(std::vector{token_view{"a"}, token_view{"b"}}) ==
        std::vector{token{"a"}, token{"b"}});
}
