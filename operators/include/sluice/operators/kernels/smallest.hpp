/// The smallest records of a partition, for actions that want few of many.
///
/// Thread rule: as every writer. Promise: holds at most twice as many records as are wanted; of
/// equal records the earlier ones are kept, and stay in their order.
#pragma once

#include <algorithm>
#include <cstddef>
#include <sluice/operators/kernels/prototype.hpp>
#include <sluice/operators/op.hpp>
#include <sluice/operators/owned.hpp>
#include <sluice/operators/pipe.hpp>
#include <utility>
#include <vector>

namespace sluice::kernels {

/// The first `limit` of the offered records in the order of `Less`.
template <class T, class Less>
class smallest {
 public:
  smallest(std::size_t limit, Less less) : limit_{limit}, less_{std::move(less)} {}

  template <class X>
  void offer(X&& x) {
    if (limit_ == 0) return;
    auto&& record = detail::own_or_forward(std::forward<X>(x));
    if (bounded_ && !less_(std::as_const(record), std::as_const(records_[limit_ - 1]))) return;
    records_.push_back(std::forward<decltype(record)>(record));
    if (records_.size() / 2 >= limit_) cut();
  }

  /// Leaves it empty.
  std::vector<T> take() {
    cut();
    bounded_ = false;
    return std::exchange(records_, {});
  }

 private:
  // What has been kept stands before what was offered since, so that stable means in order.
  void cut() {
    std::stable_sort(records_.begin(), records_.end(), less_);
    if (records_.size() < limit_) return;
    records_.erase(records_.begin() + static_cast<std::ptrdiff_t>(limit_), records_.end());
    bounded_ = true;
  }

  std::size_t limit_;
  Less less_;
  // Once bounded, the first `limit` are in order, and the last of them bounds what may come.
  std::vector<T> records_;
  bool bounded_ = false;
};

/// Keeps the smallest records of a partition.
template <class Pipe, class Less>
class smallest_writer final : public edge_writer {
 public:
  smallest_writer(op_ptr who, Pipe pipe, std::size_t limit, Less less)
      : who_{std::move(who)}, pipe_{std::move(pipe)}, limit_{limit}, less_{std::move(less)} {}

  void write(partition const& in, std::span<partition> buckets) override {
    smallest<owned_t<typename Pipe::value>, Less> kept{limit_, less_};
    auto offer = [&](auto&& x) { kept.offer(std::forward<decltype(x)>(x)); };
    run_pipe(pipe_, in, [&](auto&& x) { call_user(who_, offer, std::forward<decltype(x)>(x)); });
    auto take = [&] { return kept.take(); };
    auto records = call_user(who_, take);
    if (!records.empty()) buckets[0].chunks.push_back(make_chunk(std::move(records)));
  }

 private:
  op_ptr who_;
  Pipe pipe_;
  std::size_t limit_;
  Less less_;
};

}  // namespace sluice::kernels
