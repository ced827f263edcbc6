/// What the examples of docs/operators/ may use; see the table of operators.
///
/// Thread rule: none, it is compiled and never run. Promise: an example that no longer compiles
/// fails the build that is made of `scripts/operator_pages.sh --examples`.
#pragma once

#include <algorithm>
#include <array>
#include <iostream>
#include <numeric>
#include <sluice/sluice.hpp>
#include <span>

using namespace sluice;                // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace)

struct my_receiver : receiver<int> {
  void on_start(receiver_handle<int>&) override;
  void on_stop() override;
};

struct my_sink : sink<std::string> {
  void prepare(batch_ref const&, std::vector<std::string>) override;
  void commit(batch_ref const&) override;
  void abort(batch_ref const&) override;
};

std::unique_ptr<input> make_my_input();

inline std::string to_upper(std::string word) { return word; }

inline int count_up(std::string const&, std::optional<int> n, state<int>& sum) {
  sum.update(sum.get_option().value_or(0) + n.value_or(0));
  return sum.get();
}

struct example_context {
  streaming_context& ssc;
  dstream<std::string_view> lines;
  dstream<std::string> words;
  dstream<std::string> more_words;
  dstream<int> numbers;
  dstream<std::pair<std::string, double>> sales;
  dstream<std::pair<std::string, double>> refunds;
  rdd<std::string> names;
  rdd<std::string> others;
  rdd<int> sizes;
  rdd<std::pair<std::string, int>> ages;
};
