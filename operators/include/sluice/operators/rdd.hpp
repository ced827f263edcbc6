/// `rdd<T>`: a distributed collection with the same operators as a stream, run by its actions.
///
/// Thread rule: handles are values; an action may be called by any thread and blocks it until the
/// job is done. Promise: lazy; the same kernels as a stream's stages do the work.
#pragma once

#include <sluice/operators/ops/rdd_actions.hpp>
#include <sluice/operators/slices.hpp>

namespace sluice {

/// A collection of `T`. With one parameter it is the type-erased form, to which every handle
/// converts.
///
/// Its operators: ops/narrow_ops.hpp, shape_ops.hpp, key_ops.hpp, join_ops.hpp, rdd_control.hpp,
/// rdd_ops.hpp, rdd_actions.hpp.
template <class T, class Pipe>
class rdd : public ops::rdd_actions<T, Pipe> {
  using base = ops::rdd_actions<T, Pipe>;

 public:
  explicit rdd(detail::position<Pipe> at) : base{std::move(at)} {}

  /// Erases the fused steps of `other`.
  template <class OtherPipe>
    requires(is_identity<Pipe> && !is_identity<OtherPipe>)
  rdd(rdd<T, OtherPipe> const& other)  // NOLINT(google-explicit-constructor)
      : base{base::erased(other.position())} {}
};

namespace detail {

graph_ptr make_job_graph(session& services);

}  // namespace detail

/// An rdd over partitions that exist.
template <class T>
rdd<T> make_rdd(session& services, std::vector<partition> parts) {
  auto owner = detail::make_job_graph(services);
  auto n = parts.size();
  auto made = detail::make_node(owner->make_op("data"), {},
                                std::make_shared<kernels::data_kernel>(std::move(parts)), n);
  return rdd<T>{detail::position<identity_pipe<T>>{{std::move(owner), std::move(made), {}}, {}}};
}

}  // namespace sluice
