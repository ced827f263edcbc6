#include "codec_types.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>
#include <sluice/operators/byte_io.hpp>
#include <sluice/operators/codec.hpp>
#include <sluice/operators/error.hpp>
#include <span>
#include <tuple>
#include <variant>

using namespace sluice;
using namespace codec_types;

namespace {

using text = std::string;

std::vector<std::byte> bytes(std::initializer_list<int> numbers) {
  std::vector<std::byte> result;
  for (auto const number : numbers) result.push_back(static_cast<std::byte>(number));
  return result;
}

/// The message of the failure to decode a `T`, or "decoded".
template <class T>
std::string failure_of(std::span<std::byte const> input) {
  // A copy without spare capacity, so that reading past the end shows under a sanitizer.
  std::vector<std::byte> const exact(input.begin(), input.end());
  try {
    (void)decode_from_bytes<T>(exact, "the test's state");
    return "decoded";
  } catch (runtime_failure const& failure) {
    return failure.what();
  }
}

bool says(std::string const& message, std::string_view part) {
  INFO(message);
  return message.find(part) != std::string::npos;
}

/// Every proper prefix of the bytes of `value` must be refused, and so must one byte too many.
template <class T>
void check_truncated(char const* name, T const& value) {
  auto encoded = encode_to_bytes(value);
  CAPTURE(name);
  for (std::size_t size = 0; size != encoded.size(); ++size) {
    CAPTURE(size);
    CHECK(failure_of<T>({encoded.begin(), encoded.begin() + static_cast<long>(size)}) != "decoded");
  }
  encoded.push_back({});
  CHECK(says(failure_of<T>(encoded), "1 bytes are left over"));
}

/// Whatever happens to the bytes: a value or a failure, nothing else.
template <class T>
void check_damaged(char const* name, T const& value) {
  auto const encoded = encode_to_bytes(value);
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    std::mt19937_64 random{seed};
    auto damaged = encoded;
    for (auto n = 1 + random() % 4; n != 0; --n)
      damaged[random() % damaged.size()] = static_cast<std::byte>(random());
    CAPTURE(name);
    CAPTURE(seed);
    CHECK(!failure_of<T>(damaged).empty());
  }
}

template <class Check>
void for_all_shapes(Check check) {
  check("int", 7);
  check("text", text(200, 'x'));
  check("pair", std::pair{text{"key"}, 1L});
  check("optional", std::optional{text{"v"}});
  check("variant", std::variant<int, text>{text{"w"}});
  check("vector of int", std::vector{1, 2, 3});
  check("vector of bool", std::vector{true, false});
  check("nested", std::vector<std::vector<text>>{{"a", "b"}, {}, {"c"}});
  check("map", std::map<text, std::vector<double>>{{"a", {1.5}}, {"b", {}}});
  check("set", std::set<int>{1, 2, 3});
  check("array", std::array<text, 2>{"a", "bc"});
  check("struct", order{7, "ann", {{"tea", 1.5}}, color::red});
  check("struct with an array", quote{{'A', 'B', 'C', 'D'}, {"x", "y"}, 1.25});
  check("described", savings{"eve", 9, 0.5});
  check("own codec", std::vector{money{1}, money{2}});
}

}  // namespace

TEST_CASE("decode refuses input truncated at any length, and input that is too long") {
  for_all_shapes([](char const* name, auto const& value) { check_truncated(name, value); });
}

TEST_CASE("decode of damaged bytes gives a value or a runtime_failure") {
  for_all_shapes([](char const* name, auto const& value) { check_damaged(name, value); });
}

TEST_CASE("decode refuses counts that cannot be true before it takes memory") {
  auto const huge = bytes({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01});
  auto const large = bytes({0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0});
  for (auto const& input : {huge, large}) {
    CHECK(says(failure_of<text>(input), "exceeds the"));
    CHECK(says(failure_of<std::vector<int>>(input), "exceeds the"));
    CHECK(says(failure_of<std::vector<text>>(input), "exceeds the"));
    CHECK(says(failure_of<std::map<int, int>>(input), "exceeds the"));
    CHECK(says(failure_of<std::vector<nothing>>(input), "exceeds the"));
    CHECK(says(failure_of<std::vector<std::tuple<>>>(input), "exceeds the"));
    CHECK(says(failure_of<std::vector<money>>(input), "exceeds the"));
  }
  // Three elements of eight bytes cannot be in twenty-three.
  std::vector<std::byte> input(24, std::byte{3});
  CHECK(
      says(failure_of<std::vector<std::int64_t>>(input), "the count 3 of elements of at least 8"));
}

TEST_CASE("decode names what the bytes are, the type, the place and the reason") {
  auto const message =
      failure_of<std::pair<int, std::vector<short>>>(bytes({1, 0, 0, 0, 9, 0, 0, 0}));
  CHECK(says(message, "cannot decode the test's state: "));
  CHECK(says(message, "vector<short"));
  CHECK(says(message, "at byte 5 of 8"));
  CHECK(says(message, "the count 9 of elements of at least 2 bytes exceeds the 3 bytes"));
  CHECK(says(message, "truncated, damaged, or were written for another type"));
}

TEST_CASE("decode refuses what no value encodes to") {
  CHECK(says(failure_of<bool>(bytes({2})), "2 is neither 0 nor 1"));
  CHECK(says(failure_of<std::optional<int>>(bytes({9, 0, 0, 0, 0})), "9 is neither 0 nor 1"));
  CHECK(says(failure_of<std::variant<char, bool>>(bytes({2, 0})), "there is no alternative 2"));
  CHECK(says(failure_of<nothing>(bytes({1})), "a type without content is written as 0"));
  CHECK(says(failure_of<std::set<char>>(bytes({2, 'a', 'a'})), "a key occurs twice"));
  CHECK(says(failure_of<std::map<char, char>>(bytes({2, 'a', 1, 'a', 2})), "a key occurs twice"));
}

TEST_CASE("byte_reader refuses numbers of variable length that no writer writes") {
  CHECK(says(failure_of<text>(bytes({0x80, 0x00})), "not in its shortest form"));
  auto const eleven_bytes =
      bytes({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01});
  CHECK(says(failure_of<text>(eleven_bytes), "does not fit in 64 bits"));
  auto const bit_64 = bytes({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02});
  CHECK(says(failure_of<text>(bit_64), "does not fit in 64 bits"));
}

TEST_CASE("byte_reader reads the numbers of variable length that byte_writer writes") {
  for (unsigned shift = 0; shift != 64; ++shift) {
    auto const power = std::uint64_t{1} << shift;
    for (auto const value : {power - 1, power, power + 1, ~power}) {
      byte_writer out;
      out.put_varint(value);
      byte_reader in{out.bytes()};
      CHECK(in.get_varint("number") == value);
      CHECK(in.at_end());
    }
  }
}

TEST_CASE("byte_writer gives its bytes away and starts again") {
  byte_writer out;
  out.put_text("ab");
  CHECK(out.take().size() == 3);
  CHECK(out.size() == 0);
  out.put_fixed(std::uint32_t{1});
  CHECK(out.bytes().size() == 4);
  out.clear();
  CHECK(out.bytes().empty());
}

TEST_CASE("byte_reader stays where it is when a read fails") {
  auto const input = bytes({1, 2});
  byte_reader in{input};
  CHECK_THROWS_AS((void)in.get_fixed<std::uint32_t>("number"), runtime_failure);
  CHECK(in.offset() == 0);
  CHECK(in.get_fixed<std::uint16_t>("number") == 0x0201);
}
