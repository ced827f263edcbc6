/// Operators of streams on whole batches.
#pragma once

#include <functional>
#include <sluice/operators/kernels/folds.hpp>
#include <sluice/operators/kernels/parts.hpp>
#include <sluice/operators/ops/join_ops.hpp>
#include <sluice/operators/rdd.hpp>

namespace sluice::ops {

/// What `f(rdd..., batch_time)` or `f(rdd...)` returns.
template <class F, class... Rdds>
decltype(auto) call_with_batch(F& f, batch_time now, Rdds&&... rdds) {
  if constexpr (std::is_invocable_v<F&, Rdds..., batch_time>)
    return std::invoke(f, std::forward<Rdds>(rdds)..., now);
  else
    return std::invoke(f, std::forward<Rdds>(rdds)...);
}

template <class T, class Pipe>
class batch_ops : public join_ops<dstream, T, Pipe> {
  using base = join_ops<dstream, T, Pipe>;

 public:
  /// Reduces every batch to one record.
  /// @shape   dstream<T> -> dstream<owned T>
  /// @emits   one record per batch
  /// @empty   an empty batch emits nothing
  /// @param   f  associative: (T, T) -> T
  /// @fails   as `map`
  /// @cost    partitions are reduced side by side, then their results by one task
  /// @source  Spark reduce
  /// @example auto longest = words.reduce([](auto a, auto b) { return std::max(a, b); });
  template <class F>
  auto reduce(F f) const {
    using out = owned_t<T>;
    static_assert(std::is_invocable_r_v<out, F&, out, out>,
                  "reduce: the function must combine two records into one: (T, T) -> T");
    auto who = this->op("reduce");
    auto in =
        this->leave(exchange::gather, kernels::reduce_writer<Pipe, F>{who, this->at_.pipe, f});
    return this->template at_node<out>(
        who, {std::move(in)}, kernels::make_kernel(kernels::reduce_task<out, F>{who, std::move(f)}),
        1);
  }

  /// Counts the records of every batch.
  /// @shape   dstream<T> -> dstream<std::int64_t>
  /// @emits   one number per batch
  /// @empty   an empty batch emits 0
  /// @fails   never by itself; it calls no function
  /// @cost    without fused steps no record is read
  /// @source  Spark count
  /// @example auto per_batch = words.count();
  auto count() const {
    auto in = this->leave(exchange::gather, kernels::count_writer<Pipe>{this->at_.pipe});
    return this->template at_node<std::int64_t>(this->op("count"), {std::move(in)},
                                                kernels::make_kernel(kernels::sum_task{}), 1);
  }

  /// Counts every distinct record of a batch.
  /// @shape   dstream<T> -> dstream<pair<owned T, std::int64_t>>
  /// @emits   as `reduce_by_key`
  /// @empty   empty stays empty
  /// @param   partitions  of the result; 0 for the context's parallelism
  /// @fails   never by itself; it calls no function
  /// @cost    as `reduce_by_key`
  /// @source  Spark countByValue; differs: the order is fixed for the same input and parallelism
  /// @example auto frequencies = words.count_by_value();
  auto count_by_value(std::size_t partitions = 0) const {
    return this->map([](T const& record) {
                 return std::pair<T, std::int64_t>{record, 1};
               })
        .reduce_by_key(std::plus<>{}, partitions);
  }

  /// Computes every batch once for all that use the handle, owns its records and remembers them.
  /// @shape   dstream<T> -> dstream<owned T>
  /// @emits   the records in their order
  /// @empty   empty stays empty
  /// @fails   never by itself; it calls no function
  /// @cost    memory O(records of the batches that `slice` can give), those within
  ///          `options.storage.memory`; without it a handle that is used twice recomputes its fused
  ///          steps
  /// @source  Spark cache; differs: records are not serialized; use the handle that is returned
  /// @example auto upper = words.map(to_upper).cache();
  ///          upper.print();
  ///          upper.count().print();
  [[nodiscard]] auto cache() const { return keeping("cache", storage_level::memory_only); }
  /// Computes every batch once and remembers it in memory, as `cache`.
  /// @shape   dstream<T> -> dstream<owned T>
  /// @emits   the records in their order
  /// @empty   empty stays empty
  /// @fails   never by itself; it calls no function
  /// @cost    as `cache`
  /// @source  Spark persist; differs: as `cache`
  /// @example auto kept = words.persist();
  [[nodiscard]] auto persist() const { return keeping("persist", storage_level::memory_only); }
  /// Computes every batch once and remembers it where `level` says.
  /// @param   level  memory, disk or both; the least recently used partitions have to go first
  /// @throws  usage_error if the level is `none`
  /// @fails   never by itself; what disk does not take, or gives back damaged, is gone for `slice`,
  ///          logged and counted in `streaming_context::storage()`
  /// @cost    as `cache`; disk O(records that are there), each encoded once
  /// @example auto kept = words.persist(storage_level::memory_and_disk);
  [[nodiscard]] auto persist(storage_level level) const {
    static_assert(has_codec<T>,
                  "persist(level) may write records to disk, and this type has no codec: use "
                  "cache(), or give it one (specialise sluice::codec, or describe its members by "
                  "BOOST_DESCRIBE_CLASS)");
    detail::check_level(level);
    return keeping("persist", level, &partition_codec_of<owned_t<T>>::value);
  }

  /// Has the context make checkpoints at least so often, so that no more than `interval` of this
  /// stream has to be done again after the process has ended.
  /// @shape   dstream<T> -> dstream<T>
  /// @emits   the records as they are
  /// @empty   empty stays empty
  /// @param   interval  at least the stream's slide, and a multiple of it; the shortest that was
  ///          asked for counts, `options.checkpoints.interval` included
  /// @throws  usage_error if `interval` breaks the rule above
  /// @fails   as `options.checkpoints` says
  /// @cost    a checkpoint writes what states have changed, and a slice of the rest
  /// @source  Spark checkpoint; differs: a checkpoint is of the whole stream
  /// @example auto often = words.checkpoint(5s);
  auto checkpoint(duration interval) const {
    detail::ask_for_checkpoints(*this->at_.owner, *this->at_.from, interval);
    return static_cast<dstream<T, Pipe> const&>(*this);
  }

  /// The committed batches of a time span, as rdds. Any thread may call it while the stream runs.
  /// @shape   dstream<T>, from, to -> std::vector<rdd<T>>
  /// @emits   the batches with from <= time <= to in the order of their times, both floored to the
  ///          stream's slide, counted from the start of the stream
  /// @empty   an empty batch is an empty rdd; a time without a batch, or not after the start, is
  ///          skipped
  /// @param   from  the first time
  /// @param   to  the last time
  /// @throws  usage_error before `start`, on a handle that `cache` or `persist` did not return, and
  ///          if a batch is older than the stream remembers (see `streaming_context::remember`);
  ///          runtime_failure if there was no room for one, naming the remedy
  /// @fails   never by itself; it calls no function
  /// @cost    reads what is on disk; memory O(records of the batches given)
  /// @source  Spark slice; differs: batches that are not there yet are left out instead of
  /// computed,
  ///          and the stream must be kept
  /// @example auto kept = words.cache();
  ///          kept.print();
  ///          ssc.start();
  ///          batch_time const now = std::chrono::time_point_cast<duration>(
  ///              std::chrono::system_clock::now());
  ///          for (auto const& batch : kept.slice(now - 10s, now)) std::cout << batch.count();
  std::vector<rdd<T>> slice(batch_time from, batch_time to) const {
    std::vector<rdd<T>> batches;
    for (auto& parts : detail::slice(this->at_, from, to))
      batches.push_back(make_rdd<T>(this->at_.owner->services(), std::move(parts)));
    return batches;
  }

  /// Replaces every batch by the rdd that `f(rdd<T>)` or `f(rdd<T>, batch_time)` makes of it.
  /// @shape   dstream<T> -> dstream<owned U>
  /// @emits   the records of the rdd; its partition i becomes partition i, modulo the context's
  ///          parallelism
  /// @empty   f is called for an empty batch too
  /// @param   f  (rdd<T>) or (rdd<T>, batch_time) -> an rdd
  /// @fails   a throwing function fails the batch, naming this operator
  /// @cost    f runs once per batch in one task; what it builds runs there too
  /// @source  Spark transform; differs: f runs with the batch, not when its job is made
  /// @example auto sorted = words.transform([](rdd<std::string> const& batch) {
  ///            return batch.sort_by([](std::string const& word) { return word; });
  ///          });
  template <class F>
  auto transform(F f) const {
    return transformed("transform", std::move(f), *static_cast<dstream<T, Pipe> const*>(this));
  }

  /// Replaces the batches of both streams by the rdd that `f(rdd<T>, rdd<U>)` makes of them;
  /// `f` may take the batch time as third argument.
  /// @shape   dstream<T>, dstream<U> -> dstream<owned V>
  /// @emits   as `transform`
  /// @empty   a side without a batch is an empty rdd
  /// @param   f  (rdd<T>, rdd<U>) or (rdd<T>, rdd<U>, batch_time) -> an rdd
  /// @throws  usage_error if the other stream belongs to another context or has another slide
  /// @fails   as `transform`
  /// @cost    as `transform`
  /// @source  Spark transformWith; differs: an absent side is no error
  /// @example auto fresh = words.transform_with(
  ///              more_words, [](rdd<std::string> const& a, rdd<std::string> const& b) {
  ///                return a.subtract(b);
  ///              });
  template <class U, class OtherPipe, class F>
  auto transform_with(dstream<U, OtherPipe> const& other, F f) const {
    this->check_meets(other.position(), "transform_with");
    return transformed("transform_with", std::move(f), *static_cast<dstream<T, Pipe> const*>(this),
                       other);
  }

  /// @internal
  /// The edge on which the batches of `in` travel as lists of partitions.
  template <class U, class OtherPipe>
  static edge listed(dstream<U, OtherPipe> const& in) {
    auto const& at = in.position();
    auto list = [&](auto writer) {
      return edge{at.from, exchange::gather,
                  kernels::make_edge(kernels::wrapping_writer{std::move(writer)}, at.steps)};
    };
    if constexpr (is_identity<OtherPipe>)
      return list(kernels::pass_writer{});
    else
      return list(kernels::materialise_writer<OtherPipe, U>{at.pipe});
  }

 protected:
  using base::base;

 private:
  auto keeping(char const* kind, storage_level level,
               partition_codec const* codec = nullptr) const {
    return this->template on<owned_t<T>>(detail::make_remembering_node(
        *this->at_.owner, this->op(kind), detail::materialised_edge<owned_t<T>>(this->at_), level,
        codec));
  }

  template <class F, class... Ts, class... Pipes>
  auto transformed(char const* kind, F f, dstream<Ts, Pipes> const&... in) const {
    static_assert(
        std::is_invocable_v<F&, rdd<Ts>..., batch_time> || std::is_invocable_v<F&, rdd<Ts>...>,
        "transform: the function must take one rdd per stream, and may take batch_time last");
    using result = decltype(call_with_batch(f, batch_time{}, std::declval<rdd<Ts>>()...));
    using out = owned_t<typename std::remove_cvref_t<result>::value_type>;
    auto who = this->op(kind);
    auto* services = &this->at_.owner->services();
    auto call = [who, services, f = std::move(f)](batch_context const& now,
                                                  std::vector<kernels::part_list> lists) mutable {
      return [&]<std::size_t... Is>(std::index_sequence<Is...>) {
        auto build = [&] {
          return call_with_batch(f, now.batch.time,
                                 make_rdd<Ts>(*services, std::move(lists[Is]))...);
        };
        return call_user(who, build).collect_partitions();
      }
      (std::index_sequence_for<Ts...>{});
    };
    return this->template on<out>(detail::make_spread_node(
        who, {listed(in)...}, std::move(call), this->at_.owner->services().parallelism()));
  }
};

}  // namespace sluice::ops
