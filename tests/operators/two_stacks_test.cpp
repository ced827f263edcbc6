#include <sluice/operators/kernels/two_stacks.hpp>

#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;

namespace {

auto const joined = [](std::string const& a, std::string const& b) { return a + b; };

batch_time at(std::int64_t t) { return batch_time{duration{t}}; }

}  // namespace

TEST_CASE("two stacks give what folding the run of values gives, and discard undoes a batch") {
  for_seeds(10'000, [](random_stream& random) {
    kernels::two_stacks<std::string> stacks;
    std::vector<std::pair<std::int64_t, std::string>> model;
    std::int64_t gone = 0;
    for (std::int64_t now = 1; now != 25; ++now) {
      auto next = model;
      auto const reach = gone + static_cast<std::int64_t>(random.below(3));
      stacks.begin();
      for (auto n = random.below(3); n != 0; --n) {
        auto const value = std::string(1, static_cast<char>('a' + random.below(26)));
        next.emplace_back(now, value);
        stacks.push(at(now), value, joined);
      }
      std::erase_if(next, [&](auto const& entry) { return entry.first <= reach; });
      stacks.drop_until(at(reach), joined);
      auto const keep = random.below(3) != 0;
      if (keep) {
        model = next;
        gone = reach;
        stacks.keep();
      } else {
        stacks.discard();
      }
      std::string expected;
      for (auto const& entry : model) expected += entry.second;
      REQUIRE(stacks.empty() == model.empty());
      REQUIRE(stacks.sum(joined).value_or("") == expected);
    }
  });
}
