/// The kernels that keep partitions: of an rdd between jobs, of a stream between batches.
#pragma once

#include <sluice/operators/kept_batches.hpp>
#include <sluice/operators/kept_partitions.hpp>
#include <sluice/operators/kernels/prototype.hpp>

namespace sluice::kernels {

/// Gives the kept partition, or computes and keeps it.
class keeping_task final : public task {
 public:
  keeping_task(std::shared_ptr<kept_partitions> kept, std::size_t index)
      : kept_{std::move(kept)}, index_{index}, before_{kept_->get(index)} {}
  /// A plan leaves out what a complete rdd was computed from.
  bool wants_absent() const override { return true; }
  bool at_hand() const override { return before_.has_value(); }
  partition run(batch_context const& now, std::span<partition const> inputs) override;

 private:
  std::shared_ptr<kept_partitions> kept_;
  std::size_t index_;
  std::optional<partition> before_;  // held from the start, so that nobody frees it meanwhile
};

/// Passes batches on and keeps those that the stage finishes.
class batch_keeping_task final : public task {
 public:
  batch_keeping_task(std::shared_ptr<kept_batches> kept, std::size_t index)
      : kept_{std::move(kept)}, index_{index} {
    kept_->attach();
  }
  partition run(batch_context const& now, std::span<partition const> inputs) override;
  void keep() override;
  void discard() override { done_.reset(); }

 private:
  struct finished {
    batch_context now;
    partition part;
  };
  std::shared_ptr<kept_batches> kept_;
  std::size_t index_;
  std::optional<finished> done_;
};

}  // namespace sluice::kernels
