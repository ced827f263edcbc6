/// The hash of a value, built from the hashes of its parts.
///
/// Thread rule: pure functions. Promise: the view form and the owned form of a value have one hash.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <sluice/operators/detail/mix.hpp>
#include <sluice/operators/detail/plain_struct.hpp>
#include <sluice/operators/detail/shape.hpp>
#include <sluice/operators/owned.hpp>

namespace sluice::detail {

/// How a value of type `T` continues the hash `seed`: a chain, so that a tuple costs what its
/// elements cost. `usable` says whether it can.
template <class T>
struct hash_of;

template <class T>
inline constexpr bool is_hashable = hash_of<std::remove_cvref_t<T>>::usable;

template <class T>
[[nodiscard]] std::uint64_t hash_from(std::uint64_t seed, T const& value) {
  return hash_of<T>::from(seed, value);
}

namespace adl {

void hash_value() = delete;  // keeps ordinary lookup from finding anything else

template <class T>
concept has_hash_value = requires(T const& value) {
  { hash_value(value) } -> std::convertible_to<std::size_t>;
};

template <class T>
[[nodiscard]] std::size_t call_hash_value(T const& value) {
  return hash_value(value);
}

}  // namespace adl

template <class T>
concept has_std_hash = requires(std::hash<T> const& hash, T const& value) {
  { hash(value) } -> std::convertible_to<std::size_t>;
};

/// A type that brings a hash of its own also brings its own `==`.
template <class T>
concept own_hash =
    !address_like<T> && (adl::has_hash_value<T> || has_std_hash<T>)&&std::equality_comparable<T>;

/// A view type of a user without a hash of its own has that of its owned form, for which it is
/// converted each time: a `hash_value` for both forms spares that.
template <class T>
concept view_key = !own_hash<T> && !owned<T>;

/// A plain struct without a hash of its own is the tuple of its fields.
template <class T>
concept struct_key = !address_like<T> && !own_hash<T> && !view_key<T> && plain_struct<T>;

template <class T>
struct hash_of {
  [[nodiscard]] static consteval bool is_usable() {
    if constexpr (own_hash<T>)
      return true;
    else if constexpr (view_key<T>)
      return is_hashable<owned_t<T>>;
    else if constexpr (struct_key<T>)
      return []<class... Fields>(type_list<Fields...>) {
        return (is_hashable<Fields> && ...);
      }(field_list<T>{});
    else
      return false;
  }
  static constexpr bool usable = is_usable();

  [[nodiscard]] static std::uint64_t from(std::uint64_t seed, T const& value) {
    if constexpr (adl::has_hash_value<T>)
      return mix_word(seed, adl::call_hash_value(value));
    else if constexpr (own_hash<T>)
      return mix_word(seed, std::hash<T>{}(value));
    else if constexpr (view_key<T>)
      return hash_from(seed, to_owned(value));
    else
      return with_fields(value, [seed](auto const&... field) mutable {
        ((seed = hash_from(seed, field)), ...);
        return seed;
      });
  }
};

template <class T>
  requires(std::is_integral_v<T> || std::is_enum_v<T>)
struct hash_of<T> {
  static constexpr bool usable = true;
  [[nodiscard]] static constexpr std::uint64_t from(std::uint64_t seed, T value) noexcept {
    return mix_word(seed, static_cast<std::uint64_t>(value));
  }
};

template <std::floating_point T>
struct hash_of<T> {
  static constexpr bool usable = true;
  /// Both zeros are one key, and so are all NaNs: a key that did not equal itself could be inserted
  /// for ever and never be found.
  [[nodiscard]] static constexpr std::uint64_t from(std::uint64_t seed, T value) noexcept {
    if (value != value) return mix_word(seed, mix_c);
    auto const bits = std::bit_cast<std::uint64_t>(static_cast<double>(value) + 0.0);
    // Numbers of few digits differ in their high bits only, which one product spreads too little.
    return mix_word(seed, bits ^ (bits >> 32U));
  }
};

template <text_shape T>
struct hash_of<T> {
  static constexpr bool usable = true;
  [[nodiscard]] static std::uint64_t from(std::uint64_t seed, T const& value) noexcept {
    auto const text = text_of(value);
    return mix_bytes(seed, reinterpret_cast<char const*>(text.data()),
                     text.size() * sizeof(*text.data()));
  }
};

template <duration_shape T>
struct hash_of<T> {
  static constexpr bool usable = is_hashable<typename T::rep>;
  [[nodiscard]] static std::uint64_t from(std::uint64_t seed, T const& value) {
    return hash_from(seed, value.count());
  }
};

template <time_point_shape T>
struct hash_of<T> {
  static constexpr bool usable = is_hashable<typename T::duration>;
  [[nodiscard]] static std::uint64_t from(std::uint64_t seed, T const& value) {
    return hash_from(seed, value.time_since_epoch());
  }
};

template <class First, class Second>
struct hash_of<std::pair<First, Second>> {
  static constexpr bool usable = is_hashable<First> && is_hashable<Second>;
  [[nodiscard]] static std::uint64_t from(std::uint64_t seed,
                                          std::pair<First, Second> const& value) {
    return hash_from(hash_from(seed, value.first), value.second);
  }
};

template <class... Ts>
struct hash_of<std::tuple<Ts...>> {
  static constexpr bool usable = (is_hashable<Ts> && ...);
  [[nodiscard]] static std::uint64_t from(std::uint64_t seed, std::tuple<Ts...> const& value) {
    auto chain = [seed](auto const&... element) mutable {
      ((seed = hash_from(seed, element)), ...);
      return seed;
    };
    return std::apply(chain, value);
  }
};

template <class T>
struct hash_of<std::optional<T>> {
  static constexpr bool usable = is_hashable<T>;
  [[nodiscard]] static std::uint64_t from(std::uint64_t seed, std::optional<T> const& value) {
    return value ? hash_from(seed ^ mix_b, *value) : mix_word(seed, mix_c);
  }
};

template <class... Ts>
struct hash_of<std::variant<Ts...>> {
  static constexpr bool usable = (is_hashable<Ts> && ...);
  [[nodiscard]] static std::uint64_t from(std::uint64_t seed, std::variant<Ts...> const& value) {
    seed = mix_word(seed, value.index());
    if (value.valueless_by_exception()) return seed;
    return std::visit([seed](auto const& held) { return hash_from(seed, held); }, value);
  }
};

template <sequence_shape T>
struct hash_of<T> {
  static constexpr bool usable = is_hashable<typename T::value_type>;
  [[nodiscard]] static std::uint64_t from(std::uint64_t seed, T const& value) {
    for (auto const& element : value) seed = hash_from<typename T::value_type>(seed, element);
    // Where one list ends and the next begins is part of the value; an array always ends there.
    return array_shape<T> ? seed : mix_word(seed, value.size());
  }
};

/// An array in a struct. It may be text without an end, so all its elements count.
template <class T, std::size_t N>
struct hash_of<T[N]> {
  static constexpr bool usable = is_hashable<T>;
  [[nodiscard]] static std::uint64_t from(std::uint64_t seed, T const (&value)[N]) {
    for (auto const& element : value) seed = hash_from(seed, element);
    return seed;
  }
};

}  // namespace sluice::detail
