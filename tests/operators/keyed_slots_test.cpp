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

TEST_CASE("keyed slots give a new key the lowest position that is free") {
  keyed_slots<int, int> slots;
  for (int key = 0; key != 1'000; ++key) REQUIRE(slots.insert(key, 0) == std::uint32_t(key));
  for (auto at : {700U, 3U, 64U, 999U}) slots.erase(at);
  for (auto at : {3U, 64U, 700U, 999U, 1'000U}) CHECK(slots.insert(int(at) + 5'000, 0) == at);
}

TEST_CASE("keyed slots may be filled at given positions, as if the ones between had gone") {
  keyed_slots<int, std::string> slots;
  slots.place(2'000, 1, "one");
  slots.place(3, 2, "two");
  CHECK(slots.positions() == 2'001);
  CHECK(slots.find(1) == 2'000U);
  std::vector<std::uint32_t> seen;
  slots.for_each([&](std::uint32_t at) { seen.push_back(at); });
  CHECK(seen == std::vector{3U, 2'000U});
  for (auto at : {0U, 1U, 2U, 4U}) CHECK(slots.insert(int(at) + 10, "new") == at);
}

TEST_CASE("keyed slots know what has changed since they were asked to") {
  keyed_slots<int, int> slots;
  for (int key = 0; key != 10; ++key) slots.insert(key, 0);
  auto& marks = slots.marks();
  CHECK(marks.changed().empty());
  marks.track();
  slots.value(4) = 1;
  CHECK(std::as_const(slots).value(5) == 0);
  slots.unsaved_value(6) = 1;
  slots.erase(7);
  slots.insert(20, 0);
  slots.insert(21, 0);
  std::vector<std::uint32_t> changed;
  for (auto at = marks.changed().lowest(); at != marks.none; at = marks.changed().next(at + 1U))
    changed.push_back(at);
  CHECK(changed == std::vector{4U, 7U, 10U});
  marks.track();
  CHECK(marks.changed().empty());
}
