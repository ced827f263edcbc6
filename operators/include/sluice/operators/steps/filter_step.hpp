/// The step of `filter`: keeps the records for which the predicate holds.
#pragma once

#include <sluice/operators/steps/for_record.hpp>
#include <type_traits>

namespace sluice::steps {

template <class T, class F>
struct filter_step {
  static_assert(
      std::is_invocable_r_v<bool, F&, T const&>,
      "filter: the predicate cannot be called with a record of this stream, or its result "
      "is no bool");
  using value = T;

  op_ptr who;
  F f;

  template <class X, class Emit>
  void operator()(X&& record, Emit& emit) {
    for_record(who, record, [&] {
      if (std::invoke(f, std::as_const(record))) emit(std::forward<X>(record));
    });
  }
};

}  // namespace sluice::steps
