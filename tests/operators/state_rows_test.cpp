// The form of update_state_by_key whose function sees all keys of a partition.

#include <map>
#include <numeric>

#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;

namespace {

using pairs = std::pair<int, int>;
using rows = std::span<state_row<int, int, int>>;

int sum_of(state_row<int, int, int> const& row) {
  return std::accumulate(row.values.begin(), row.values.end(), row.before.value_or(0));
}

auto const add_rows = [](rows all) {
  std::vector<pairs> sums;
  for (auto const& row : all) sums.emplace_back(row.key, sum_of(row));
  return sums;
};

table<pairs> const small{{{1, 1}, {2, 2}, {1, 3}}, {}, {{2, 5}}, {{3, 1}}};

}  // namespace

TEST_CASE("update_state_by_key hands all keys of a partition to a function that takes rows") {
  check_records(
      small, [](auto in) { return in.update_state_by_key(add_rows); },
      table<pairs>{{{1, 4}, {2, 2}}, {{1, 4}, {2, 2}}, {{1, 4}, {2, 7}}, {{1, 4}, {2, 7}, {3, 1}}});
}

TEST_CASE("update_state_by_key with rows begins with the initial states") {
  auto const initial = std::vector<pairs>{{1, 100}, {9, 9}};
  check_records(
      table<pairs>{{{1, 1}}, {{9, 1}}},
      [=](auto in) { return in.update_state_by_key(add_rows, initial); },
      table<pairs>{{{1, 101}, {9, 9}}, {{1, 101}, {9, 10}}});
}

TEST_CASE("update_state_by_key with rows hands over the batch's time and takes any range") {
  auto const timed = [start = std::optional<batch_time>{}](batch_time now, rows all) mutable {
    if (!start) start = now;
    std::map<int, int> hours;
    for (auto const& row : all)
      hours[row.key] = static_cast<int>((now - *start) / std::chrono::hours{1});
    return hours;
  };
  check_table(
      table<pairs>{{{1, 1}}, {}, {{2, 2}}},
      [=](auto in) { return in.update_state_by_key(timed, 1); },
      table<pairs>{{{1, 0}}, {{1, 1}}, {{1, 2}, {2, 2}}});
}

TEST_CASE("update_state_by_key with rows drops, adds and renames keys") {
  // The largest key goes, and its state moves to the key before it.
  auto const shift = [](rows all) {
    std::map<int, int> sums;
    for (auto const& row : all) sums[row.key] += sum_of(row);
    auto const last = *sums.rbegin();
    sums.erase(last.first);
    sums[last.first - 1] += last.second;
    return sums;
  };
  check_table(
      table<pairs>{{{1, 1}, {5, 50}}, {{4, 4}}, {{9, 9}}},
      [=](auto in) { return in.update_state_by_key(shift, 1); },
      table<pairs>{{{1, 1}, {4, 50}}, {{1, 1}, {3, 54}}, {{1, 1}, {3, 54}, {8, 9}}});
}

TEST_CASE("update_state_by_key with rows keeps the first of several states of a key") {
  auto const twice = [](rows all) {
    std::vector<pairs> sums;
    for (auto const& row : all)
      for (int more : {0, 100}) sums.emplace_back(row.key, sum_of(row) + more);
    return sums;
  };
  check_records(
      table<pairs>{{{1, 1}}, {{1, 2}}}, [=](auto in) { return in.update_state_by_key(twice); },
      table<pairs>{{{1, 1}, {1, 101}}, {{1, 3}, {1, 103}}});
}

TEST_CASE("update_state_by_key with rows refuses a key of another partition") {
  auto const renamed = [](rows all) {
    std::vector<pairs> sums;
    for (auto const& row : all)
      for (int other = 0; other != 64 && row.key == 13; ++other) sums.emplace_back(other, 0);
    return sums;
  };
  check_failure(table<pairs>{{{1, 1}}, {{13, 1}}},
                [=](auto in) { return in.update_state_by_key(renamed); }, table<pairs>{{}},
                {"'update_state_by_key#2'", "batch 2", "a key of another partition"});
}

TEST_CASE("update_state_by_key with rows is not moved by an attempt that fails") {
  auto const tried = std::make_shared<int>(0);
  auto const fails_once = [tried](rows all) {
    std::vector<pairs> sums;
    for (auto& row : all) {
      sums.emplace_back(row.key, sum_of(row));
      row.before.reset();
      if (!row.values.empty() && row.values[0] == 13 && (*tried)++ == 0)
        throw std::runtime_error{"not yet"};
    }
    return sums;
  };
  auto options = with_parallelism(1);
  options.on_batch_failure = {.retries = 1, .then = failed_batch::stop};
  auto const build = program_of(table<pairs>{{{1, 1}, {2, 2}}, {{2, 13}, {4, 4}}},
                                [=](auto in) { return in.update_state_by_key(fails_once); });
  testkit::simulation schedule{0, testkit::schedule::fifo};
  check_same(testkit::run_to_idle(schedule.where(), build, options),
             table<pairs>{{{1, 1}, {2, 2}}, {{1, 1}, {2, 15}, {4, 4}}});
  CHECK(*tried == 2);
}

TEST_CASE("update_state_by_key gives the same with rows and key by key") {
  for_seeds(2'000, [](random_stream& random) {
    table<pairs> in;
    for (auto const& batch : random_table(random, 1'000, 8, 10)) {
      auto& records = in.emplace_back();
      for (auto value : batch) records.emplace_back(value % 4, value);
    }
    auto const drop_odd_tens = [](int sum) { return sum / 10 % 2 == 1; };
    auto const one = [=](std::span<int const> values, std::optional<int> before) {
      auto const sum = std::accumulate(values.begin(), values.end(), before.value_or(0));
      return drop_odd_tens(sum) ? std::nullopt : std::optional{sum};
    };
    auto const all = [=](rows some) {
      std::vector<pairs> sums;
      for (auto const& row : some)
        if (!drop_odd_tens(sum_of(row))) sums.emplace_back(row.key, sum_of(row));
      return sums;
    };
    check_same(run_inline(in, [=](auto s) { return s.update_state_by_key(all); }),
               run_inline(in, [=](auto s) { return s.update_state_by_key(one); }));
  });
}

TEST_CASE("update_state_by_key takes values and states of bool") {
  using flags = std::pair<int, bool>;
  check_records(
      table<flags>{{{1, true}, {2, false}, {1, false}}, {{2, true}}},
      [](auto in) {
        return in.update_state_by_key([](std::span<bool const> news, std::optional<bool> before) {
          auto any = before.value_or(false);
          for (auto one : news) any = any || one;
          return std::optional{any};
        });
      },
      table<flags>{{{1, true}, {2, false}}, {{1, true}, {2, true}}});
}
