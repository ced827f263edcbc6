/// `dstream<T>`: a stream of batches, and the operators on it.
///
/// Thread rule: handles are values for the thread that builds. Promise: building runs nothing;
/// every mistake that can be seen while building throws `usage_error` at the call.
#pragma once

#include <sluice/operators/ops/output_ops.hpp>
#include <vector>

namespace sluice {

/// A stream of batches of `T`. With one parameter it is the type-erased form, to which every handle
/// converts; it costs one pass over the partition where it is made.
///
/// Its operators: ops/narrow_ops.hpp, shape_ops.hpp, key_ops.hpp, join_ops.hpp, batch_ops.hpp,
/// window_ops.hpp, state_ops.hpp, output_ops.hpp.
template <class T, class Pipe>
class dstream : public ops::output_ops<T, Pipe> {
  using base = ops::output_ops<T, Pipe>;

 public:
  explicit dstream(detail::position<Pipe> at) : base{std::move(at)} {}

  /// Erases the fused steps of `other`: they run once into the chunks of a node.
  template <class OtherPipe>
    requires(is_identity<Pipe> && !is_identity<OtherPipe>)
  dstream(dstream<T, OtherPipe> const& other)  // NOLINT(google-explicit-constructor)
      : base{base::erased(other.position())} {}
};

namespace ops {

/// See `streaming_context::union_of`.
template <class T>
dstream<T> union_all(std::vector<dstream<T>> const& streams) {
  if (streams.empty()) throw usage_error{"union_of: there is no stream; give at least one"};
  auto const& first = streams.front().position();
  std::vector<edge> inputs;
  std::size_t partitions = 1;
  for (auto const& one : streams) {
    streams.front().check_meets(one.position(), "union_of");
    inputs.push_back(detail::materialised_edge<T>(one.position()));
    partitions = std::max(partitions, one.position().from->partitions);
  }
  auto made = detail::make_node(first.owner->make_op("union_of"), std::move(inputs),
                                kernels::make_pass_kernel(), partitions);
  return dstream<T>{detail::position<identity_pipe<T>>{{first.owner, std::move(made), {}}, {}}};
}

/// See `streaming_context::transform_of`.
template <class T, class F>
auto transform_all(std::vector<dstream<T>> const& streams, F f) {
  using batches = std::vector<rdd<T>>;
  static_assert(
      std::is_invocable_v<F&, batches, batch_time> || std::is_invocable_v<F&, batches>,
      "transform_of: the function must take std::vector<rdd<T>>, and may take batch_time");
  using result = decltype(call_with_batch(f, batch_time{}, std::declval<batches>()));
  using out = owned_t<typename std::remove_cvref_t<result>::value_type>;
  if (streams.empty()) throw usage_error{"transform_of: there is no stream; give at least one"};
  auto const& owner = streams.front().position().owner;
  auto* const services = &owner->services();
  auto who = owner->make_op("transform_of");
  std::vector<edge> inputs;
  for (auto const& one : streams) {
    streams.front().check_meets(one.position(), "transform_of");
    inputs.push_back(streams.front().listed(one));
  }
  auto call = [who, services, f = std::move(f)](batch_context const& now,
                                                std::vector<kernels::part_list> lists) mutable {
    batches all;
    for (auto& list : lists) all.push_back(make_rdd<T>(*services, std::move(list)));
    auto build = [&] { return call_with_batch(f, now.batch.time, std::move(all)); };
    return call_user(who, build).collect_partitions();
  };
  auto made =
      detail::make_spread_node(who, std::move(inputs), std::move(call), services->parallelism());
  return dstream<out>{detail::position<identity_pipe<out>>{{owner, std::move(made), {}}, {}}};
}

}  // namespace ops
}  // namespace sluice
