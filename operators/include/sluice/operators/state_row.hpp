/// What the form of `update_state_by_key` for whole partitions sees of a key.
///
/// Thread rule: used by the call it is handed to, never kept.
#pragma once

#include <optional>
#include <span>
#include <tuple>
#include <type_traits>

namespace sluice {

/// A key that has state or records of the batch.
template <class K, class V, class S>
struct state_row {
  K const& key;
  std::span<V const> values;  ///< of the batch, in the order of their arrival
  std::optional<S> before;    ///< may be moved from
};

namespace detail {

template <class T>
struct row_state {
  using type = void;
};
template <class K, class V, class S>
struct row_state<std::span<state_row<K, V, S>>> {
  using type = S;
};

template <class... Args>
struct last_of {
  using type = void;
};
template <class First, class... Rest>
struct last_of<First, Rest...> {
  using type = std::tuple_element_t<sizeof...(Rest), std::tuple<First, Rest...>>;
};

template <class F>
struct rows_of_call {
  using type = void;
};
template <class F>
  requires requires { &F::operator(); }
struct rows_of_call<F> : rows_of_call<decltype(&F::operator())> {};
template <class R, class... Args>
struct rows_of_call<R(Args...)> : row_state<typename last_of<Args...>::type> {};
template <class R, class... Args>
struct rows_of_call<R (*)(Args...)> : rows_of_call<R(Args...)> {};
template <class R, class C, class... Args>
struct rows_of_call<R (C::*)(Args...)> : rows_of_call<R(Args...)> {};
template <class R, class C, class... Args>
struct rows_of_call<R (C::*)(Args...) const> : rows_of_call<R(Args...)> {};
template <class R, class C, class... Args>
struct rows_of_call<R (C::*)(Args...) noexcept> : rows_of_call<R(Args...)> {};
template <class R, class C, class... Args>
struct rows_of_call<R (C::*)(Args...) const noexcept> : rows_of_call<R(Args...)> {};

/// The state in the rows that `F` takes; void if its last parameter is no `span<state_row>`.
template <class F>
using rows_state = typename rows_of_call<F>::type;

}  // namespace detail
}  // namespace sluice
