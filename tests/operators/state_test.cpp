#include <numeric>

#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

using pairs = std::pair<int, int>;

auto const add_up = [](std::span<int const> values, std::optional<int> before) {
  return std::optional{std::accumulate(values.begin(), values.end(), before.value_or(0))};
};

auto const running_total = [](int const& key, std::optional<int> value, state<int>& sum) {
  sum.update(sum.get_option().value_or(0) + *value);
  return pairs{key, sum.get()};
};

/// The last call for an idle key gives its total, negated.
auto const total_at_end = [](int const& key, std::optional<int> value, state<int>& sum) {
  if (sum.is_timing_out()) return pairs{key, -sum.get()};
  sum.update(sum.get_option().value_or(0) + *value);
  return pairs{key, sum.get()};
};

table<pairs> const small{{{1, 1}, {2, 2}, {1, 3}}, {}, {{2, 5}}, {{3, 1}}};

table<pairs> random_pairs(random_stream& random) {
  table<pairs> all;
  for (auto const& batch : random_table(random, 1000, 8, 10)) {
    auto& records = all.emplace_back();
    for (auto value : batch) records.emplace_back(value % 4, value + 1);
  }
  return all;
}

}  // namespace

TEST_CASE("update_state_by_key emits every key's state with every batch") {
  check_records(
      small, [](auto in) { return in.update_state_by_key(add_up); },
      table<pairs>{{{1, 4}, {2, 2}}, {{1, 4}, {2, 2}}, {{1, 4}, {2, 7}}, {{1, 4}, {2, 7}, {3, 1}}});
}

TEST_CASE(
    "update_state_by_key calls its function for quiet keys too, and drops what has no state") {
  auto const age = [](std::span<int const> values, std::optional<int> before) {
    if (!values.empty()) return std::optional{0};
    return *before == 1 ? std::nullopt : std::optional{*before + 1};
  };
  check_records(
      table<pairs>{{{1, 1}}, {}, {}, {{1, 1}}, {}},
      [=](auto in) { return in.update_state_by_key(age); },
      table<pairs>{{{1, 0}}, {{1, 1}}, {}, {{1, 0}}, {{1, 1}}});
}

TEST_CASE("update_state_by_key begins with the initial states, in the first batch that exists") {
  auto const initial = std::vector<pairs>{{1, 100}, {9, 9}};
  check_records(
      small, [=](auto in) { return in.update_state_by_key(add_up, initial); },
      table<pairs>{{{1, 104}, {9, 9}, {2, 2}},
                   {{1, 104}, {9, 9}, {2, 2}},
                   {{1, 104}, {9, 9}, {2, 7}},
                   {{1, 104}, {9, 9}, {2, 7}, {3, 1}}});
}

TEST_CASE("update_state_by_key hands key and time to a function that takes them") {
  auto const keyed = [](batch_time, int const& key, std::span<int const> values,
                        std::optional<long> before) -> std::optional<long> {
    return before.value_or(key * 1000) + static_cast<long>(values.size());
  };
  check_records(
      table<pairs>{{{1, 1}, {2, 2}, {1, 3}}, {{2, 5}}},
      [=](auto in) { return in.update_state_by_key(keyed); },
      table<std::pair<int, long>>{{{1, 1002}, {2, 2001}}, {{1, 1002}, {2, 2002}}});
}

TEST_CASE("update_state_by_key is not moved by a batch that fails") {
  check_failure(table<pairs>{{{1, 1}}, {{1, 13}}},
                [](auto in) {
                  return in.update_state_by_key([](std::span<int const> v, std::optional<int> s) {
                    if (!v.empty() && v[0] == 13) throw std::runtime_error{"unlucky"};
                    return std::optional{s.value_or(0) + 1};
                  });
                },
                table<pairs>{{{1, 1}}}, {"'update_state_by_key#2'", "batch 2", "unlucky"});
}

TEST_CASE("map_with_state calls its function once per record, each seeing the one before") {
  check_records(
      small, [](auto in) { return in.map_with_state(state_spec(running_total)); },
      table<pairs>{{{1, 1}, {2, 2}, {1, 4}}, {}, {{2, 7}}, {{3, 1}}});
}

TEST_CASE("map_with_state removes a state, which a later record may set again") {
  auto const until_ten = [](int const& key, std::optional<int> value, state<int>& sum) {
    auto const now = sum.get_option().value_or(0) + *value;
    if (now < 10)
      sum.update(now);
    else if (sum.exists())
      sum.remove();
    return pairs{key, now};
  };
  check_records(
      table<pairs>{{{1, 6}, {1, 6}, {1, 1}}, {{1, 2}, {1, 9}}, {{1, 1}}},
      [=](auto in) { return in.map_with_state(state_spec(until_ten)); },
      table<pairs>{{{1, 6}, {1, 12}, {1, 1}}, {{1, 3}, {1, 12}}, {{1, 1}}});
}

TEST_CASE("map_with_state begins anew with the states before when a batch is tried again") {
  auto const tried = std::make_shared<int>(0);
  auto const fails_once = [tried](int const& key, std::optional<int> value, state<int>& sum) {
    if (*value == 13 && (*tried)++ == 0) throw std::runtime_error{"not yet"};
    auto const now = sum.get_option().value_or(0) + *value;
    if (now < 0)
      sum.remove();
    else
      sum.update(now);
    return pairs{key, now};
  };
  auto options = testkit::table_options();
  options.parallelism = 1;
  options.on_batch_failure = {.retries = 1, .then = failed_batch::stop};
  testkit::simulation schedule{0, testkit::schedule::fifo};
  auto const batches = testkit::run_to_idle(
      schedule.where(),
      [&](streaming_context& ssc) {
        auto const in = table<pairs>{{{1, 5}, {2, 6}, {3, 7}},
                                     {{1, 1}, {1, 1}, {2, -9}, {4, 4}, {3, 13}},
                                     {{1, 1}, {2, 1}, {3, 1}, {4, 1}}};
        return collect(ssc.queue_stream(in).map_with_state(state_spec(fails_once)));
      },
      options);
  CHECK(*tried == 2);
  check_same(batches, table<pairs>{{{1, 5}, {2, 6}, {3, 7}},
                                   {{1, 6}, {1, 7}, {2, -3}, {4, 4}, {3, 20}},
                                   {{1, 8}, {2, 1}, {3, 21}, {4, 5}}});
}

TEST_CASE("map_with_state gives an idle key one last call, strictly after its timeout") {
  auto const timing_out = [](auto in) {
    return in.map_with_state(state_spec(total_at_end).timeout(2h));
  };
  check_records(table<pairs>{{{1, 5}}, {}, {}, {}, {}}, timing_out,
                table<pairs>{{{1, 5}}, {}, {}, {{1, -5}}, {}});
  // Data comes first and prevents it.
  check_records(table<pairs>{{{1, 5}}, {}, {}, {{1, 1}}, {}, {}, {}}, timing_out,
                table<pairs>{{{1, 5}}, {}, {}, {{1, 6}}, {}, {}, {{1, -6}}});
}

TEST_CASE("map_with_state times out the longest idle key first, then by the order of states") {
  check_same(
      run_inline(
          table<pairs>{{{3, 30}, {1, 10}, {2, 20}}, {{2, 1}, {3, 1}}, {}, {}, {}},
          [](auto in) { return in.map_with_state(state_spec(total_at_end).timeout(1h)); }, 1),
      table<pairs>{
          {{3, 30}, {1, 10}, {2, 20}}, {{2, 21}, {3, 31}}, {{1, -10}}, {{3, -31}, {2, -21}}, {}});
}

TEST_CASE("map_with_state has all states as a second stream") {
  check_records(
      small,
      [](auto in) {
        return in
            .map_with_state(
                state_spec(total_at_end).initial(std::vector<pairs>{{7, 70}}).timeout(1h))
            .state_snapshots();
      },
      table<pairs>{
          {{7, 70}, {1, 4}, {2, 2}}, {{7, 70}, {1, 4}, {2, 2}}, {{2, 7}}, {{2, 7}, {3, 1}}});
}

TEST_CASE("map_with_state with the time first emits nothing for an empty optional") {
  auto const firsts = [](batch_time, int const& key, std::optional<int>,
                         state<bool>& seen) -> std::optional<int> {
    if (seen.exists()) return std::nullopt;
    seen.update(true);
    return key;
  };
  check_records(
      small, [=](auto in) { return in.map_with_state(state_spec(firsts)); },
      table<int>{{1, 2}, {}, {}, {3}});
}

TEST_CASE("a state refuses what has no meaning, naming the call") {
  auto const misuse = [](auto use) {
    return [=](auto in) {
      return in.map_with_state(state_spec([=](int const&, std::optional<int> v, state<int>& s) {
                                 use(v, s);
                                 return 0;
                               }).timeout(1h));
    };
  };
  check_failure(table<pairs>{{{1, 1}}}, misuse([](auto, auto& s) { s.get(); }), table<int>{},
                {"'map_with_state#2'", "state.get", "check exists() first"});
  check_failure(table<pairs>{{{1, 1}}}, misuse([](auto, auto& s) {
                  s.update(1);
                  s.remove();
                  s.update(2);
                }),
                table<int>{}, {"state.update", "removed before"});
  check_failure(table<pairs>{{{1, 1}}, {}, {}}, misuse([](auto v, auto& s) {
                  if (v) return s.update(*v);
                  s.remove();
                }),
                table<int>{{0}, {}}, {"state.remove", "timing out"});
}

TEST_CASE("map_with_state and update_state_by_key agree where both apply") {
  for_seeds(10'000, [](random_stream& random) {
    auto const in = random_pairs(random);
    auto const snapshots = run_inline(
        in, [](auto s) { return s.map_with_state(state_spec(running_total)).state_snapshots(); });
    check_same(sorted(snapshots),
               sorted(run_inline(in, [](auto s) { return s.update_state_by_key(add_up); })));
  });
}

TEST_CASE("state after a window is computed when the window is due") {
  check_records(
      table<pairs>{{{1, 1}}, {{1, 10}}, {{1, 100}}, {{1, 1000}}},
      [](auto in) { return in.window(2h, 2h).update_state_by_key(add_up); },
      table<pairs>{{{1, 11}}, {{1, 1111}}});
}

TEST_CASE("keyed state stands where its records are made if nothing has to be exchanged") {
  streaming_context ssc{with_parallelism(1)};
  collect(ssc.queue_stream<pairs>({{{1, 1}}})
              .filter([](pairs const&) { return true; })
              .update_state_by_key(add_up));
  CHECK(
      ssc.explain().starts_with("stage 0 (1 partition)\n"
                                "  queue#1\n"
                                "  update_state_by_key#3 <- filter#2 <- queue#1\n"));
}
