/// The steps of `flat_map`: one record in, any number out, as a range or through an emitter.
#pragma once

#include <algorithm>  // for the concepts of ranges; <ranges> is slow to compile
#include <sluice/operators/steps/emitted_type.hpp>
#include <sluice/operators/steps/for_record.hpp>
#include <type_traits>

namespace sluice::steps {

/// The function returns a range.
template <class T, class F>
struct flat_map_range_step {
  using range = std::invoke_result_t<F&, T const&>;
  using value = std::ranges::range_value_t<range>;

  op_ptr who;
  F f;

  template <class X, class Emit>
  void operator()(X&& record, Emit& emit) {
    constexpr bool owns = !std::is_reference_v<range> && !std::ranges::view<range>;
    for_record(who, record, [&] {
      for (auto&& result : std::invoke(f, std::forward<X>(record))) {
        if constexpr (owns && std::is_lvalue_reference_v<decltype(result)>)
          emit(value(std::move(result)));
        else
          emit(value(result));
      }
    });
  }
};

/// The function takes `(record, emit)` and calls `emit` for each result.
template <class T, class U, class F>
struct flat_map_emit_step {
  using value = U;

  op_ptr who;
  F f;

  template <class X, class Emit>
  void operator()(X&& record, Emit& emit) {
    auto emit_as_value = [&emit]<class R>(R&& result) {
      if constexpr (std::is_same_v<std::remove_cvref_t<R>, U>)
        emit(std::forward<R>(result));
      else
        emit(U(std::forward<R>(result)));
    };
    for_record(who, record, [&] { std::invoke(f, std::forward<X>(record), emit_as_value); });
  }
};

template <class T, class F>
inline constexpr bool returns_range = [] {
  if constexpr (std::is_invocable_v<F&, T const&>)
    return std::ranges::input_range<std::invoke_result_t<F&, T const&>>;
  else
    return false;
}();

/// Picks the form; `U` is the emitted type, void if it has to be found.
template <class U, class T, class F>
auto make_flat_map_step(op_ptr who, F f) {
  if constexpr (returns_range<T, F>) {
    return flat_map_range_step<T, F>{std::move(who), std::move(f)};
  } else if constexpr (!std::is_void_v<U>) {
    return flat_map_emit_step<T, U, F>{std::move(who), std::move(f)};
  } else {
    using found = emitted_t<F, T>;
    static_assert(
        !std::is_void_v<found>,
        "flat_map: the function must return a range or take (record, emit); if the emitted "
        "type cannot be found, say it: flat_map<U>(f)");
    return flat_map_emit_step<T, found, F>{std::move(who), std::move(f)};
  }
}

}  // namespace sluice::steps
