#include "table.hpp"

#include <sluice/operators/key_table.hpp>
#include <unordered_map>

using namespace sluice;
using namespace sluice::tests;

namespace {

using counts = key_table<std::string, int>;

int& at(counts& table, std::string_view key) {
  return *table.find_or_insert(key, [&] { return counts::entry{key, 0}; }).first;
}

std::vector<std::string> keys_of(counts& table) {
  std::vector<std::string> keys;
  for (auto const& entry : table.entries()) keys.push_back(entry.first);
  return keys;
}

/// All of one hash: what a table must bear from unlucky keys.
struct clash {
  int id = 0;
  friend bool operator==(clash, clash) = default;
  friend std::size_t hash_value(clash) { return 42; }
};

}  // namespace

TEST_CASE("key_table finds what was inserted, by its owned form or a view") {
  counts table;
  CHECK(table.size() == 0);
  auto const first = table.find_or_insert(std::string_view{"a"}, [] {
    return counts::entry{"a", 7};
  });
  CHECK(first.second);
  auto const again = table.find_or_insert(
      std::string{"a"}, []() -> counts::entry { throw std::logic_error{"it is there"}; });
  CHECK_FALSE(again.second);
  CHECK(*again.first == 7);
  CHECK(table.size() == 1);
}

TEST_CASE(
    "key_table keeps its entries in the order of insertion, while it grows and when cleared") {
  counts table;
  for (int round = 0; round != 3; ++round) {
    CAPTURE(round);
    std::vector<std::string> expected;
    for (int i = 0; i != 1000; ++i) {
      auto const key = std::to_string((i * 7919 + round) % 10'007);
      expected.push_back(key);
      at(table, key) = i;
    }
    for (auto const& key : expected) ++at(table, key);
    CHECK(keys_of(table) == expected);
    table.clear();
    CHECK(table.size() == 0);
  }
}

TEST_CASE("key_table may have its entries taken before it is cleared") {
  counts table;
  at(table, "a") = 1;
  at(table, "b") = 2;
  auto const taken = std::exchange(table.entries(), {});
  table.clear();
  CHECK(taken == std::vector<counts::entry>{{"a", 1}, {"b", 2}});
  CHECK(at(table, "b") == 0);
  CHECK(keys_of(table) == std::vector<std::string>{"b"});
}

TEST_CASE("key_table knows the hash of each entry") {
  counts table;
  for (int i = 0; i != 200; ++i) at(table, std::to_string(i));
  for (std::size_t i = 0; i != table.size(); ++i)
    CHECK(table.hash_at(i) == key_hash<std::string>{}(table.entries()[i].first));
}

TEST_CASE("key_table holds views whose text lives elsewhere") {
  std::string const text = "to be or not to be";
  key_table<std::string_view, int> table;
  split_words(std::string_view{text}, [&](std::string_view word) {
    ++*table.find_or_insert(word, [&] { return std::pair{word, 0}; }).first;
  });
  CHECK(table.entries() ==
        std::vector<std::pair<std::string_view, int>>{{"to", 2}, {"be", 2}, {"or", 1}, {"not", 1}});
  CHECK(table.entries()[0].first.data() == text.data());
}

TEST_CASE("key_table tells keys with the same hash apart, also after it was cleared") {
  key_table<clash, int> table;
  for (int round = 0; round != 3; ++round) {
    auto const n = round == 1 ? 3 : 100;
    for (int i = 0; i != n; ++i)
      *table.find_or_insert(clash{i}, [&] { return std::pair{clash{i}, 0}; }).first += i;
    CHECK(table.size() == static_cast<std::size_t>(n));
    for (int i = 0; i != n; ++i)
      CHECK(*table.find_or_insert(clash{i}, [&] { return std::pair{clash{i}, -1}; }).first == i);
    table.clear();
  }
}

TEST_CASE("key_table finds a key where it is likely, elsewhere, or not yet") {
  key_table<clash, int> table;
  auto const hash = table.hash_of(clash{0});
  auto const find = [&](int id, auto likely) {
    return table.find_or_insert(clash{id}, hash, likely, [&] { return std::pair{clash{id}, id}; });
  };
  CHECK(table.prefetch_entry(hash) == table.none);
  for (int id : {0, 1, 2})
    CHECK(find(id, table.none).second);  // each added since it was looked for
  auto const likely = table.prefetch_entry(hash);
  CHECK(likely == 0);
  CHECK(find(3, likely).second);
  for (int id : {0, 1, 2, 3}) {
    CHECK_FALSE(find(id, likely).second);
    CHECK_FALSE(find(id, table.none).second);
    CHECK(*find(id, likely).first == id);
  }
}

TEST_CASE("key_table does what std::unordered_map does, plus the order") {
  for_seeds(200, [](random_stream& random) {
    key_table<std::uint64_t, std::uint64_t> table;
    for (auto rounds = 1 + random.below(4); rounds != 0; --rounds) {
      std::unordered_map<std::uint64_t, std::uint64_t> model;
      std::vector<std::uint64_t> order;
      auto const bound = std::uint64_t{1} << random.below(12);
      for (auto n = random.below(3000); n != 0; --n) {
        auto const key = random.below(bound);
        auto const value = random.below(100);
        auto [held, fresh] = table.find_or_insert(key, [&] { return std::pair{key, value}; });
        if (fresh != model.emplace(key, value).second) FAIL("key ", key, " fresh: ", fresh);
        if (fresh)
          order.push_back(key);
        else
          *held += value, model[key] += value;
      }
      REQUIRE(table.size() == model.size());
      for (std::size_t i = 0; i != order.size(); ++i) {
        auto const& entry = table.entries()[i];
        if (entry.first != order[i] || entry.second != model[order[i]])
          FAIL("entry ", i, " is (", entry.first, ",", entry.second, ")");
      }
      table.clear();
    }
  });
}
