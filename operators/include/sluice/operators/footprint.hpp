/// How much memory records hold, for credit in bytes.
///
/// Thread rule: pure functions. Promise: exact for types without heap memory, a close estimate for
/// strings and nested containers, no walk over records whose size is known from the type.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace sluice {

/// Heap memory of one value beyond `sizeof`; specialise it for own types that hold much of it.
template <class T>
struct heap_footprint {
  static constexpr bool is_zero = true;
  static std::size_t of(T const&) { return 0; }
};

template <>
struct heap_footprint<std::string> {
  static constexpr bool is_zero = false;
  static std::size_t of(std::string const& s) {
    return s.capacity() > std::string{}.capacity() ? s.capacity() + 1 : 0;
  }
};

template <class T, class A>
struct heap_footprint<std::vector<T, A>> {
  static constexpr bool is_zero = false;
  static std::size_t of(std::vector<T, A> const& v) {
    auto sum = v.capacity() * sizeof(T);
    if constexpr (!heap_footprint<T>::is_zero)
      for (auto const& x : v) sum += heap_footprint<T>::of(x);
    return sum;
  }
};

template <class T>
struct heap_footprint<std::optional<T>> {
  static constexpr bool is_zero = heap_footprint<T>::is_zero;
  static std::size_t of(std::optional<T> const& o) { return o ? heap_footprint<T>::of(*o) : 0; }
};

template <class A, class B>
struct heap_footprint<std::pair<A, B>> {
  static constexpr bool is_zero = heap_footprint<A>::is_zero && heap_footprint<B>::is_zero;
  static std::size_t of(std::pair<A, B> const& p) {
    return heap_footprint<A>::of(p.first) + heap_footprint<B>::of(p.second);
  }
};

template <class... Ts>
struct heap_footprint<std::tuple<Ts...>> {
  static constexpr bool is_zero = (heap_footprint<Ts>::is_zero && ...);
  static std::size_t of(std::tuple<Ts...> const& t) {
    return std::apply(
        [](auto const&... x) {
          return (std::size_t{0} + ... + heap_footprint<std::remove_cvref_t<decltype(x)>>::of(x));
        },
        t);
  }
};

/// Bytes held by a vector of records.
template <class T>
std::size_t footprint_of(std::vector<T> const& records) {
  auto sum = records.size() * sizeof(T);
  if constexpr (!heap_footprint<T>::is_zero)
    for (auto const& r : records) sum += heap_footprint<T>::of(r);
  return sum;
}

}  // namespace sluice
