/// The kernel of an rdd's `cache`.
#pragma once

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
  partition run(batch_context const& now, std::span<partition const> inputs) override;

 private:
  std::shared_ptr<kept_partitions> kept_;
  std::size_t index_;
  std::optional<partition> before_;  // held from the start, so that nobody frees it meanwhile
};

}  // namespace sluice::kernels
