/// Kernels that see a batch as a list of partitions: records whose type is `partition`.
///
/// Thread rule and promise: see kernel.hpp. Used where boundaries between partitions matter to one
/// task, as in `transform`, sorting or numbering.
#pragma once

#include <functional>
#include <sluice/operators/graph.hpp>
#include <sluice/operators/kernels/prototype.hpp>
#include <sluice/operators/kernels/writers.hpp>

namespace sluice {

/// A list of partitions is at rest as records, too; they are counted where they were made.
template <>
class chunk_of<partition> final : public chunk {
 public:
  explicit chunk_of(std::vector<partition> parts)
      : chunk{records_in(parts), bytes_in(parts)}, parts_{std::move(parts)} {}
  template <class F>
  void for_each(F&& f) const {
    for (auto const& part : parts_) f(part);
  }

 private:
  static std::size_t records_in(std::vector<partition> const& parts) {
    std::size_t n = 0;
    for (auto const& part : parts) n += part.records();
    return n;
  }
  static std::size_t bytes_in(std::vector<partition> const& parts) {
    std::size_t n = 0;
    for (auto const& part : parts) n += part.bytes();
    return n;
  }
  std::vector<partition> parts_;
};

namespace kernels {

/// Sends what the inner writer makes of a partition as one record.
template <class Writer>
class wrapping_writer final : public edge_writer {
 public:
  explicit wrapping_writer(Writer inner) : inner_{std::move(inner)} {}
  void bind(std::size_t partition_index) {
    if constexpr (requires(Writer & w) { w.bind(partition_index); }) inner_.bind(partition_index);
  }
  void write(partition const& in, std::span<partition> buckets) override {
    std::vector<partition> one(1);
    inner_.write(in, one);
    buckets[0].chunks.push_back(make_chunk(std::move(one)));
  }

 private:
  Writer inner_;
};

/// Gives partition i of a list to bucket i, modulo their number.
class spread_writer final : public edge_writer {
 public:
  void write(partition const& in, std::span<partition> buckets) override;
};

/// A batch, or an rdd, as its partitions.
using part_list = std::vector<partition>;

/// Applies a function to lists of partitions, one list per edge.
class parts_task final : public task {
 public:
  using function = std::function<part_list(batch_context const&, std::vector<part_list>)>;
  explicit parts_task(function f) : f_{std::move(f)} {}
  partition run(batch_context const& now, std::span<partition const> inputs) override;

 private:
  function f_;
};

}  // namespace kernels

namespace detail {

/// A node whose partitions `f` makes, in one task, of lists of partitions; the list's partition i
/// becomes partition i, modulo `partitions`.
node_ptr make_spread_node(op_ptr who, std::vector<edge> lists, kernels::parts_task::function f,
                          std::size_t partitions);

}  // namespace detail
}  // namespace sluice
