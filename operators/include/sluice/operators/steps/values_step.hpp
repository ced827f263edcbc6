/// The steps of `map_values` and `flat_map_values`: the key passes, the value changes.
#pragma once

#include <algorithm>  // for the concepts of ranges; <ranges> is slow to compile
#include <sluice/operators/steps/for_record.hpp>
#include <type_traits>
#include <utility>

namespace sluice::steps {

template <class K, class V, class F>
struct map_values_step {
  static_assert(std::is_invocable_v<F&, V const&>,
                "map_values: the function cannot be called with the value of this stream's pairs");
  using value = std::pair<K, std::remove_cvref_t<std::invoke_result_t<F&, V const&>>>;

  op_ptr who;
  F f;

  template <class X, class Emit>
  void operator()(X&& record, Emit& emit) {
    for_record(who, record, [&] {
      auto result = std::invoke(f, std::as_const(record).second);
      emit(value(std::forward<X>(record).first, std::move(result)));
    });
  }
};

template <class K, class V, class F>
struct flat_map_values_step {
  using range = std::invoke_result_t<F&, V const&>;
  static_assert(std::ranges::input_range<range>,
                "flat_map_values: the function must return a range of new values");
  using value = std::pair<K, std::ranges::range_value_t<range>>;

  op_ptr who;
  F f;

  template <class X, class Emit>
  void operator()(X&& record, Emit& emit) {
    for_record(who, record, [&] {
      for (auto&& result : std::invoke(f, std::as_const(record).second))
        emit(value(record.first, result));
    });
  }
};

}  // namespace sluice::steps
