/// Kernels that do not look into records: pass, and data at hand.
#pragma once

#include <sluice/operators/kernels/prototype.hpp>

namespace sluice::kernels {

/// The chunks of all inputs, in the order of the edges.
class pass_task final : public task {
 public:
  partition run(batch_context const& now, std::span<partition const> inputs) override;
};

/// A node that only gathers what arrives.
std::shared_ptr<kernel const> make_pass_kernel();
/// An edge that passes chunks on as they are.
std::shared_ptr<edge_spec const> make_pass_edge(std::vector<op_ptr> fused);

/// Data that the program already has: the source of an rdd.
class data_kernel final : public kernel {
 public:
  explicit data_kernel(std::vector<partition> parts) : parts_{std::move(parts)} {}
  std::unique_ptr<task> make_task(std::size_t partition_index) const override;

 private:
  std::vector<partition> parts_;
};

}  // namespace sluice::kernels
