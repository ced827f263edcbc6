/// `dstream<T>`: a stream of batches, and the operators on it.
///
/// Thread rule: handles are values for the thread that builds. Promise: building runs nothing;
/// every mistake that can be seen while building throws `usage_error` at the call.
#pragma once

#include <algorithm>
#include <iosfwd>
#include <sluice/operators/collected.hpp>
#include <sluice/operators/kernels/outputs.hpp>
#include <sluice/operators/rdd.hpp>
#include <sluice/operators/sink.hpp>
#include <sluice/operators/stream_ops.hpp>

namespace sluice {

namespace detail {

std::ostream& standard_output();
/// Checks and returns the node of `window(length, slide)`.
node_ptr make_window(graph& owner, op_ptr who, edge in, duration length,
                     std::optional<duration> slide);
void add_output(graph& owner, op_ptr who, edge in, std::shared_ptr<output_spec const> output);

}  // namespace detail

/// A stream of batches of `T`. With one parameter it is the type-erased form, to which every handle
/// converts; it costs one pass over the partition where it is made.
template <class T, class Pipe = identity_pipe<T>>
class dstream : public stream_ops<dstream, T, Pipe> {
  using base = stream_ops<dstream, T, Pipe>;

 public:
  explicit dstream(detail::position<Pipe> at) : base{std::move(at)} {}

  /// Erases the fused steps of `other`: they run once into the chunks of a node.
  template <class OtherPipe>
    requires(is_identity<Pipe> && !is_identity<OtherPipe>)
  dstream(dstream<T, OtherPipe> const& other)  // NOLINT(google-explicit-constructor)
      : base{erased(other.position())} {}

  /// Reduces every batch to one record.
  /// @shape   dstream<T> -> dstream<owned T>
  /// @emits   one record per batch
  /// @empty   an empty batch emits nothing
  /// @param   f  associative: (T, T) -> T
  /// @source  Spark reduce
  template <class F>
  auto reduce(F f) const {
    using out = owned_t<T>;
    static_assert(std::is_invocable_r_v<out, F&, out, out>,
                  "reduce: the function must combine two records into one: (T, T) -> T");
    auto who = this->at_.owner->make_op("reduce");
    edge in{this->at_.from, exchange::gather,
            kernels::make_edge(kernels::reduce_writer<Pipe, F>{who, this->at_.pipe, f},
                               this->at_.steps)};
    return this->template at_node<out>(
        who, {std::move(in)}, kernels::make_kernel(kernels::reduce_task<out, F>{who, std::move(f)}),
        1);
  }

  /// Counts the records of every batch.
  /// @shape   dstream<T> -> dstream<std::int64_t>
  /// @emits   one number per batch
  /// @empty   an empty batch emits 0
  /// @source  Spark count
  auto count() const {
    auto who = this->at_.owner->make_op("count");
    edge in{this->at_.from, exchange::gather,
            kernels::make_edge(kernels::count_writer<Pipe>{this->at_.pipe}, this->at_.steps)};
    return this->template at_node<std::int64_t>(who, {std::move(in)},
                                                kernels::make_kernel(kernels::sum_task{}), 1);
  }

  /// Counts every distinct record of a batch.
  /// @shape   dstream<T> -> dstream<pair<owned T, std::int64_t>>
  /// @source  Spark countByValue
  auto count_by_value(std::size_t partitions = 0) const {
    return this->map([](T const& record) {
                 return std::pair<T, std::int64_t>{record, 1};
               })
        .reduce_by_key(std::plus<>{}, partitions);
  }

  /// The records of all batches with a time in `(t - length, t]`, every `slide`.
  /// @shape   dstream<T> -> dstream<owned T>, one output batch per slide
  /// @emits   oldest batch first; early windows are partial
  /// @empty   an empty input batch still moves the window
  /// @param   length  under a clock trigger a multiple of the parent's slide
  /// @param   slide   the same; default: the parent's slide. Without a clock the window is emitted
  ///                  with the first batch at or after each multiple of it
  /// @throws  usage_error while building if `length` or `slide` breaks that rule
  /// @cost    no copy of records; memory O(records in the window)
  /// @source  Spark window
  auto window(duration length, std::optional<duration> slide = {}) const {
    using out = owned_t<T>;
    auto who = this->at_.owner->make_op("window");
    auto made = detail::make_window(*this->at_.owner, who,
                                    detail::materialised_edge<out>(this->at_), length, slide);
    return dstream<out>{detail::position<identity_pipe<out>>{this->at_.owner, made, {}, {}}};
  }

  /// Prints the first `n` records of every batch as Spark does.
  /// @emits   rule, `Time: <ms> ms`, rule, up to n records, `...` if there are more, an empty line
  /// @source  Spark print
  void print(std::size_t n = 10) const { print(detail::standard_output(), n); }
  /// @param out  outlives the context
  void print(std::ostream& out, std::size_t n = 10) const {
    auto const enough = std::max(n, n + 1);  // one more tells whether there are more
    output("print", exchange::gather, kernels::show_writer<Pipe>{this->at_.pipe, enough},
           kernels::make_output<kernels::print_output>(&out, n));
  }

  /// Writes every batch as a directory `prefix-TIME_MS.suffix` of part files and `_SUCCESS`.
  /// @throws  usage_error if prefix and suffix are both empty
  /// @source  Spark saveAsTextFiles
  void save_as_text_files(std::string prefix, std::string suffix = {}) const {
    output("save_as_text_files", exchange::gather, kernels::text_writer<Pipe>{this->at_.pipe},
           this->at_.owner->services().text_files(std::move(prefix), std::move(suffix)));
  }

  /// Calls `f(rdd<T>)` or `f(rdd<T>, batch_time)` for every batch, in batch order.
  /// @empty   called for an empty batch too, not for an absent one
  /// @fails   a throwing function stops the stream, naming this operator
  /// @source  Spark foreachRDD
  template <class F>
  void foreach_rdd(F f) const {
    static_assert(std::is_invocable_v<F&, rdd<T>> || std::is_invocable_v<F&, rdd<T>, batch_time>,
                  "foreach_rdd: the function must take (rdd<T>) or (rdd<T>, batch_time)");
    auto* services = &this->at_.owner->services();
    auto call = [f = std::move(f), services](batch_ref const& batch,
                                             std::vector<partition> parts) mutable {
      auto records = make_rdd<T>(*services, std::move(parts));
      if constexpr (std::is_invocable_v<F&, rdd<T>, batch_time>)
        f(std::move(records), batch.time);
      else
        f(std::move(records));
    };
    auto who = this->at_.owner->make_op("foreach_rdd");
    auto in = detail::materialised_edge<T>(this->at_);
    in.kind = exchange::gather;
    detail::add_output(*this->at_.owner, who, std::move(in),
                       kernels::make_output<kernels::function_output>(
                           kernels::function_output::function{std::move(call)}));
  }

  /// Appends every batch to `target`.
  /// @throws  usage_error if there is no target
  void collect_into(std::shared_ptr<collected<owned_t<T>>> target) const {
    if (!target) throw usage_error{"collect_into: the target is null; hand over an object"};
    owned_output("collect_into",
                 kernels::make_output<kernels::collect_output<owned_t<T>>>(std::move(target)));
  }

  /// Hands every batch to a sink of the user's.
  /// @empty   an empty batch is handed over, an absent one is not
  /// @throws  usage_error if there is no sink
  void to(std::shared_ptr<sink<owned_t<T>>> target) const {
    if (!target) throw usage_error{"to: the sink is null; hand over an object"};
    owned_output("to", kernels::make_output<kernels::sink_output<owned_t<T>>>(std::move(target)));
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
  void output(char const* kind, exchange how, Writer writer,
              std::shared_ptr<output_spec const> spec) const {
    auto who = this->at_.owner->make_op(kind);
    detail::add_output(
        *this->at_.owner, who,
        {this->at_.from, how, kernels::make_edge(std::move(writer), this->at_.steps)},
        std::move(spec));
  }

  void owned_output(char const* kind, std::shared_ptr<output_spec const> spec) const {
    auto who = this->at_.owner->make_op(kind);
    auto in = detail::materialised_edge<owned_t<T>>(this->at_);
    in.kind = exchange::gather;
    detail::add_output(*this->at_.owner, who, std::move(in), std::move(spec));
  }
};

}  // namespace sluice
