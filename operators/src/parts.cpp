#include <sluice/operators/kernels/basic.hpp>
#include <sluice/operators/kernels/parts.hpp>
#include <sluice/operators/ops/core.hpp>

namespace sluice::kernels {

void spread_writer::write(partition const& in, std::span<partition> buckets) {
  std::size_t next = 0;
  for_each_record<partition>(
      in, [&](partition const& part) { buckets[next++ % buckets.size()].append(part); });
}

partition parts_task::run(batch_context const& now, std::span<partition const> inputs) {
  std::vector<part_list> lists(inputs.size());
  for (std::size_t i = 0; i != inputs.size(); ++i)
    for_each_record<partition>(inputs[i], [&](partition const& part) { lists[i].push_back(part); });
  partition out;
  out.chunks.push_back(make_chunk(f_(now, std::move(lists))));
  return out;
}

}  // namespace sluice::kernels

namespace sluice::detail {

node_ptr make_spread_node(op_ptr who, std::vector<edge> lists, kernels::parts_task::function f,
                          std::size_t partitions) {
  auto made =
      make_node(who, std::move(lists), kernels::make_kernel(kernels::parts_task{std::move(f)}), 1);
  edge out{made, exchange::rebalance, kernels::make_edge(kernels::spread_writer{}, {})};
  return make_node(who, {std::move(out)}, kernels::make_pass_kernel(), partitions);
}

}  // namespace sluice::detail
