/// The step of `map`: one record in, one record out.
#pragma once

#include <sluice/operators/steps/for_record.hpp>
#include <type_traits>

namespace sluice::steps {

template <class T, class F>
struct map_step {
  static_assert(std::is_invocable_v<F&, T const&>,
                "map: the function cannot be called with a record of this stream");
  using value = std::remove_cvref_t<std::invoke_result_t<F&, T const&>>;
  static_assert(!std::is_void_v<value>,
                "map: the function returns nothing; it must return a record");

  op_ptr who;
  F f;

  template <class X, class Emit>
  void operator()(X&& record, Emit& emit) {
    for_record(who, record, [&] { emit(std::invoke(f, std::forward<X>(record))); });
  }
};

}  // namespace sluice::steps
