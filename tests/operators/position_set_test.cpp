#include <set>
#include <sluice/operators/position_set.hpp>

#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;

TEST_CASE("a position set agrees with a set of numbers, small and large") {
  for_seeds(1'000, [](random_stream& random) {
    position_set some;
    std::set<std::uint32_t> model;
    auto const bound = std::uint64_t{1} << random.below(19);
    for (int step = 0; step != 100; ++step) {
      auto const at = static_cast<std::uint32_t>(random.below(bound));
      if (random.below(3) == 0) {
        some.erase(at);
        model.erase(at);
      } else {
        some.insert(at);
        model.insert(at);
      }
      if (random.below(50) == 0) {
        some.clear();
        model.clear();
      }
      auto const from = static_cast<std::uint32_t>(random.below(bound));
      auto const next = model.lower_bound(from);
      REQUIRE(some.contains(from) == model.contains(from));
      REQUIRE(some.next(from) == (next == model.end() ? some.none : *next));
      REQUIRE(some.lowest() == (model.empty() ? some.none : *model.begin()));
      REQUIRE(some.empty() == model.empty());
    }
  });
}
