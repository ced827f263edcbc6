/// Kernels that turn a batch into one record: reduce and count.
#pragma once

#include <cstdint>
#include <optional>
#include <sluice/operators/kernels/prototype.hpp>
#include <sluice/operators/owned.hpp>
#include <sluice/operators/pipe.hpp>
#include <type_traits>

namespace sluice::kernels {

/// Folds `record` into what has been reduced so far.
template <class T, class F, class X>
void fold_into(std::optional<T>& so_far, op_ptr const& who, F& f, X&& record) {
  if (so_far)
    *so_far = call_user(who, f, std::move(*so_far), to_owned(std::forward<X>(record)));
  else
    so_far = to_owned(std::forward<X>(record));
}

template <class T>
void push_if_any(partition& out, std::optional<T>&& result) {
  if (result) {
    std::vector<T> one;
    one.push_back(std::move(*result));
    out.chunks.push_back(make_chunk(std::move(one)));
  }
}

/// Reduces a partition to at most one record.
template <class Pipe, class F>
class reduce_writer final : public edge_writer {
 public:
  reduce_writer(op_ptr who, Pipe pipe, F f)
      : who_{std::move(who)}, pipe_{std::move(pipe)}, f_{std::move(f)} {}

  void write(partition const& in, std::span<partition> buckets) override {
    push_if_any(buckets[0], reduced(in));
  }

 private:
  using source = typename Pipe::source;
  using out = owned_t<typename Pipe::value>;
  // Two locals instead of an optional: compilers keep those in registers during a loop.
  static constexpr bool as_locals =
      std::is_trivially_copyable_v<out> && std::is_default_constructible_v<out>;
  struct locals {
    out so_far{};
    bool any = false;
  };

  std::optional<out> reduced(partition const& in) {
    if constexpr (as_locals) {
      locals total;
      for (auto const& c : in.chunks) fold(static_cast<chunk_of<source> const&>(*c), total);
      return total.any ? std::optional<out>{total.so_far} : std::nullopt;
    } else {
      std::optional<out> result;
      run_pipe(pipe_, in,
               [&](auto&& x) { fold_into(result, who_, f_, std::forward<decltype(x)>(x)); });
      return result;
    }
  }

  // Once there is something to fold into, the loop need not ask: it becomes vector instructions.
  void fold(chunk_of<source> const& records, locals& total) {
    if constexpr (requires { records.all(); }) {
      auto rest = records.all();
      for (; !total.any && !rest.empty(); rest = rest.subspan(1))
        fold_each<false>([&](auto&& take) { take(rest.front()); }, total);
      if (total.any)
        fold_each<true>(
            [&](auto&& take) {
              for (auto const& record : rest) take(record);
            },
            total);
    } else {
      fold_each<false>([&](auto&& take) { records.for_each(take); }, total);
    }
  }
  template <bool Begun, class Each>
  [[gnu::always_inline]] void fold_each(Each each, locals& total) {
    auto so_far = total.so_far;
    bool any = total.any;
    each([&](source const& record) {
      pipe_(record, [&](auto&& x) {
        if constexpr (Begun) {
          so_far = call_user(who_, f_, out(so_far), to_owned(x));
        } else {
          so_far = any ? out(call_user(who_, f_, out(so_far), to_owned(x))) : out(to_owned(x));
          any = true;
        }
      });
    });
    total = {so_far, any};
  }

  op_ptr who_;
  Pipe pipe_;
  F f_;
};

/// Reduces the partial results of all partitions.
template <class T, class F>
class reduce_task final : public task {
 public:
  reduce_task(op_ptr who, F f) : who_{std::move(who)}, f_{std::move(f)} {}

  partition run(batch_context const&, std::span<partition const> inputs) override {
    std::optional<T> result;
    for_each_record<T>(inputs[0], [&](T const& x) { fold_into(result, who_, f_, x); });
    partition out;
    push_if_any(out, std::move(result));
    return out;
  }

 private:
  op_ptr who_;
  F f_;
};

/// Counts a partition; an identity pipe counts without reading the records.
template <class Pipe>
class count_writer final : public edge_writer {
 public:
  explicit count_writer(Pipe pipe) : pipe_{std::move(pipe)} {}

  void write(partition const& in, std::span<partition> buckets) override {
    std::int64_t n = 0;
    if constexpr (is_identity<Pipe>)
      n = static_cast<std::int64_t>(in.records());
    else
      run_pipe(pipe_, in, [&](auto&&) { ++n; });
    buckets[0].chunks.push_back(make_chunk(std::vector{n}));
  }

 private:
  Pipe pipe_;
};

/// Adds partial counts: one number for every batch, 0 for an empty one.
class sum_task final : public task {
 public:
  partition run(batch_context const& now, std::span<partition const> inputs) override;
};

}  // namespace sluice::kernels
