/// Codecs of what is made of other values: pair, tuple, optional, variant, containers, arrays.
///
/// Thread rule: pure functions. Promise: no memory is taken on the word of a length: a count is
/// checked against the bytes that remain before the first element is read.
#pragma once

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <sluice/operators/detail/codec_core.hpp>
#include <sluice/operators/detail/codec_values.hpp>
#include <sluice/operators/detail/shape.hpp>
#include <sluice/operators/error.hpp>
#include <string>
#include <type_traits>
#include <utility>

namespace sluice {

/// Whether a container is written as the list of its elements. So it is with those of the standard
/// library and of Boost; specialise it as true for one of your own that holds nothing else.
template <class T>
inline constexpr bool encode_as_list =
    detail::type_name<T>().starts_with("std::") || detail::type_name<T>().starts_with("boost::");

namespace detail {

template <class T>
struct record_of : record_layout<type_list<>> {};
template <class First, class Second>
struct record_of<std::pair<First, Second>>
    : record_layout<type_list<std::remove_const_t<First>, std::remove_const_t<Second>>> {};
template <class... Ts>
struct record_of<std::tuple<Ts...>> : record_layout<type_list<std::remove_cvref_t<Ts>...>> {};

template <class T>
concept encodable_record = (pair_shape<T> || tuple_shape<T>)&&record_of<T>::is_encodable;

/// Containers that can be filled, and how: at the end, or where an element belongs.
template <class T>
concept growing_list = requires(T& list, typename T::value_type&& element) {
  list.begin() == list.end();
  list.push_back(std::move(element));
  { list.size() } -> std::convertible_to<std::size_t>;
};
template <class T>
concept keyed_set = requires(T& set, typename T::value_type&& element) {
  typename T::key_type;
  set.insert(set.end(), std::move(element));
  { set.size() } -> std::convertible_to<std::size_t>;
};
template <class T>
concept keyed_map = keyed_set<T> && requires {
  typename T::mapped_type;
};

template <class T>
struct element_of : std::type_identity<typename T::value_type> {};
template <keyed_map T>
struct element_of<T>
    : std::type_identity<std::pair<typename T::key_type, typename T::mapped_type>> {};
template <span_shape T>
struct element_of<T> : std::type_identity<std::remove_cv_t<typename T::value_type>> {};

template <class T>
using element_t = typename element_of<T>::type;

template <class T>
concept listed_container = (growing_list<T> || keyed_set<T>)&&encode_as_list<T> && !char_text<T>;

template <class T>
concept encodable_list = (listed_container<T> || span_shape<T>)&&encodable<element_t<T>>;

/// Elements that lie in memory as they lie in bytes.
template <class T>
concept plain_memory = fixed_width<T> &&
    (sizeof(T) == 1 || std::endian::native == std::endian::little);
template <class T>
concept plain_memory_list = plain_memory<element_t<T>> && requires(T& list) {
  { list.data() } -> std::convertible_to<void const*>;
};

/// Writes one element of a list. The count of a list is checked by its elements' least size, so
/// an element that took no bytes could be written but not read back.
template <class T>
void encode_element(byte_writer& out, T const& element) {
  auto const before = out.size();
  codec<T>::encode(out, element);
  if constexpr (!requires { codec<T>::min_size; }) {
    if (out.size() == before)
      throw usage_error("the codec of " + std::string{type_name<T>()} +
                        " wrote no bytes: an element of a list takes one byte at least");
  }
}

template <class T>
[[nodiscard]] T read_list(byte_reader& in, std::size_t count) {
  using element = element_t<T>;
  T result;
  if constexpr (plain_memory_list<T> && growing_list<T>) {
    auto const bytes = in.get_bytes(count * sizeof(element), type_name<T>());
    result.resize(count);
    if (count != 0) std::memcpy(result.data(), bytes.data(), bytes.size());
  } else if constexpr (growing_list<T>) {
    // Elements may be larger in memory than in bytes: what is reserved ahead has a limit.
    constexpr std::size_t ahead =
        std::max<std::size_t>(1, (std::size_t{1} << 20U) / sizeof(element));
    if constexpr (requires { result.reserve(count); }) result.reserve(std::min(count, ahead));
    for (std::size_t i = 0; i != count; ++i) result.push_back(codec<element>::decode(in));
  } else {
    for (std::size_t i = 0; i != count; ++i)
      result.insert(result.end(), codec<element>::decode(in));
    if (result.size() != count) in.fail(type_name<T>(), "a key occurs twice");
  }
  return result;
}

template <std::size_t I, class T>
[[nodiscard]] T read_alternative(byte_reader& in, std::uint64_t index) {
  if constexpr (I == std::variant_size_v<T>) {
    in.fail(type_name<T>(), "there is no alternative " + std::to_string(index));
  } else {
    if (index == I)
      return T(std::in_place_index<I>, codec<std::variant_alternative_t<I, T>>::decode(in));
    return read_alternative<I + 1, T>(in, index);
  }
}

}  // namespace detail

template <detail::encodable_record T>
struct codec<T> : detail::codec_defaults {
  using layout = detail::record_of<T>;
  static constexpr std::size_t min_size = layout::min_size();
  static constexpr std::uint64_t fingerprint = layout::fingerprint();

  static void encode(byte_writer& out, T const& value) {
    std::apply([&out](auto const&... part) { layout::encode(out, part...); }, value);
  }

  [[nodiscard]] static T decode(byte_reader& in) requires layout::is_decodable {
    layout::expect_empty(in, detail::type_name<T>());
    return [&in]<std::size_t... Is>(std::index_sequence<Is...>) {
      return T{codec<std::remove_cvref_t<std::tuple_element_t<Is, T>>>::decode(in)...};
    }
    (std::make_index_sequence<std::tuple_size_v<T>>{});
  }
};

template <encodable T>
struct codec<std::optional<T>> : detail::codec_defaults {
  static constexpr std::size_t min_size = 1;
  static constexpr std::uint64_t fingerprint =
      detail::fingerprint_of("optional", detail::fingerprint_of_type<T>());

  static void encode(byte_writer& out, std::optional<T> const& value) {
    codec<bool>::encode(out, value.has_value());
    if (value) codec<T>::encode(out, *value);
  }

  [[nodiscard]] static std::optional<T> decode(byte_reader& in) requires decodable<T> {
    if (!codec<bool>::decode(in)) return std::nullopt;
    return codec<T>::decode(in);
  }
};

template <encodable... Ts>
struct codec<std::variant<Ts...>> : detail::codec_defaults {
  static constexpr std::size_t min_size = 1 + std::min({detail::min_size_of<Ts>()...});
  static constexpr std::uint64_t fingerprint =
      detail::fingerprint_of("variant", detail::fingerprint_of_type<Ts>()...);

  static void encode(byte_writer& out, std::variant<Ts...> const& value) {
    if (value.valueless_by_exception())
      throw usage_error("a variant that lost its value by an exception cannot be encoded");
    out.put_varint(value.index());
    std::visit([&out]<class T>(T const& held) { codec<T>::encode(out, held); }, value);
  }

  [[nodiscard]] static std::variant<Ts...> decode(byte_reader& in) requires(decodable<Ts>&&...) {
    using type = std::variant<Ts...>;
    return detail::read_alternative<0, type>(in, in.get_varint(detail::type_name<type>()));
  }
};

template <detail::encodable_list T>
struct codec<T> : detail::codec_defaults {
  using element = detail::element_t<T>;
  static constexpr std::size_t min_size = 1;
  static constexpr std::uint64_t fingerprint = detail::fingerprint_of(
      detail::keyed_set<T> ? "set" : "list", detail::fingerprint_of_type<element>());

  static void encode(byte_writer& out, T const& value) {
    out.put_varint(value.size());
    if constexpr (detail::plain_memory_list<T>) {
      out.put_bytes(std::as_bytes(std::span{value.data(), value.size()}));
    } else {
      for (auto const& each : value) detail::encode_element<element>(out, each);
    }
  }

  [[nodiscard]] static T decode(byte_reader& in) requires(
      detail::listed_container<T>&& decodable<element>) {
    auto const count = in.get_count(detail::min_size_of<element>(), detail::type_name<T>());
    return detail::read_list<T>(in, count);
  }
};

template <encodable T, std::size_t N>
struct codec<std::array<T, N>> : detail::codec_defaults {
  static constexpr std::size_t min_size = N == 0 ? 1 : N * detail::min_size_of<T>();
  static constexpr std::uint64_t fingerprint =
      detail::fingerprint_of("array", detail::fingerprint_of_type<T>(), N);

  static void encode(byte_writer& out, std::array<T, N> const& value) {
    if constexpr (N == 0) out.put_byte(0);
    for (auto const& element : value) codec<T>::encode(out, element);
  }

  [[nodiscard]] static std::array<T, N> decode(byte_reader& in) requires decodable<T> {
    if constexpr (N == 0)
      detail::record_layout<detail::type_list<>>::expect_empty(
          in, detail::type_name<std::array<T, N>>());
    return [&in]<std::size_t... Is>(std::index_sequence<Is...>) {
      return std::array<T, N>{((void)Is, codec<T>::decode(in))...};
    }
    (std::make_index_sequence<N>{});
  }
};

/// An array in a struct: written like `std::array`, read by its struct.
template <encodable T, std::size_t N>
struct codec<T[N]> : detail::codec_defaults {
  static constexpr std::size_t min_size = N * detail::min_size_of<T>();
  static constexpr std::uint64_t fingerprint =
      detail::fingerprint_of("array", detail::fingerprint_of_type<T>(), N);

  static void encode(byte_writer& out, T const (&value)[N]) {
    for (auto const& element : value) codec<T>::encode(out, element);
  }
};

template <>
struct codec<std::monostate> : detail::codec_defaults {
  using layout = detail::record_layout<detail::type_list<>>;
  static constexpr std::size_t min_size = layout::min_size();
  static constexpr std::uint64_t fingerprint = layout::fingerprint();

  static void encode(byte_writer& out, std::monostate) { layout::encode(out); }

  [[nodiscard]] static std::monostate decode(byte_reader& in) {
    layout::expect_empty(in, "std::monostate");
    return {};
  }
};

namespace detail {

template <class First, class Second>
struct codec_parts<std::pair<First, Second>> : std::type_identity<type_list<First, Second>> {};
template <class... Ts>
struct codec_parts<std::tuple<Ts...>> : std::type_identity<type_list<Ts...>> {};
template <class T>
struct codec_parts<std::optional<T>> : std::type_identity<type_list<T>> {};
template <class... Ts>
struct codec_parts<std::variant<Ts...>> : std::type_identity<type_list<Ts...>> {};
template <class T>
  requires(listed_container<T> || span_shape<T> || array_shape<T>)
struct codec_parts<T> : std::type_identity<type_list<element_t<T>>> {};

}  // namespace detail
}  // namespace sluice
