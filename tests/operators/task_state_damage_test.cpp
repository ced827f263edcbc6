// Saves of a task's state that are not what was written.

#include "stateful_programs.hpp"

using namespace sluice;
using namespace sluice::tests;

namespace {

/// What loads goes on, with whatever values; it may fail like any batch.
void go_on(saved_run& one, random_stream& random) {
  for (std::uint64_t id = 20; id != 24; ++id) {
    try {
      one.run(id, random_batch(random, 8, 10));
    } catch (stream_failure const&) {
    }
    one.save();
  }
}

/// @return  whether the saves are taken for good
bool loads(saved_run& one) {
  try {
    one.load();
    return true;
  } catch (runtime_failure const&) {
    return false;
  }
}

saved_run with_saves(planned const& program, random_stream& random) {
  saved_run one{program};
  for (std::uint64_t id = 1; id != 8; ++id) {
    one.run(id, random_batch(random, 8, 10));
    if (id % 2 == 0) one.save();
  }
  one.run(8, std::vector<number_pair>{{1, 2}, {3, 4}, {4, 1}});
  one.save();
  return one;
}

}  // namespace

TEST_CASE("a save of which the end is missing is refused") {
  for (auto const& [name, apply] : all_stateful_programs()) {
    CAPTURE(name);
    planned const program{apply};
    auto random = random_for(1, "table");
    auto whole = with_saves(program, random).all_saves();
    for (std::size_t state = 0; state != whole.rbegin()->second.size(); ++state) {
      auto const size = whole.rbegin()->second[state].size();
      for (std::size_t end = 0; end != size; ++end) {
        CAPTURE(end);
        saved_run one{program};
        one.all_saves() = whole;
        one.all_saves().rbegin()->second[state].resize(end);
        REQUIRE(!loads(one));
      }
    }
  }
}

TEST_CASE("a save with a damaged bit is refused, or loads and goes on") {
  for (auto const& [name, apply] : all_stateful_programs()) {
    CAPTURE(name);
    planned const program{apply};
    for_seeds(400, [&](random_stream& random) {
      auto one = with_saves(program, random);
      auto& all = one.all_saves();
      auto& states = std::next(all.begin(), static_cast<long>(random.below(all.size())))->second;
      auto& bytes = states[random.below(states.size())];
      for (auto flips = 1 + random.below(3); flips != 0; --flips)
        bytes[random.below(bytes.size())] ^= std::byte{1} << random.below(8);
      if (loads(one)) go_on(one, random);
    });
  }
}

TEST_CASE("a save that names a key twice, or a position beyond its bounds, is refused") {
  planned const program{[](auto in) { return as_text(in.update_state_by_key(programs::total)); }};
  auto const refuses = [&](std::initializer_list<std::uint64_t> slots) {
    byte_writer out;
    out.put_byte(0);  // the clock
    for (auto one : slots) out.put_varint(one);
    for (int i = 0; i != 4; ++i) out.put_fixed(1U);  // two entries: keys and values
    byte_reader in{out.bytes()};
    saved_run run{program};
    return message_of([&] { run.states().at(0).state->load(in, 1); });
  };
  // whole, positions, none gone, runs: twice the distance and one, the length; or twice the
  // distance
  check_says(refuses({1, 2, 0, 1, 1, 2}), {"the key is there twice"});
  check_says(refuses({1, 2, 0, 1, 1, 3}), {"a position is out of place"});
  check_says(refuses({1, 2, 0, 1, 1, 0}), {"a position is out of place"});
  check_says(refuses({1, 2, 0, 2, 0, 0}), {"a position is out of place"});
  check_says(refuses({1, 99, 0, 1, 1, 99}), {"entries are missing"});
  check_says(refuses({1, 1ULL << 40, 0, 1, 1, 2}), {"not the beginning of a save"});
  check_says(refuses({1, 2, 0, 1ULL << 40}), {"exceeds the"});
}
