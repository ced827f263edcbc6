// What a task keeps between batches, saved and loaded.

#include "stateful_programs.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

/// Runs a batch, sometimes after an attempt that fails half way.
std::string run_with_failures(saved_run& one, std::uint64_t id,
                              std::optional<std::vector<number_pair>> const& batch,
                              random_stream& random) {
  fails_in = random.below(3) == 0 ? 1 + static_cast<int>(random.below(30)) : 0;
  try {
    auto result = one.run(id, batch);
    fails_in = 0;
    return result;
  } catch (stream_failure const&) {
    fails_in = 0;
    return one.run(id, batch);
  }
}

/// Few keys that come again and again, or so many that a sweep takes several saves.
void check_law(planned const& program, random_stream& random, bool failing) {
  unsigned const keys = random.below(3) == 0 ? 600 : 8;
  auto const records = keys == 8 ? 12U : 150U;
  saved_run original{program};
  saved_run saved{program};
  auto const last = 5 + random.below(25);
  for (std::uint64_t id = 1; id != last; ++id) {
    CAPTURE(id);
    auto const batch = random_batch(random, keys, records);
    auto const expected = original.run(id, batch);
    REQUIRE((failing ? run_with_failures(saved, id, batch, random) : saved.run(id, batch)) ==
            expected);
    if (random.below(20) == 0) saved.start_over();
    if (random.below(2) == 0) continue;
    saved.save();
    if (random.below(3) == 0) saved.load();
  }
}

void check_laws(std::vector<stateful_program> const& programs, std::size_t width, bool failing,
                std::uint64_t seeds) {
  for (auto const& [name, apply] : programs) {
    CAPTURE(name);
    planned const program{apply, width};
    for_seeds(seeds, [&](random_stream& random) { check_law(program, random, failing); });
  }
}

/// A type without codec.
struct handle {
  std::shared_ptr<int> to;
  friend handle operator+(handle const& a, handle const&) { return a; }
};

state_program of_handles(std::function<dstream<std::string>(dstream<std::pair<int, handle>>)> f) {
  return [=](dstream<number_pair> in) {
    return f(in.map([](number_pair const&) { return std::pair{1, handle{}}; }));
  };
}

auto const nothing = [](auto const& stream) -> dstream<std::string> {
  return stream.map([](auto const&) { return std::string{}; });
};

std::vector<bool> unsavable(state_program const& apply) {
  planned const program{apply};
  std::vector<bool> all;
  for (auto const& one : saved_run{program}.states()) all.push_back(one.unsavable());
  return all;
}

std::uint64_t schema_of(state_program const& apply) {
  planned const program{apply};
  return saved_run{program}.states().at(0).state->schema();
}

}  // namespace

TEST_CASE("a task that has loaded its saves goes on as the one that wrote them: states") {
  check_laws(programs::of_states(), 1, true, 1'000);
}

TEST_CASE("a task that has loaded its saves goes on as the one that wrote them: windows") {
  check_laws(programs::of_windows(), 1, true, 1'000);
}

TEST_CASE("tasks of several partitions are saved and loaded each for itself") {
  check_laws(all_stateful_programs(), 3, false, 60);
}

TEST_CASE("a stage names each operator that has a state, and tells which cannot be saved") {
  CHECK(unsavable([](auto in) { return as_text(in.reduce_by_key(std::plus<>{})); }).empty());
  for (auto const& [name, apply] : programs::of_states()) {
    CAPTURE(name);
    CHECK(unsavable(apply) == std::vector<bool>{false});
  }
  planned const two{[](auto in) {
    return as_text(
        in.partition_by(1).window(2h).named("last").update_state_by_key(programs::total));
  }};
  auto const states = saved_run{two}.states();
  REQUIRE(states.size() == 2);
  CHECK(states[0].who->name() == "last");
  CHECK(states[1].who->name() == "update_state_by_key#4");
}

TEST_CASE("a state with a type that has no codec cannot be saved, but works") {
  std::vector<bool> const yes{true};
  CHECK(unsavable(of_handles([](auto in) { return nothing(in.window(2h)); })) == yes);
  CHECK(unsavable(of_handles([](auto in) {
          return nothing(in.reduce_by_key_and_window(std::plus<>{}, 2h));
        })) == yes);
  CHECK(unsavable(of_handles([](auto in) {
          return nothing(in.reduce_by_key_and_window(std::plus<>{}, std::plus<>{}, 2h));
        })) == yes);
  CHECK(unsavable(of_handles([](auto in) {
          return nothing(in.update_state_by_key(
              [](std::span<handle const>, std::optional<std::vector<handle>> s) { return s; }));
        })) == yes);
  CHECK(unsavable(of_handles([](auto in) {
          return nothing(in.map_with_state(
              state_spec([](int const&, std::optional<handle>, state<handle>&) { return 0; })));
        })) == yes);
}

TEST_CASE("the schema of a state tells operators, types and window times apart") {
  std::vector<std::uint64_t> schemas;
  for (auto const& [name, apply] : all_stateful_programs()) schemas.push_back(schema_of(apply));
  for (auto length : {2h, 3h})
    for (auto slide : {1h, 2h, 3h})
      schemas.push_back(schema_of([=](auto in) { return as_text(in.window(length, slide)); }));
  CHECK(schemas[0] == schemas[1]);   // the initial states have no part in it
  CHECK(schemas[0] == schemas[2]);   // nor has the form of the function
  CHECK(schemas[6] == schemas[7]);   // nor has what is done with the results
  CHECK(schemas[0] == schemas[15]);  // nor has what else is in the stage
  std::sort(schemas.begin(), schemas.end());
  auto const all = schemas.size();
  schemas.erase(std::unique(schemas.begin(), schemas.end()), schemas.end());
  CHECK(schemas.size() == all - 4);
}
