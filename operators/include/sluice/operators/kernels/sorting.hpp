/// Sorting: partitions become sorted runs side by side, one task merges them.
#pragma once

#include <algorithm>
#include <sluice/operators/kernels/prototype.hpp>
#include <sluice/operators/owned.hpp>
#include <sluice/operators/slices.hpp>

namespace sluice::kernels {

/// Compares records by what a user's function gives for them.
template <class T, class F>
class record_order {
 public:
  record_order(op_ptr who, F f, bool ascending)
      : who_{std::move(who)}, f_{std::move(f)}, ascending_{ascending} {}
  bool operator()(T const& a, T const& b) {
    auto const& before = ascending_ ? a : b;
    auto const& after = ascending_ ? b : a;
    return call_user(who_, f_, before) < call_user(who_, f_, after);
  }

 private:
  op_ptr who_;
  F f_;
  bool ascending_;
};

/// Makes a sorted run of a partition.
template <class Pipe, class Order>
class sorting_writer final : public edge_writer {
 public:
  sorting_writer(Pipe pipe, Order by) : pipe_{std::move(pipe)}, order_{std::move(by)} {}

  void write(partition const& in, std::span<partition> buckets) override {
    std::vector<owned_t<typename Pipe::value>> run;
    run_pipe(pipe_, in, [&](auto&& x) { run.push_back(to_owned(std::forward<decltype(x)>(x))); });
    std::stable_sort(run.begin(), run.end(), order_);
    if (!run.empty()) buckets[0].chunks.push_back(make_chunk(std::move(run)));
  }

 private:
  Pipe pipe_;
  Order order_;
};

/// Merges sorted runs and slices the result into `n` ranges.
template <class T, class Order>
std::vector<partition> merge_runs(std::vector<partition> runs, Order& by, std::size_t n) {
  std::vector<T> all;
  std::vector<std::size_t> ends{0};
  for (auto const& run : runs) {
    for_each_record<T>(run, [&](T const& x) { all.push_back(x); });
    ends.push_back(all.size());
  }
  auto const at = [&](std::size_t i) { return all.begin() + static_cast<std::ptrdiff_t>(ends[i]); };
  auto const less = [&](T const& a, T const& b) { return by(a, b); };
  for (std::size_t width = 1; width < runs.size(); width *= 2)
    for (std::size_t i = 0; i + width < runs.size(); i += 2 * width)
      std::inplace_merge(at(i), at(i + width), at(std::min(i + 2 * width, runs.size())), less);
  return slice_vector(std::move(all), n);
}

}  // namespace sluice::kernels
