#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <iomanip>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <sluice/operators/show.hpp>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

struct order {
  int id;
  friend std::ostream& operator<<(std::ostream& out, order const& value) {
    return out << "order #" << value.id;
  }
};
struct silent {};

/// A range that has an operator<< of its own.
struct quiet_list : std::vector<int> {
  using std::vector<int>::vector;
  friend std::ostream& operator<<(std::ostream& out, quiet_list const& list) {
    return out << list.size() << " numbers";
  }
};

}  // namespace

static_assert(showable<int> && showable<std::pair<std::string_view, double>> && showable<order>);
static_assert(showable<std::map<std::string, std::vector<std::optional<order>>>>);
static_assert(!showable<silent> && !showable<std::pair<int, silent>>);
static_assert(!showable<std::vector<silent>> && !showable<std::optional<silent>>);
static_assert(!showable<int*> && !showable<std::shared_ptr<int>> && !showable<wchar_t>);

TEST_CASE("show writes pairs and tuples as Spark does") {
  CHECK(show(std::pair{"a", 1}) == "(a,1)");
  CHECK(show(std::tuple{"a", 'b', 3L}) == "(a,b,3)");
  CHECK(show(std::tuple{"a"}) == "(a)");
  CHECK(show(std::tuple{}) == "()");
  CHECK(show(std::pair{std::pair{1, 2}, std::tuple{true, false}}) == "((1,2),(true,false))");
}

TEST_CASE("show writes text bare, whatever holds it") {
  CHECK(show(std::string{"to be"}) == "to be");
  CHECK(show(std::string_view{"or"}) == "or");
  CHECK(show("not") == "not");
  CHECK(show(std::string_view{"a\0b", 3}).size() == 3);
  CHECK(show('x') == "x");
}

TEST_CASE("show writes small integers as numbers, at both ends of every range") {
  CHECK(show(std::int8_t{-128}) == "-128");
  CHECK(show(std::uint8_t{65}) == "65");
  CHECK(show(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(show(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
}

TEST_CASE("show writes floating point in the shortest form that reads back the same") {
  CHECK(show(0.1) == "0.1");
  CHECK(show(0.1F) == "0.1");
  CHECK(show(1.0) == "1");
  CHECK(show(-0.0) == "-0");
  CHECK(show(1e300) == "1e+300");
  CHECK(show(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(show(std::numeric_limits<long double>::max()).size() < 40);

  std::mt19937_64 random{77};  // the seed of this test
  for (int i = 0; i != 1000; ++i) {
    auto const value = std::generate_canonical<double, 53>(random) / (1 + i);
    CHECK(std::stod(show(value)) == value);
  }
}

TEST_CASE("show writes Some, None and what a variant holds") {
  CHECK(show(std::optional{5}) == "Some(5)");
  CHECK(show(std::optional<int>{}) == "None");
  CHECK(show(std::pair{"k", std::optional<std::string>{"v"}}) == "(k,Some(v))");
  using either = std::variant<std::monostate, int, std::string>;
  CHECK(show(either{}) == "()");
  CHECK(show(either{4}) == "4");
  CHECK(show(either{"four"}) == "four");
}

TEST_CASE("show writes ranges in brackets") {
  CHECK(show(std::vector{1, 2, 3}) == "[1, 2, 3]");
  CHECK(show(std::vector<int>{}) == "[]");
  CHECK(show(std::vector<bool>{true, false}) == "[true, false]");
  CHECK(show(std::array{"a", "b"}) == "[a, b]");
  CHECK(show(std::deque<double>{0.5}) == "[0.5]");
  CHECK(show(std::list<std::string>{"x"}) == "[x]");
  CHECK(show(std::set{2, 1}) == "[1, 2]");
  CHECK(show(std::map<std::string, int>{{"a", 1}, {"b", 2}}) == "[(a,1), (b,2)]");
  CHECK(show(std::vector<std::vector<int>>{{1}, {}}) == "[[1], []]");
  std::array const numbers{7, 8};
  CHECK(show(std::span{numbers}) == "[7, 8]");
}

TEST_CASE("show writes durations with their unit and time points from their epoch") {
  CHECK(show(1500ms) == "1500ms");
  CHECK(show(2min) == "2min");
  CHECK(show(std::chrono::duration<double>{0.25}) == "0.25s");
  CHECK(show(std::chrono::duration<int, std::ratio<1, 30>>{4}) == "4[1/30]s");
  CHECK(show(std::chrono::duration<int, std::ratio<7>>{4}) == "4[7]s");
  CHECK(show(std::chrono::sys_time<std::chrono::microseconds>{5s}) == "5000000us");
}

TEST_CASE("show uses an operator<<, nested and before the elements of a range") {
  CHECK(show(order{7}) == "order #7");
  CHECK(show(std::vector{order{1}, order{2}}) == "[order #1, order #2]");
  CHECK(show(quiet_list{1, 2}) == "2 numbers");
}

TEST_CASE("show_to appends to the text that is there") {
  std::string out = "counts: ";
  show_to(out, std::pair{"a", 1});
  show_to(out, ' ');
  show_to(out, order{3});
  CHECK(out == "counts: (a,1) order #3");
}

TEST_CASE("show to a stream is independent of the stream's flags and width") {
  std::ostringstream out;
  out << std::hex << std::setw(20) << std::setfill('*') << std::setprecision(2);
  show(out, std::pair{255, 0.123456});
  CHECK(out.str() == "(255,0.123456)");
}
