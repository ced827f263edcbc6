/// Outputs of streams: where batches leave, in batch order, when they are committed.
#pragma once

#include <algorithm>
#include <iosfwd>
#include <sluice/operators/collected.hpp>
#include <sluice/operators/kernels/outputs.hpp>
#include <sluice/operators/ops/state_ops.hpp>
#include <sluice/operators/sink.hpp>

namespace sluice {

namespace detail {

std::ostream& standard_output();
void add_output(graph& owner, op_ptr who, edge in, std::shared_ptr<output_spec const> output);

}  // namespace detail

namespace ops {

template <class T, class Pipe>
class output_ops : public state_ops<T, Pipe> {
  using base = state_ops<T, Pipe>;

 public:
  /// Prints the first `n` records of every batch as Spark does.
  /// @shape   dstream<T> -> text on a stream, standard output if none is given
  /// @emits   rule, `Time: <ms> ms`, rule, up to n records, `...` if there are more, an empty line
  /// @empty   an empty batch prints its head only, an absent one nothing
  /// @param   n  records at most
  /// @fails   never by itself; it calls no function
  /// @cost    no more than n + 1 records of a partition are made into text
  /// @source  Spark print; differs: it can print to any stream
  /// @example words.print();
  ///          words.print(std::cerr, 3);
  void print(std::size_t n = 10) const { print(detail::standard_output(), n); }
  /// @param   out  outlives the context
  /// @param   n  records at most
  void print(std::ostream& out, std::size_t n = 10) const {
    auto const enough = std::max(n, n + 1);  // one more tells whether there are more
    output("print",
           this->leave(exchange::gather, kernels::show_writer<Pipe>{this->at_.pipe, enough}),
           kernels::make_print_output(out, n));
  }

  /// Writes every batch as a directory `prefix-TIME_MS.suffix` of part files and `_SUCCESS`.
  /// @shape   dstream<T> -> directories, one per batch
  /// @emits   one line per record, one part file per partition
  /// @empty   an empty batch makes a directory too, an absent one does not
  /// @param   prefix  path before the time; without one the directory is named by time and suffix
  /// @param   suffix  without one the directory's name has none
  /// @throws  usage_error if prefix and suffix are both empty
  /// @fails   a directory that cannot be written stops the stream; a batch that is written again
  ///          leaves its directory as it is if that is complete, and otherwise replaces the files.
  ///          Who reads directories with `_SUCCESS` only, finds each batch exactly once
  /// @source  Spark saveAsTextFiles
  /// @example words.save_as_text_files("words", "txt");
  void save_as_text_files(std::string prefix, std::string suffix = {}) const {
    output("save_as_text_files",
           this->leave(exchange::gather, kernels::text_writer<Pipe>{this->at_.pipe}),
           this->at_.owner->services().text_files(std::move(prefix), std::move(suffix)));
  }

  /// Calls `f(rdd<T>)` or `f(rdd<T>, batch_time)` for every batch, in batch order.
  /// @shape   dstream<T> -> calls of f
  /// @emits   nothing by itself; f may run jobs on the rdd
  /// @empty   called for an empty batch too, not for an absent one
  /// @param   f  (rdd<T>) or (rdd<T>, batch_time)
  /// @fails   a throwing function stops the stream, naming this operator
  /// @cost    the batch is computed once, however often f reads the rdd
  /// @source  Spark foreachRDD; differs: a second use of the rdd recomputes nothing
  /// @example words.foreach_rdd([](rdd<std::string> const& batch, batch_time) {
  ///            std::cout << batch.count() << " words\n";
  ///          });
  template <class F>
  void foreach_rdd(F f) const {
    static_assert(std::is_invocable_v<F&, rdd<T>> || std::is_invocable_v<F&, rdd<T>, batch_time>,
                  "foreach_rdd: the function must take (rdd<T>) or (rdd<T>, batch_time)");
    auto* services = &this->at_.owner->services();
    auto call = [f = std::move(f), services](batch_ref const& batch,
                                             std::vector<partition> parts) mutable {
      call_with_batch(f, batch.time, make_rdd<T>(*services, std::move(parts)));
    };
    output("foreach_rdd", gathered<T>(),
           kernels::make_output<kernels::function_output>(
               kernels::function_output::function{std::move(call)}));
  }

  /// Appends every batch to `target`.
  /// @shape   dstream<T> -> collected<owned T>
  /// @emits   one entry per batch, visible once the batch has committed
  /// @empty   an empty batch is an empty entry, an absent one is none
  /// @param   target  may be read while the stream runs
  /// @throws  usage_error if there is no target
  /// @fails   never by itself; it calls no function
  /// @cost    memory O(records of all batches); for tests and small results
  /// @source  none in Spark
  /// @example auto seen = std::make_shared<collected<std::string>>();
  ///          words.collect_into(seen);
  void collect_into(std::shared_ptr<collected<owned_t<T>>> target) const {
    if (!target) throw usage_error{"collect_into: the target is null; hand over an object"};
    output("collect_into", gathered<owned_t<T>>(),
           kernels::make_output<kernels::collect_output<owned_t<T>>>(std::move(target)));
  }

  /// Hands every batch to a sink of the user's.
  /// @shape   dstream<T> -> sink<owned T>
  /// @emits   `prepare`, then `commit` in batch order, per batch
  /// @empty   an empty batch is handed over, an absent one is not
  /// @param   target  may hear the same batch twice after a failure
  /// @throws  usage_error if there is no sink
  /// @fails   a sink that throws stops the stream
  /// @source  none in Spark; differs: there foreachRDD is used for it
  /// @example words.to(std::make_shared<my_sink>());
  void to(std::shared_ptr<sink<owned_t<T>>> target) const {
    if (!target) throw usage_error{"to: the sink is null; hand over an object"};
    output("to", gathered<owned_t<T>>(),
           kernels::make_output<kernels::sink_output<owned_t<T>>>(std::move(target)));
  }

 protected:
  using base::base;

 private:
  template <class Out>
  edge gathered() const {
    auto in = detail::materialised_edge<Out>(this->at_);
    in.kind = exchange::gather;
    return in;
  }
  void output(char const* kind, edge in, std::shared_ptr<output_spec const> spec) const {
    detail::add_output(*this->at_.owner, this->op(kind), std::move(in), std::move(spec));
  }
};

}  // namespace ops
}  // namespace sluice
