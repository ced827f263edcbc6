/// The shapes of record types that hash, show, codec and footprint treat alike.
///
/// Compile time only. Promise: recognises std types by their names and members, so that no
/// container's header has to be included for the sake of one that may never be used.
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

namespace sluice::detail {

template <class T, template <class...> class Template>
inline constexpr bool is_specialization = false;
template <template <class...> class Template, class... Args>
inline constexpr bool is_specialization<Template<Args...>, Template> = true;

template <class T>
concept pair_shape = is_specialization<T, std::pair>;
template <class T>
concept tuple_shape = is_specialization<T, std::tuple>;
template <class T>
concept optional_shape = is_specialization<T, std::optional>;
template <class T>
concept variant_shape = is_specialization<T, std::variant>;
template <class T>
concept vector_shape = is_specialization<T, std::vector>;

template <class T>
inline constexpr bool is_array = false;
template <class T, std::size_t N>
inline constexpr bool is_array<std::array<T, N>> = true;
template <class T>
concept array_shape = is_array<T>;

template <class T>
inline constexpr bool is_span = false;
template <class T, std::size_t Extent>
inline constexpr bool is_span<std::span<T, Extent>> = true;
template <class T>
concept span_shape = is_span<T>;

/// Text in any of its forms: the string, a view of it, a C string.
template <class T>
inline constexpr bool is_text = false;
template <class Char, class Traits, class Allocator>
inline constexpr bool is_text<std::basic_string<Char, Traits, Allocator>> = true;
template <class Char, class Traits>
inline constexpr bool is_text<std::basic_string_view<Char, Traits>> = true;
template <>
inline constexpr bool is_text<char const*> = true;
template <>
inline constexpr bool is_text<char*> = true;
template <class T>
concept text_shape = is_text<T>;

/// A view of any text, without a copy.
template <class Char, class Traits, class Allocator>
[[nodiscard]] constexpr auto text_of(
    std::basic_string<Char, Traits, Allocator> const& text) noexcept {
  return std::basic_string_view<Char, Traits>(text);
}
template <class Char, class Traits>
[[nodiscard]] constexpr auto text_of(std::basic_string_view<Char, Traits> text) noexcept {
  return text;
}
[[nodiscard]] constexpr std::string_view text_of(char const* text) noexcept { return text; }

/// Text of plain `char`, as most text is.
template <class T>
concept char_text = text_shape<T> && requires(T const& value) {
  { text_of(value) } -> std::same_as<std::string_view>;
};

/// Elements one after the other, in vector, array or a view of either.
template <class T>
concept sequence_shape = vector_shape<T> || array_shape<T> || span_shape<T>;

/// `std::chrono::duration` and what behaves like it.
template <class T>
concept duration_shape = requires(T const& value) {
  typename T::rep;
  typename T::period;
  T::period::num;
  { value.count() } -> std::same_as<typename T::rep>;
};

/// `std::chrono::time_point` and what behaves like it.
template <class T>
concept time_point_shape = requires(T const& value) {
  typename T::clock;
  typename T::duration;
  { value.time_since_epoch() } -> std::same_as<typename T::duration>;
};

/// What hashes, compares and prints by where it lies, which no two processes agree about.
template <class T>
concept address_like = std::is_pointer_v<T> || std::is_member_pointer_v<T> ||
    std::is_null_pointer_v<T> || requires(T const& value) {
  typename T::element_type;
  { value.get() } -> std::convertible_to<void const volatile*>;
};

}  // namespace sluice::detail
