/// `rdd<T>`: a distributed collection with the same operators as a stream, run by its actions.
///
/// Thread rule: handles are values; an action may be called by any thread and blocks it until the
/// job is done. Promise: lazy; the same kernels as a stream's stages do the work.
#pragma once

#include <sluice/operators/kernels/outputs.hpp>
#include <sluice/operators/stream_ops.hpp>

namespace sluice {

template <class T, class Pipe>
class rdd;

namespace detail {

/// Runs the job whose only output is fed by `in`. @return one partition per upstream partition
std::vector<partition> run_job(graph& owner, char const* action, edge in);
graph_ptr make_job_graph(session& services);

}  // namespace detail

template <class T, class Pipe = identity_pipe<T>>
class rdd : public stream_ops<rdd, T, Pipe> {
  using base = stream_ops<rdd, T, Pipe>;

 public:
  explicit rdd(detail::position<Pipe> at) : base{std::move(at)} {}

  /// Erases the fused steps of `other`.
  template <class OtherPipe>
    requires(is_identity<Pipe> && !is_identity<OtherPipe>)
  rdd(rdd<T, OtherPipe> const& other)  // NOLINT(google-explicit-constructor)
      : base{erased(other.position())} {}

  std::size_t num_partitions() const { return this->at_.from->partitions; }

  /// All records, in the order of partitions.
  std::vector<owned_t<T>> collect() const {
    auto parts = run("collect", kernels::materialise_writer<Pipe, owned_t<T>>{this->at_.pipe});
    return kernels::concat<owned_t<T>>(parts);
  }

  /// How many records there are.
  std::int64_t count() const {
    std::int64_t n = 0;
    for (auto const& part : run("count", kernels::count_writer<Pipe>{this->at_.pipe}))
      for_each_record<std::int64_t>(part, [&](std::int64_t x) { n += x; });
    return n;
  }

  /// The first `n` records in the order of partitions, fewer if there are fewer.
  std::vector<owned_t<T>> take(std::size_t n) const {
    auto all =
        kernels::concat<owned_t<T>>(run("take", kernels::take_writer<Pipe>{this->at_.pipe, n}));
    if (all.size() > n) all.erase(all.begin() + static_cast<std::ptrdiff_t>(n), all.end());
    return all;
  }

  /// Combines all records into one.
  /// @param f  associative: (T, T) -> T
  /// @throws usage_error if there is no record
  template <class F>
  owned_t<T> reduce(F f) const {
    using out = owned_t<T>;
    auto who = this->at_.owner->make_op("reduce");
    edge in{this->at_.from, exchange::gather,
            kernels::make_edge(kernels::reduce_writer<Pipe, F>{who, this->at_.pipe, f},
                               this->at_.steps)};
    auto made =
        detail::make_node(who, {std::move(in)},
                          kernels::make_kernel(kernels::reduce_task<out, F>{who, std::move(f)}), 1);
    auto result = kernels::concat<out>(
        detail::run_job(*this->at_.owner, "reduce",
                        {made, exchange::gather, kernels::make_edge(kernels::pass_writer{}, {})}));
    if (result.empty()) throw usage_error{"reduce: the rdd is empty; check count() first"};
    return std::move(result.front());
  }

  /// Calls `f` for every record, for its effect; partitions may run at the same time.
  template <class F>
  void foreach (F f) const {
    auto who = this->at_.owner->make_op("foreach");
    run("foreach", kernels::foreach_writer<Pipe, F>{who, this->at_.pipe, std::move(f)});
  }

  /// Writes a new directory with one part file per partition and `_SUCCESS`.
  /// @throws runtime_failure if the directory exists or cannot be written
  void save_as_text_file(std::string const& path) const {
    auto parts = run("save_as_text_file", kernels::text_writer<Pipe>{this->at_.pipe});
    this->at_.owner->services().save_text(path, parts);
  }

 private:
  template <class OtherPipe>
  static detail::position<Pipe> erased(detail::position<OtherPipe> const& at) {
    auto who = at.owner->make_op("erase");
    auto made = detail::make_node(who, {detail::materialised_edge<T>(at)},
                                  kernels::make_kernel(kernels::pass_task{}), at.from->partitions);
    return {at.owner, made, {}, {}};
  }

  template <class Writer>
  std::vector<partition> run(char const* action, Writer writer) const {
    return detail::run_job(
        *this->at_.owner, action,
        {this->at_.from, exchange::gather, kernels::make_edge(std::move(writer), this->at_.steps)});
  }
};

/// An rdd over partitions that exist.
template <class T>
rdd<T> make_rdd(session& services, std::vector<partition> parts) {
  auto owner = detail::make_job_graph(services);
  auto who = owner->make_op("data");
  auto n = parts.size();
  auto made =
      detail::make_node(who, {}, std::make_shared<kernels::data_kernel>(std::move(parts)), n);
  return rdd<T>{detail::position<identity_pipe<T>>{owner, made, {}, {}}};
}

/// Slices a vector into `partitions` contiguous runs.
template <class T>
std::vector<partition> slice_vector(std::vector<T> records, std::size_t partitions) {
  std::vector<partition> parts(partitions);
  auto const n = records.size();
  for (std::size_t p = 0; p != partitions; ++p) {
    auto const from = n * p / partitions;
    auto const to = n * (p + 1) / partitions;
    if (from == to) continue;
    std::vector<T> slice;
    slice.reserve(to - from);
    for (auto i = from; i != to; ++i) slice.push_back(std::move(records[i]));
    parts[p].chunks.push_back(make_chunk(std::move(slice)));
  }
  return parts;
}

}  // namespace sluice
