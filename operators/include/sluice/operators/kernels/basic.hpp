/// Kernels that do not look into records: pass, data at hand, window of whole batches.
#pragma once

#include <deque>
#include <sluice/operators/kernels/prototype.hpp>

namespace sluice::kernels {

/// The chunks of all inputs, in the order of the edges.
class pass_task final : public task {
 public:
  partition run(batch_context const& now, std::span<partition const> inputs) override;
};

/// Data that the program already has: the source of an rdd.
class data_kernel final : public kernel {
 public:
  explicit data_kernel(std::vector<partition> parts) : parts_{std::move(parts)} {}
  std::unique_ptr<task> make_task(std::size_t partition_index) const override;

 private:
  std::vector<partition> parts_;
};

/// The batches with a time in `(t - length, t]`, whenever a multiple of `slide` has passed.
class window_task final : public task {
 public:
  window_task(duration length, duration slide) : length_{length}, slide_{slide} {}
  partition run(batch_context const& now, std::span<partition const> inputs) override;

 private:
  struct pane {
    batch_time time;
    partition records;
  };
  duration length_;
  duration slide_;  // 0: with every batch
  batch_time last_{};
  bool started_ = false;
  std::deque<pane> panes_;
};

}  // namespace sluice::kernels
