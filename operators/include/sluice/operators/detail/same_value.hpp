/// Whether a value has stayed what it was.
///
/// Thread rule: pure functions. Promise: what cannot be told counts as another value.
#pragma once

#include <cmath>
#include <concepts>
#include <sluice/operators/detail/codec_core.hpp>

namespace sluice::detail {

// A container has `==` whether or not its elements have one, so they are asked as well.
template <class T>
[[nodiscard]] consteval bool tells_equality();

template <class... Parts>
[[nodiscard]] consteval bool all_tell_equality(type_list<Parts...>) {
  return (tells_equality<std::remove_all_extents_t<Parts>>() && ...);
}

template <class T>
consteval bool tells_equality() {
  if constexpr (all_tell_equality(typename codec_parts<T>::type{}))
    return std::equality_comparable<T>;
  else
    return false;
}

/// By `==` where the type and all its parts have one.
template <class T>
[[nodiscard]] bool same_value(T const& a, T const& b) {
  if constexpr (std::floating_point<T>)
    return a == b && std::signbit(a) == std::signbit(b);
  else if constexpr (tells_equality<T>())
    return a == b;
  else
    return false;
}

}  // namespace sluice::detail
