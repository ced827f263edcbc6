#include <sluice/operators/saved_slots.hpp>

#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;

namespace {

using slots = keyed_slots<std::uint64_t, std::uint64_t>;

/// A keyed state with its saves.
struct saved {
  slots entries;
  saved_slots part{std::make_unique<key_value_access<std::uint64_t, std::uint64_t>>(entries)};

  /// @return  the bytes of the save, and the oldest save that is needed
  std::pair<byte_vector, std::uint64_t> save(std::uint64_t number) {
    byte_writer out;
    auto const needed = part.save(out, number);
    return {out.take(), needed};
  }
  void load(byte_vector const& bytes, std::uint64_t number) {
    byte_reader in{bytes};
    part.load(in, number);
    in.expect_end("slots");
  }
  std::vector<std::array<std::uint64_t, 3>> all() const {
    std::vector<std::array<std::uint64_t, 3>> found;
    entries.for_each([&](std::uint32_t at) {
      found.push_back({at, entries.key(at), entries.value(at)});
    });
    return found;
  }
};

void fill(slots& entries, std::uint64_t keys) {
  for (std::uint64_t key = 0; key != keys; ++key) entries.insert(key, 0);
}

/// A key and its value; positions side by side take no bytes.
constexpr std::size_t entry_bytes = 16;

}  // namespace

TEST_CASE("a save with a tenth of a million keys changed is at most 1.3 times the changes") {
  constexpr std::uint64_t keys = 1'000'000;
  constexpr std::uint64_t changed = keys / 10;
  saved state;
  fill(state.entries, keys);
  CHECK(state.save(1).first.size() < keys * entry_bytes + 20);
  std::uint64_t oldest = 1;
  std::uint64_t moves = 0;
  for (std::uint64_t number = 2; number != 100; ++number) {
    for (std::uint64_t i = 0; i != changed; ++i)
      state.entries.value(static_cast<std::uint32_t>(i * 10 + number % 10)) = number;
    auto const [bytes, needed] = state.save(number);
    REQUIRE(bytes.size() <= changed * entry_bytes * 13 / 10);
    moves += needed != oldest ? 1 : 0;
    oldest = needed;
    // A sweep takes 41 saves or fewer; what it began with is needed until the next one is through.
    REQUIRE(number - needed < 2 * 41 + 1);
  }
  CHECK(moves >= 2);
}

TEST_CASE("a save without changes holds a slice, and with few entries it is the only one needed") {
  saved many;
  fill(many.entries, 1'000);
  many.save(1);
  CHECK(many.save(2).first.size() < 70 * entry_bytes);
  saved few;
  fill(few.entries, 64);
  CHECK(few.save(1).second == 1);
  CHECK(few.save(2).second == 2);
  few.entries.value(7) = 1;
  CHECK(few.save(3).second == 3);
}

TEST_CASE("a save is passed on in pieces while it is written, and they hold what one would") {
  constexpr std::uint64_t keys = 10'000;
  constexpr std::size_t piece_size = 20'000;
  saved state;
  fill(state.entries, keys);
  std::vector<byte_vector> pieces;
  byte_writer out{piece_size, [&](byte_vector piece) {
                    CHECK(piece.size() >= piece_size);
                    CHECK(piece.size() < 2 * piece_size);
                    pieces.push_back(std::move(piece));
                  }};
  CHECK(state.part.save(out, 1) == 1);
  pieces.push_back(out.take());
  CHECK(pieces.size() == 6);
  CHECK(pieces.back().empty());
  byte_reader in{{pieces.begin(), pieces.end()}, "slots"};
  saved loaded;
  loaded.part.load(in, 1);
  in.expect_end("slots");
  CHECK(loaded.all() == state.all());
  byte_vector together;
  for (auto const& piece : pieces) together.insert(together.end(), piece.begin(), piece.end());
  saved whole;
  fill(whole.entries, keys);
  CHECK(together == whole.save(1).first);
}

TEST_CASE("a state that starts over is saved whole, and needs no save before") {
  saved state;
  fill(state.entries, 1'000);
  state.save(1);
  CHECK(state.save(2).second == 1);
  state.part.start_over();
  auto const [bytes, needed] = state.save(3);
  CHECK(needed == 3);
  saved loaded;
  loaded.load(bytes, 3);
  CHECK(loaded.all() == state.all());
}

TEST_CASE("what was loaded has no changes, and needs what was loaded until a sweep is through") {
  saved state;
  fill(state.entries, 1'000);
  auto const first = state.save(1).first;
  state.entries.value(500) = 9;
  auto const second = state.save(2).first;
  saved loaded;
  loaded.load(first, 1);
  loaded.load(second, 2);
  CHECK(loaded.all() == state.all());
  std::uint64_t number = 3;
  for (; number != 19; ++number) {
    auto const [bytes, needed] = loaded.save(number);
    CHECK(bytes.size() < 70 * entry_bytes);
    if (number != 18) CHECK(needed == 1);
    if (number == 18) CHECK(needed == 3);
  }
}

TEST_CASE("a chain of saves gives the positions of all keys back under any history") {
  for_seeds(1'000, [](random_stream& random) {
    saved state;
    std::map<std::uint64_t, byte_vector> chain;
    auto const keys = 1 + random.below(500);
    for (std::uint64_t number = 1; number != 20; ++number) {
      for (auto n = random.below(2 * keys); n != 0; --n) {
        auto const key = random.below(keys);
        auto const at = state.entries.find(key);
        if (at == slots::none)
          state.entries.insert(key, number);
        else if (random.below(2) == 0)
          state.entries.erase(at);
        else
          state.entries.value(at) = number;
      }
      auto const [bytes, needed] = state.save(number);
      chain[number] = bytes;
      chain.erase(chain.begin(), chain.lower_bound(needed));
      saved loaded;
      for (auto const& [at, one] : chain) loaded.load(one, at);
      REQUIRE(loaded.all() == state.all());
    }
  });
}
