#include "codec_types.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <deque>
#include <limits>
#include <list>
#include <map>
#include <random>
#include <set>
#include <sluice/operators/codec.hpp>
#include <sluice/operators/error.hpp>
#include <sluice/operators/hash.hpp>
#include <span>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <variant>

using namespace sluice;
using namespace codec_types;
using namespace std::chrono_literals;

namespace {

using text = std::string;
using view = std::string_view;

/// Whether `value` comes back from its bytes as it was.
template <class T>
bool comes_back(T const& value) {
  return decode_from_bytes<T>(encode_to_bytes(value)) == value;
}

/// Bytes as numbers, to compare with a list of them.
template <class T>
std::vector<int> bytes_of(T const& value) {
  std::vector<int> result;
  for (auto const byte : encode_to_bytes(value)) result.push_back(std::to_integer<int>(byte));
  return result;
}

using bytes = std::vector<int>;

/// Random values of many types.
class generator {
 public:
  explicit generator(std::uint64_t seed) : random_{seed} {}

  void make(bool& value) { value = random_() % 2 == 0; }
  template <class T>
    requires std::is_arithmetic_v<T>
  void make(T& value) {
    value = static_cast<T>(static_cast<std::int64_t>(random_()) >> random_() % 64);
  }
  void make(color& value) { value = random_() % 2 == 0 ? color::red : color::green; }
  void make(text& value) {
    value.resize(small());
    for (auto& c : value) c = static_cast<char>(random_());
  }
  template <class A, class B>
  void make(std::pair<A, B>& value) {
    make(value.first);
    make(value.second);
  }
  template <class... Ts>
  void make(std::tuple<Ts...>& value) {
    std::apply([this](auto&... element) { (make(element), ...); }, value);
  }
  template <class T>
  void make(std::optional<T>& value) {
    value.reset();
    if (random_() % 2 == 0) make(value.emplace());
  }
  void make(std::variant<int, text>& value) {
    if (random_() % 2 == 0)
      make(value.emplace<0>());
    else
      make(value.emplace<1>());
  }
  template <class List>
    requires requires(List& list) { list.insert(list.end(), typename List::value_type{}); }
  void make(List& list) {
    list.clear();
    for (auto n = small(); n != 0; --n) {
      detail::element_t<List> element{};
      make(element);
      list.insert(list.end(), std::move(element));
    }
  }
  void make(order& value) {
    make(value.id);
    make(value.customer);
    make(value.items);
    make(value.tint);
  }

 private:
  std::size_t small() { return random_() % (random_() % 20 + 1); }

  std::mt19937_64 random_;
};

template <class T>
void check_random_values(char const* name) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    T value{};
    generator{seed}.make(value);
    CAPTURE(name);
    CAPTURE(seed);
    CHECK(comes_back(value));
  }
}

}  // namespace

static_assert(has_codec<int> && has_codec<order> && has_codec<quote> && has_codec<payment>);
static_assert(has_codec<account> && has_codec<savings> && has_codec<nothing> && has_codec<money>);
static_assert(has_codec<view> && encodable<view> && !decodable<view>);
static_assert(encodable<std::pair<view, std::vector<std::optional<view>>>>);
static_assert(!has_codec<opaque> && !has_codec<std::vector<std::pair<int, opaque>>>);
static_assert(!has_codec<int*> && !has_codec<std::unique_ptr<int>> && !has_codec<long double>);
static_assert(!has_codec<titled_list>);

TEST_CASE("codec brings single values back") {
  CHECK(comes_back(true));
  CHECK(comes_back('x'));
  CHECK(comes_back(std::numeric_limits<std::int64_t>::min()));
  CHECK(comes_back(std::numeric_limits<std::uint64_t>::max()));
  CHECK(comes_back(std::numeric_limits<double>::denorm_min()));
  CHECK(comes_back(-std::numeric_limits<float>::infinity()));
  CHECK(comes_back(u'\u20ac'));
  CHECK(comes_back(color::green));
  CHECK(comes_back(text{"to be"}));
  CHECK(comes_back(text(300, 'x')));
  CHECK(comes_back(std::u16string{u"\u20ac5"}));
  CHECK(comes_back(1500ms));
  CHECK(comes_back(std::chrono::sys_time<std::chrono::microseconds>{12s}));
}

TEST_CASE("codec keeps the bits of floating point") {
  auto const zero = decode_from_bytes<double>(encode_to_bytes(-0.0));
  CHECK(std::signbit(zero));
  auto const nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(bytes_of(decode_from_bytes<double>(encode_to_bytes(-nan))) == bytes_of(-nan));
}

TEST_CASE("codec brings composed values and containers back") {
  CHECK(comes_back(std::pair{text{"a"}, 1}));
  CHECK(comes_back(std::tuple{1, text{"b"}, 2.5, nothing{}}));
  CHECK(comes_back(std::tuple<>{}));
  CHECK(comes_back(std::optional<int>{}));
  CHECK(comes_back(std::variant<std::monostate, int, text>{text{"c"}}));
  CHECK(comes_back(std::variant<int, int>{std::in_place_index<1>, 4}));
  CHECK(comes_back(std::array<text, 3>{"a", "b", "c"}));
  CHECK(comes_back(std::array<int, 0>{}));
  CHECK(comes_back(std::list<nothing>(3)));
  CHECK(comes_back(std::multimap<int, text>{{1, "a"}, {1, "b"}}));
  CHECK(comes_back(key_map<text, std::vector<int>>{{"a", {1, 2}}, {"b", {}}}));
}

TEST_CASE("codec brings plain structs and described classes back") {
  CHECK(comes_back(order{7, "ann", {{"tea", 1.5}, {"cup", 0.5}}, color::red}));
  CHECK(comes_back(quote{{'A', 'B', 'C', 'D'}, {"x", "y"}, 1.25}));
  CHECK(comes_back(payment{money{1200}, 3}));
  CHECK(comes_back(nothing{}));
  CHECK(comes_back(account{"bob", 5}));
  CHECK(comes_back(savings{"eve", 9, 0.5}));
  CHECK(comes_back(std::vector{payment{money{1}, 2}, payment{money{3}, 4}}));
}

TEST_CASE("codec brings random values of every shape back") {
  check_random_values<std::vector<int>>("vector of int");
  check_random_values<std::vector<bool>>("vector of bool");
  check_random_values<std::deque<text>>("deque of text");
  check_random_values<std::set<std::int8_t>>("set");
  check_random_values<std::map<text, std::vector<std::optional<double>>>>("map");
  check_random_values<std::unordered_map<int, std::pair<text, bool>>>("unordered map");
  check_random_values<std::unordered_set<text>>("unordered set");
  check_random_values<std::vector<std::variant<int, text>>>("vector of variants");
  check_random_values<std::tuple<text, std::vector<std::vector<char>>, std::optional<color>>>(
      "tuple");
  check_random_values<std::vector<order>>("vector of structs");
}

TEST_CASE("codec writes the same bytes in every release: stored data has to stay readable") {
  CHECK(bytes_of(true) == bytes{1});
  CHECK(bytes_of(std::int32_t{-2}) == bytes{254, 255, 255, 255});
  CHECK(bytes_of(1.0F) == bytes{0, 0, 128, 63});
  CHECK(bytes_of(color::green) == bytes{244, 1});
  CHECK(bytes_of("ab") == bytes{2, 'a', 'b'});
  CHECK(bytes_of(std::pair{view{"k"}, std::uint16_t{258}}) == bytes{1, 'k', 2, 1});
  CHECK(bytes_of(std::tuple<>{}) == bytes{0});
  CHECK(bytes_of(std::optional<std::uint8_t>{7}) == bytes{1, 7});
  CHECK(bytes_of(std::optional<int>{}) == bytes{0});
  CHECK(bytes_of(std::variant<int, text>{"x"}) == bytes{1, 1, 'x'});
  CHECK(bytes_of(std::vector<std::uint16_t>{1, 2}) == bytes{2, 1, 0, 2, 0});
  CHECK(bytes_of(std::array<std::uint8_t, 2>{1, 2}) == bytes{1, 2});
  CHECK(bytes_of(std::vector<char>(200, 'x')).at(0) == 0xc8);
  CHECK(bytes_of(std::vector<char>(200, 'x')).at(1) == 0x01);
  CHECK(bytes_of(payment{money{1}, 2}) == bytes{1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0});
}

TEST_CASE("codec writes a view as its owned form") {
  std::vector<std::pair<view, std::optional<view>>> const views{{"a", "b"}, {"c", {}}};
  CHECK(bytes_of(views) == bytes_of(to_owned(views)));
  std::vector<int> const numbers{1, 2, 3};
  CHECK(bytes_of(std::span{numbers}) == bytes_of(numbers));
  CHECK(bytes_of(std::pair{label_view{"ab", 2}, 'x'}) == bytes{2, 'a', 'b', 'x'});
}

TEST_CASE("codec_fingerprint follows from the structure") {
  static_assert(codec_fingerprint<int>() != codec_fingerprint<unsigned>());
  static_assert(codec_fingerprint<std::int64_t>() != codec_fingerprint<double>());
  static_assert(codec_fingerprint<std::pair<int, text>>() !=
                codec_fingerprint<std::pair<text, int>>());
  static_assert(codec_fingerprint<std::chrono::seconds>() !=
                codec_fingerprint<std::chrono::milliseconds>());
  static_assert(codec_fingerprint<std::vector<int>>() != codec_fingerprint<std::set<int>>());
  static_assert(codec_fingerprint<std::tuple<int, std::tuple<int>>>() !=
                codec_fingerprint<std::tuple<std::tuple<int>, int>>());
  static_assert(codec_fingerprint<from_to>() != codec_fingerprint<to_from>());
  static_assert(codec_fingerprint<nothing>() == codec_fingerprint<std::monostate>());
  CHECK(codec_fingerprint<int>() != 0);
}

TEST_CASE("codec_fingerprint is one for types with the same bytes") {
  static_assert(codec_fingerprint<view>() == codec_fingerprint<text>());
  static_assert(codec_fingerprint<std::pair<view, int>>() ==
                codec_fingerprint<std::pair<text, int>>());
  static_assert(codec_fingerprint<label_view>() == codec_fingerprint<label>());
  static_assert(codec_fingerprint<payment>() == codec_fingerprint<std::pair<money, int>>());
  static_assert(codec_fingerprint<std::vector<int>>() == codec_fingerprint<std::deque<int>>());
  static_assert(codec_fingerprint<std::map<int, text>>() ==
                codec_fingerprint<key_map<int, text>>());
  CHECK(codec_fingerprint<view>() != 0);
}

TEST_CASE("codec_fingerprint never changes: stored values are recognised by it") {
  CHECK(codec_fingerprint<std::int32_t>() == 0x4ec1c161f3d19681U);
  CHECK(codec_fingerprint<std::pair<text, std::int64_t>>() == 0x3fa8db6c2015a087U);
  CHECK(codec_fingerprint<order>() == 0x59f07e5f6711d6eU);
  CHECK(codec_fingerprint<savings>() == 0x98bc1f83f848674bU);
  CHECK(codec_fingerprint<money>() == 0x662a12c089a39338U);
}

TEST_CASE("codec refuses to list elements whose own codec writes nothing") {
  CHECK_NOTHROW(encode_to_bytes(std::pair{1, ghost{}}));
  CHECK_THROWS_WITH_AS(encode_to_bytes(std::vector<ghost>(1)),
                       doctest::Contains("codec of codec_types::ghost wrote no bytes"),
                       usage_error);
}
