#include <map>
#include <sluice/operators/keyed_slots.hpp>

#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;

TEST_CASE("keyed slots agree with a map under any history, and positions stay") {
  for_seeds(2'000, [](random_stream& random) {
    keyed_slots<std::string, int> slots;
    std::map<std::string, std::pair<std::uint32_t, int>> model;
    for (int step = 0; step != 60; ++step) {
      auto const key = "key " + std::to_string(random.below(12));
      auto const at = slots.find(std::string_view{key});
      auto const known = model.find(key);
      REQUIRE((at == slots.none) == (known == model.end()));
      if (known == model.end()) {
        model[key] = {slots.insert(key, step), step};
      } else {
        REQUIRE(at == known->second.first);
        REQUIRE(slots.value(at) == known->second.second);
        if (random.below(2) == 0) {
          slots.erase(at);
          model.erase(known);
        }
      }
      REQUIRE(slots.size() == model.size());
    }
    std::size_t seen = 0;
    slots.for_each([&](std::uint32_t at) {
      ++seen;
      CHECK(model.at(slots.key(at)).first == at);
    });
    CHECK(seen == model.size());
  });
}

TEST_CASE("keyed slots find a key by what was asked for ahead, among many and after erasures") {
  keyed_slots<int, int> slots;
  for (int key = 0; key != 20'000; ++key) slots.insert(key, -key);
  for (int key = 0; key < 20'000; key += 3) slots.erase(slots.find(key));
  for (int key = 0; key != 20'010; ++key) {
    auto const hash = slots.hash_of(key);
    auto const at = slots.find(key, hash, slots.prefetch_entry(hash));
    REQUIRE(at == slots.find(key));
    REQUIRE((at != slots.none) == (key < 20'000 && key % 3 != 0));
    if (at != slots.none) REQUIRE(slots.value(at) == -key);
  }
}
