/// What a record becomes when it has to outlive its batch.
///
/// Thread rule: pure functions, safe everywhere. Promise: an owned value refers to no block; where
/// a type is owned already, `to_owned` is a copy of an lvalue and a move of an rvalue, nothing
/// else.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace sluice {

/// Says how a type is owned; specialise it for a view type of your own.
///
/// A specialisation has a member `type`, which must be owned itself, and
/// `static type own(T const&)`; an overload `own(T&&)` is used for rvalues where there is one.
/// The unspecialised template says: `T` owns what it refers to.
///
/// ```cpp
/// template <>
/// struct sluice::owned_type<token_view> {
///   using type = token;
///   static token own(token_view const& view) { return token{view}; }
/// };
/// ```
template <class T>
struct owned_type {
  using type = T;
};

/// The owned form of `T`: `string_view` is `string`, applied through pair, tuple, optional, vector,
/// array and variant; every other type is itself, without reference and const.
template <class T>
using owned_t = typename owned_type<std::decay_t<T>>::type;

/// A type whose values may outlive their batch as they are.
template <class T>
concept owned = std::same_as<T, owned_t<T>>;

namespace detail {

/// An owned argument as it came, or the owned form of a view: spares a move on the way into a
/// container.
template <class T>
[[nodiscard]] constexpr decltype(auto) own_or_forward(T&& value) {
  if constexpr (owned<std::decay_t<T>>)
    return std::forward<T>(value);
  else
    return owned_type<std::decay_t<T>>::own(std::forward<T>(value));
}

template <class Result, class Source, std::size_t... Is>
[[nodiscard]] constexpr Result own_elements(Source&& source, std::index_sequence<Is...>) {
  return Result{own_or_forward(std::get<Is>(std::forward<Source>(source)))...};
}

}  // namespace detail

/// Converts `value` to its owned form; an lvalue is copied, an rvalue that is owned already is
/// moved.
template <class T>
[[nodiscard]] constexpr owned_t<T> to_owned(T&& value) {
  return detail::own_or_forward(std::forward<T>(value));
}

template <class Char, class Traits>
struct owned_type<std::basic_string_view<Char, Traits>> {
  using type = std::basic_string<Char, Traits>;

  [[nodiscard]] static constexpr type own(std::basic_string_view<Char, Traits> view) {
    return type(view);
  }
};

/// A C string is a view as well: `std::pair{"even", 1}` is keyed by its text, not by an address.
template <>
struct owned_type<char const*> {
  using type = std::string;

  [[nodiscard]] static constexpr type own(char const* text) { return type(text); }
};

template <>
struct owned_type<char*> : owned_type<char const*> {};

template <class T, std::size_t Extent>
struct owned_type<std::span<T, Extent>> {
  using type = std::vector<owned_t<T>>;

  [[nodiscard]] static constexpr type own(std::span<T, Extent> view) {
    type result;
    result.reserve(view.size());
    for (auto const& element : view) result.push_back(detail::own_or_forward(element));
    return result;
  }
};

template <class First, class Second>
struct owned_type<std::pair<First, Second>> {
  using type = std::pair<owned_t<First>, owned_t<Second>>;

  template <class Source>
  [[nodiscard]] static constexpr type own(Source&& source) {
    return detail::own_elements<type>(std::forward<Source>(source), std::index_sequence<0, 1>{});
  }
};

template <class... Ts>
struct owned_type<std::tuple<Ts...>> {
  using type = std::tuple<owned_t<Ts>...>;

  template <class Source>
  [[nodiscard]] static constexpr type own(Source&& source) {
    return detail::own_elements<type>(std::forward<Source>(source),
                                      std::index_sequence_for<Ts...>{});
  }
};

template <class T>
struct owned_type<std::optional<T>> {
  using type = std::optional<owned_t<T>>;

  template <class Source>
  [[nodiscard]] static constexpr type own(Source&& source) {
    if (!source) return std::nullopt;
    return type(std::in_place, detail::own_or_forward(*std::forward<Source>(source)));
  }
};

template <class T, class Allocator>
struct owned_type<std::vector<T, Allocator>> {
  /// A vector of owned elements keeps its allocator, because nothing is rebuilt.
  using type = std::conditional_t<owned<T>, std::vector<T, Allocator>, std::vector<owned_t<T>>>;

  template <class Source>
  [[nodiscard]] static constexpr type own(Source&& source) {
    type result;
    result.reserve(source.size());
    for (auto&& element : source) {
      if constexpr (std::is_lvalue_reference_v<Source>)
        result.push_back(detail::own_or_forward(element));
      else
        result.push_back(detail::own_or_forward(std::move(element)));
    }
    return result;
  }
};

template <class T, std::size_t N>
struct owned_type<std::array<T, N>> {
  using type = std::array<owned_t<T>, N>;

  template <class Source>
  [[nodiscard]] static constexpr type own(Source&& source) {
    return detail::own_elements<type>(std::forward<Source>(source), std::make_index_sequence<N>{});
  }
};

template <class... Ts>
struct owned_type<std::variant<Ts...>> {
  using type = std::variant<owned_t<Ts>...>;

  /// Keeps the index, so `variant<string, string_view>` does not forget which of the two it held.
  template <class Source>
  [[nodiscard]] static constexpr type own(Source&& source) {
    return own_from<0>(std::forward<Source>(source));
  }

 private:
  template <std::size_t I, class Source>
  [[nodiscard]] static constexpr type own_from(Source&& source) {
    if constexpr (I + 1 < sizeof...(Ts)) {
      if (source.index() != I) return own_from<I + 1>(std::forward<Source>(source));
    }
    return type(std::in_place_index<I>,
                detail::own_or_forward(std::get<I>(std::forward<Source>(source))));
  }
};

}  // namespace sluice
