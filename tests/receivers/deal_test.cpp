#include "receivers/src/deal.hpp"

#include <doctest/doctest.h>
#include <algorithm>
#include <string>
#include <vector>

#include "tests/receivers/fake_host.hpp"

using namespace sluice;
using namespace sluice::tests;

namespace {

// Lines of pseudo-random length that tell their number.
std::string numbered_lines(std::size_t bytes, std::uint64_t seed) {
  auto chance = random_stream{seed};
  auto text = std::string{};
  for (auto i = 0; text.size() < bytes; ++i)
    text += std::to_string(i) + std::string(chance.below(100), '.') + "\n";
  return text;
}

}  // namespace

TEST_CASE("deal keeps the order of arrival from partition to partition") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    auto chance = random_stream{seed};
    auto chunks = std::vector<chunk_ptr>{};
    for (auto i = chance.below(6); i > 0; --i)
      chunks.push_back(make_text_chunk(numbered_lines(chance.below(300'000), seed + i)));
    auto const expected = lines_of({{chunks}});
    auto const partitions = 1 + static_cast<std::size_t>(chance.below(5));
    auto const parts = deal(chunks, partitions);
    REQUIRE(parts.size() == partitions);
    CHECK(lines_of(parts) == expected);
    auto records = std::size_t{0};
    for (auto const& part : parts) records += part.records();
    CHECK(records == expected.size());
  }
}

TEST_CASE("deal splits one large block of text at line ends for several workers") {
  auto const whole = make_text_chunk(numbered_lines(256 * 1024, 1));
  auto const parts = deal({whole}, 4);
  for (auto const& part : parts) {
    CHECK(part.bytes() > whole->bytes() / 4 - 1000);
    CHECK(part.bytes() < whole->bytes() / 4 + 1000);
  }
}

TEST_CASE("deal does not split text into pieces that are not worth a worker") {
  auto const whole = make_text_chunk(numbered_lines(2 * least_text_piece - 200, 1));
  auto const parts = deal({whole}, 4);
  CHECK(parts[0].chunks == std::vector<chunk_ptr>{whole});
  auto const larger = make_text_chunk(numbered_lines(100'000, 1));
  for (auto const& part : deal({larger}, 4))
    for (auto const& each : part.chunks) CHECK(each->bytes() >= least_text_piece);
}

TEST_CASE("deal leaves one long line whole") {
  auto text = std::string(200'000, 'x');
  text.push_back('\n');
  auto const whole = make_text_chunk(std::move(text));
  CHECK(deal({whole}, 3)[0].chunks == std::vector<chunk_ptr>{whole});
}

TEST_CASE("deal shares out whole chunks by their bytes") {
  auto chunks = std::vector<chunk_ptr>{};
  for (auto i = 0; i < 10; ++i) chunks.push_back(make_chunk(std::vector<int>(100, i)));
  auto const parts = deal(chunks, 5);
  for (auto const& part : parts) CHECK(part.records() == 200);
}

TEST_CASE("deal makes every partition even of nothing") {
  auto const parts = deal({}, 3);
  REQUIRE(parts.size() == 3);
  for (auto const& part : parts) {
    CHECK(part.chunks.empty());
    CHECK_FALSE(part.absent);
  }
}
