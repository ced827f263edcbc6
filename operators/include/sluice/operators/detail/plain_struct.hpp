/// Plain structs as lists of their fields.
///
/// Compile time only. Promise: asking whether a type is a plain struct is never an error, whatever
/// the type is. Boost.PFR promises less: a base class or an array member stops the compiler, and a
/// `std::array` of strings crashes g++ 12.
#pragma once

#include <concepts>
#include <cstddef>
#include <sluice/operators/detail/struct_bindings.hpp>
#include <type_traits>
#include <utility>

namespace sluice::detail {

/// Converts to every base class of `T`; an aggregate that takes it first has a base.
template <class T>
struct as_base_of {
  template <class Base>
    requires(std::is_base_of_v<Base, T> && !std::same_as<Base, T>)
  operator Base&() const;  // NOLINT(google-explicit-constructor): the conversion is the question
};

/// Converts to the type of any field of `T`.
template <class T>
struct as_field_of {
  template <class Field>
    requires(!std::same_as<Field, T> && !std::same_as<Field, as_field_of> &&
             std::is_copy_constructible_v<Field>)
  operator Field&() const;  // NOLINT(google-explicit-constructor)
  template <class Field>
    requires(!std::same_as<Field, T> && !std::same_as<Field, as_field_of> &&
             !std::is_copy_constructible_v<Field>)
  operator Field&&() const;  // NOLINT(google-explicit-constructor)
};

template <class T, std::size_t>
using field_probe = as_field_of<T>;

/// Where counting ends: an array member of more elements than this is a `std::array` in a plain
/// struct.
inline constexpr std::size_t max_initialisers = 128;

/// Whether `N` initialisers fit. An array member takes one for each element.
template <class T, std::size_t N>
[[nodiscard]] consteval bool takes_initialisers() {
  return []<std::size_t... Is>(std::index_sequence<Is...>) {
    return requires { T{field_probe<T, Is>{}...}; };
  }
  (std::make_index_sequence<N>{});
}

/// The largest number of initialisers that fit. The numbers that fit are an interval, which starts
/// above zero if a field cannot be left out. Zero stands for too many as well.
template <class T, std::size_t N = 0, bool Found = false>
[[nodiscard]] consteval std::size_t count_initialisers() {
  if constexpr (N > max_initialisers || (!Found && N > max_bindings))
    return 0;
  else if constexpr (takes_initialisers<T, N>())
    return count_initialisers<T, N + 1, true>();
  else if constexpr (Found)
    return N - 1;
  else
    return count_initialisers<T, N + 1, false>();
}

/// Whether two initialisers in braces fit behind `Before` others, with `After` more behind them.
template <class T, std::size_t Before, std::size_t After>
[[nodiscard]] consteval bool takes_braces_at() {
  return []<std::size_t... Is, std::size_t... Js>(std::index_sequence<Is...>,
                                                  std::index_sequence<Js...>) {
    using probe = as_field_of<T>;
    return requires { T{field_probe<T, Is>{}..., {probe{}, probe{}}, field_probe<T, Js>{}...}; };
  }
  (std::make_index_sequence<Before>{}, std::make_index_sequence<After>{});
}

/// How many of the `Count` initialisers of `T` belong to the field that starts at number `At`: two
/// in braces can stand for a whole array, and then fewer of the others find a field behind it.
template <class T, std::size_t Count, std::size_t At, std::size_t Extent = 1>
[[nodiscard]] consteval std::size_t field_extent() {
  if constexpr (At + Extent > Count)
    return 1;
  else if constexpr (takes_braces_at<T, At, Count - At - Extent>())
    return Extent;
  else if constexpr (takes_initialisers<T, 0>() && !takes_braces_at<T, At, 0>())
    return 1;  // neither an array nor a struct: the usual case, found without a search
  else
    return field_extent<T, Count, At, Extent + 1>();
}

template <class T, std::size_t Count, std::size_t At = 0>
[[nodiscard]] consteval std::size_t count_fields_from() {
  if constexpr (At >= Count)
    return 0;
  else
    return 1 + count_fields_from<T, Count, At + field_extent<T, Count, At>()>();
}

template <class T>
inline constexpr std::size_t field_count = count_fields_from<T, count_initialisers<T>()>();

template <class T>
concept aggregate_without_base =
    std::is_class_v<T> && std::is_aggregate_v<T> && !std::is_polymorphic_v<T> && !requires {
  T{as_base_of<T>{}};
};

/// A struct without constructors and bases, of at most `max_bindings` fields.
template <class T>
concept plain_struct = aggregate_without_base<T> &&(std::is_empty_v<T> || field_count<T> != 0) &&
                       field_count<T> <= max_bindings;

/// Calls `visit` with a reference to each field of `value`.
template <class T, class Visit>
  requires plain_struct<std::remove_const_t<T>>
constexpr decltype(auto) with_fields(T& value, Visit&& visit) {
  return with_bindings<field_count<std::remove_const_t<T>>>(value, std::forward<Visit>(visit));
}

template <class... Ts>
struct type_list {};

/// The types of the fields of a plain struct, without const and reference, as a `type_list`.
template <plain_struct T>
using field_list = decltype(with_fields(std::declval<T&>(), [](auto&... field) {
  return type_list<std::remove_cvref_t<decltype(field)>...>{};
}));

}  // namespace sluice::detail
