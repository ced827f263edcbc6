/// One program for each kernel that has a state.
#pragma once

#include <cmath>
#include <limits>
#include <numeric>

#include "saved_run.hpp"

namespace sluice::tests {

struct stateful_program {
  std::string name;
  state_program apply;
};

namespace programs {

using namespace std::chrono_literals;

inline auto const add = [](auto const& a, auto const& b) {
  may_fail();
  return a + b;
};
inline auto const subtract = [](auto const& a, auto const& b) {
  may_fail();
  return a - b;
};
inline auto const named_key = [](number_pair const& p) {
  return std::pair{"key " + std::to_string(p.first), p.second};
};
inline auto const texts = [](number_pair const& p) {
  return std::pair{p.first, std::to_string(p.second)};
};
/// Keys among which are 0, -0 and no number.
inline auto const float_key = [](number_pair const& p) {
  if (p.first % 7 == 0) return std::pair{std::numeric_limits<double>::quiet_NaN(), p.second};
  return std::pair{p.first % 5 == 0 ? -0.0 : p.first / 2.0, p.second};
};

/// A state ends when it reaches a value; without records it stays.
inline auto const total = [](std::span<unsigned const> news, std::optional<unsigned> old) {
  may_fail();
  auto const sum = std::accumulate(news.begin(), news.end(), old.value_or(0));
  return sum % 11 == 10 ? std::nullopt : std::optional{sum};
};
/// Ages, so that every state changes with every batch; a type whose copies may throw.
inline auto const history = [](batch_time, unsigned const& key, std::span<unsigned const> news,
                               std::optional<std::vector<float>> old) {
  may_fail();
  auto all = old.value_or(std::vector<float>{});
  for (auto n : news) all.push_back(static_cast<float>(n) / 4);
  if (all.size() > 1 + key % 5) all.erase(all.begin());
  return news.empty() && all.size() < 2 ? std::nullopt : std::optional{all};
};

/// As `total`, for all keys at once.
inline auto const totals = [](std::span<state_row<unsigned, unsigned, unsigned>> rows) {
  std::vector<number_pair> all;
  for (auto const& row : rows)
    if (auto const sum = total(row.values, row.before)) all.emplace_back(row.key, *sum);
  return all;
};

inline auto const count_up = [](auto const& key, std::optional<unsigned> value,
                                state<std::string>& s) {
  may_fail();
  auto const before = s.get_option().value_or("");
  if (s.is_timing_out()) return std::pair{key, "end " + before};
  if (*value == 9 && s.exists())
    s.remove();
  else if (*value != 8)
    s.update(before + std::to_string(*value));
  return std::pair{key, before};
};

template <class In>
auto timed(In in) {
  auto const initial = std::vector<std::pair<unsigned, std::string>>{{1, "a"}, {3, "b"}};
  return in.map_with_state(state_spec<std::string>(count_up).initial(initial).timeout(3h));
}

inline std::vector<stateful_program> of_states() {
  using in = dstream<number_pair>;
  auto const initial = std::vector<number_pair>{{2, 5}, {5, 9}, {2, 6}};
  return {
      {"update_state_by_key", [](in s) { return as_text(s.update_state_by_key(total)); }},
      {"update_state_by_key with initial states",
       [=](in s) { return as_text(s.update_state_by_key(total, initial)); }},
      {"update_state_by_key of whole partitions",
       [=](in s) { return as_text(s.update_state_by_key(totals, initial)); }},
      {"update_state_by_key of aging lists",
       [](in s) { return as_text(s.update_state_by_key(history)); }},
      {"update_state_by_key by floating point",
       [](in s) { return as_text(s.map(float_key).update_state_by_key(total)); }},
      {"map_with_state",
       [](in s) {
         return as_text(s.map(named_key).map_with_state(state_spec<std::string>(count_up)));
       }},
      {"map_with_state with timeout", [](in s) { return as_text(timed(s)); }},
      {"state_snapshots", [](in s) { return as_text(timed(s).state_snapshots()); }},
  };
}

inline std::vector<stateful_program> of_windows() {
  using in = dstream<number_pair>;
  auto const present = [](auto const& pair) { return pair.second != 0; };
  return {
      {"window", [](in s) { return as_text(s.map(named_key).window(5h, 2h)); }},
      {"group_by_key_and_window", [](in s) { return as_text(s.group_by_key_and_window(3h)); }},
      {"stacked window",
       [](in s) { return as_text(s.map(texts).reduce_by_key_and_window(add, 4h)); }},
      {"stacked window with slide",
       [](in s) { return as_text(s.map(texts).reduce_by_key_and_window(add, 5h, 3h)); }},
      {"inverse window",
       [](in s) { return as_text(s.reduce_by_key_and_window(add, subtract, 4h)); }},
      {"inverse window with filter",
       [=](in s) {
         return as_text(s.map(named_key).reduce_by_key_and_window(add, subtract, present, 6h, 2h));
       }},
      {"count_by_window", [](in s) { return as_text(s.count_by_window(3h, 2h)); }},
      {"states in a window",
       [](in s) { return as_text(s.update_state_by_key(total).window(3h, 2h)); }},
  };
}

}  // namespace programs

inline std::vector<stateful_program> all_stateful_programs() {
  auto all = programs::of_states();
  for (auto& one : programs::of_windows()) all.push_back(std::move(one));
  return all;
}

}  // namespace sluice::tests
