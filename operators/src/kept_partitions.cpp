#include <algorithm>
#include <sluice/operators/error.hpp>
#include <sluice/operators/kept_partitions.hpp>
#include <sluice/operators/kernels/keeping.hpp>

namespace sluice {

std::optional<partition> kept_partitions::get(std::size_t index) const {
  std::lock_guard const guard{mutex_};
  return parts_.at(index);
}

partition kept_partitions::put(std::size_t index, partition part) {
  std::lock_guard const guard{mutex_};
  auto& kept = parts_.at(index);
  if (kept) return *kept;
  if (!ended_) kept = part;
  return part;
}

bool kept_partitions::complete() const {
  std::lock_guard const guard{mutex_};
  return std::all_of(parts_.begin(), parts_.end(),
                     [](auto const& part) { return part.has_value(); });
}

void kept_partitions::forget() {
  std::lock_guard const guard{mutex_};
  std::fill(parts_.begin(), parts_.end(), std::nullopt);
  ended_ = true;
}

namespace kernels {

partition keeping_task::run(batch_context const&, std::span<partition const> inputs) {
  if (before_) return *before_;
  if (inputs[0].absent)
    throw runtime_failure{
        "cache: unpersist() was called while a job began to use the rdd; run it again"};
  return kept_->put(index_, inputs[0]);
}

}  // namespace kernels
}  // namespace sluice
