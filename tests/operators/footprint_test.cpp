#include <doctest/doctest.h>

#include <memory>
#include <sluice/operators/chunk.hpp>
#include <sluice/operators/footprint.hpp>
#include <string>
#include <vector>

using namespace sluice;

namespace {

/// A type of a user's that holds memory of its own.
struct blob {
  std::size_t bytes = 0;
};

std::string const small = "small";
std::string const large(1000, 'x');

}  // namespace

template <>
struct sluice::heap_footprint<blob> {
  static constexpr bool is_zero = false;
  static std::size_t of(blob const& b) { return b.bytes; }
};

TEST_CASE("footprint_of numbers and views is their size, known from the type") {
  static_assert(heap_footprint<int>::is_zero);
  static_assert(heap_footprint<std::string_view>::is_zero);
  static_assert(heap_footprint<std::pair<int, std::optional<double>>>::is_zero);
  static_assert(!heap_footprint<std::pair<int, std::string>>::is_zero);
  CHECK(footprint_of(std::vector<int>{1, 2, 3}) == 3 * sizeof(int));
  CHECK(footprint_of(std::vector<std::string_view>{large}) == sizeof(std::string_view));
  CHECK(footprint_of(std::vector<int>{}) == 0);
}

TEST_CASE("footprint_of text counts what does not fit into the string itself") {
  CHECK(footprint_of(std::vector<std::string>{small}) == sizeof(std::string));
  auto const one = footprint_of(std::vector<std::string>{large});
  CHECK(one >= sizeof(std::string) + 1001);
  CHECK(one <= sizeof(std::string) + 1200);
}

TEST_CASE("footprint_of compositions counts every part") {
  auto const text = heap_footprint<std::string>::of(large);
  using pair = std::pair<std::string, std::string>;
  CHECK(footprint_of(std::vector<pair>{{large, large}}) == sizeof(pair) + 2 * text);
  using tuple = std::tuple<int, std::string, std::optional<std::string>>;
  CHECK(footprint_of(std::vector<tuple>{{1, large, large}}) == sizeof(tuple) + 2 * text);
  CHECK(footprint_of(std::vector<tuple>{{1, large, std::nullopt}}) == sizeof(tuple) + text);
}

TEST_CASE("footprint_of nested vectors counts their capacity and what is in them") {
  std::vector<int> numbers;
  numbers.reserve(100);
  CHECK(heap_footprint<std::vector<int>>::of(numbers) == 100 * sizeof(int));
  std::vector<std::vector<std::string>> const nested{{large, small}};
  CHECK(footprint_of(nested) == sizeof(std::vector<std::string>) + 2 * sizeof(std::string) +
                                    heap_footprint<std::string>::of(large));
}

TEST_CASE("footprint_of a type of one's own is what its specialisation says") {
  CHECK(footprint_of(std::vector<blob>{{10}, {20}}) == 2 * sizeof(blob) + 30);
}

TEST_CASE("chunks and partitions know their records and bytes") {
  auto const numbers = make_chunk(std::vector<int>{1, 2, 3});
  CHECK(numbers->records() == 3);
  CHECK(numbers->bytes() == 3 * sizeof(int));
  auto const text = make_text_chunk("one\ntwo\nthree");
  CHECK(text->records() == 3);
  CHECK(text->bytes() == 13);
  CHECK(make_text_chunk("")->records() == 0);
  CHECK(make_text_chunk("\n")->records() == 1);
  partition part;
  part.chunks = {numbers, numbers};
  CHECK(part.records() == 6);
  CHECK(part.bytes() == 6 * sizeof(int));
}

TEST_CASE("partitions that are joined are absent only if both are") {
  for (auto a : {false, true})
    for (auto b : {false, true}) {
      partition first{{make_chunk(std::vector<int>{1})}, a};
      partition const second{{make_chunk(std::vector<int>{2})}, b};
      first.append(second);
      CHECK(first.absent == (a && b));
      CHECK(to_vector<int>(first) == std::vector{1, 2});
    }
}
