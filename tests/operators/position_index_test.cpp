#include <map>
#include <sluice/operators/position_index.hpp>

#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;

namespace {

using position = position_index::position;

/// What an index must know: the hash of every position.
using model = std::map<position, std::size_t>;

position find(position_index const& index, std::size_t hash, position at) {
  return index.find(hash, [at](position p) { return p == at; });
}

void require_same(position_index const& index, model const& expected) {
  REQUIRE(index.size() == expected.size());
  for (auto [at, hash] : expected)
    if (find(index, hash, at) != at) FAIL("position ", at, " of hash ", hash, " is lost");
}

}  // namespace

TEST_CASE("equal_mask has a bit for every equal number") {
  for_seeds(300, [](random_stream& random) {
    std::array<std::uint32_t, 8> numbers;
    for (auto& each : numbers) each = static_cast<std::uint32_t>(random.below(3)) - 1;
    for (std::uint32_t wanted : {0U, 1U, ~0U}) {
      std::uint32_t expected = 0;
      for (std::size_t i = 0; i != numbers.size(); ++i)
        expected |= std::uint32_t{numbers[i] == wanted} << i;
      CHECK(detail::equal_mask(numbers, wanted) == expected);
    }
  });
}

TEST_CASE("position_index finds what is there after any insertions and erasures") {
  for_seeds(300, [](random_stream& random) {
    position_index index;
    model expected;
    position next = 0;
    // Few hashes: their slots fill buckets next to each other and beyond, around the end as well.
    auto const hashes = 1 + random.below(40);
    auto const hash_of = [&] { return random.below(hashes) - hashes / 2; };
    for (auto steps = random.below(600); steps != 0; --steps) {
      if (expected.empty() || random.below(5) < 3) {
        auto const hash = hash_of();
        index.insert(hash, next);
        expected.emplace(next++, hash);
      } else {
        auto const one =
            std::next(expected.begin(), static_cast<std::ptrdiff_t>(random.below(expected.size())));
        index.erase(one->second, one->first);
        expected.erase(one);
      }
      if (steps % 16 == 0) require_same(index, expected);
    }
    require_same(index, expected);
    CHECK(find(index, hash_of(), next) == position_index::none);
  });
}

TEST_CASE("position_index is empty once it is cleared, and takes everything again") {
  for_seeds(100, [](random_stream& random) {
    position_index index;
    index.reserve(random.below(300));
    for (int round = 0; round != 3; ++round) {
      std::vector<std::size_t> hashes(random.below(200));
      for (auto& each : hashes) each = random.below(30);
      model expected;
      for (position at = 0; at != hashes.size(); ++at) {
        index.insert(hashes[at], at);
        expected.emplace(at, hashes[at]);
      }
      require_same(index, expected);
      index.clear(hashes);
      CHECK(index.size() == 0);
      for (auto each : hashes) CHECK(index.candidate(each) == position_index::none);
    }
  });
}
