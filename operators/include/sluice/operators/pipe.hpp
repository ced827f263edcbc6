/// Pipes: narrow operators composed at compile time into one inlined loop body.
///
/// A pipe turns one record of its `source` type into any number of records of its `value` type,
/// handed to `emit`. Thread rule: every task runs its own copy. Promise: no virtual call, no
/// allocation and no intermediate record container between two steps.
#pragma once

#include <optional>
#include <sluice/operators/chunk.hpp>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace sluice {

/// True for types that own no memory another record could point into: numbers, views and
/// compositions of them.
template <class T>
struct borrows_only : std::is_trivially_copyable<T> {};
template <class A, class B>
struct borrows_only<std::pair<A, B>> : std::conjunction<borrows_only<A>, borrows_only<B>> {};
template <class... Ts>
struct borrows_only<std::tuple<Ts...>> : std::conjunction<borrows_only<Ts>...> {};
template <class T>
struct borrows_only<std::optional<T>> : borrows_only<T> {};

/// The empty pipe: records as they stand in their chunk.
template <class T>
struct identity_pipe {
  using source = T;
  using value = T;
  /// True if a view in an emitted record points into memory that lives as long as the batch, not
  /// into a temporary of an earlier step.
  static constexpr bool stable = true;

  template <class Emit>
  void operator()(T const& record, Emit&& emit) {
    emit(record);
  }
};

template <class Pipe>
inline constexpr bool is_identity = false;
template <class T>
inline constexpr bool is_identity<identity_pipe<T>> = true;

/// Hands what an earlier step emits to `step`. Named, where a lambda would do: the name of a lambda
/// repeats its enclosing function's types, so that debug information doubles with every step.
template <class Step, class Emit>
struct into_step {
  Step& step;
  Emit& emit;

  template <class X>
  void operator()(X&& x) const {
    step(std::forward<X>(x), emit);
  }
};

/// `Previous`, then one more step. A step has a `value` type and `(record, emit)`.
template <class Previous, class Step>
struct chained_pipe {
  using source = typename Previous::source;
  using value = typename Step::value;
  static constexpr bool stable = Previous::stable && borrows_only<value>::value;

  Previous previous;
  Step step;

  template <class Emit>
  void operator()(source const& record, Emit&& emit) {
    previous(record, into_step<Step, std::remove_reference_t<Emit>>{step, emit});
  }
};

/// Runs a pipe over the records of a partition in one loop.
/// @param emit  called with each result
template <class Pipe, class Emit>
void run_pipe(Pipe& pipe, partition const& in, Emit&& emit) {
  for_each_record<typename Pipe::source>(in, [&](auto const& record) { pipe(record, emit); });
}

}  // namespace sluice
