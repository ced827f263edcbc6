/// The codec trait, its concepts, and what the codecs of this library share.
///
/// Thread rule: pure functions. Promise: what decides the bytes of a type decides its fingerprint.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <sluice/operators/byte_io.hpp>
#include <sluice/operators/detail/mix.hpp>
#include <sluice/operators/detail/plain_struct.hpp>
#include <sluice/operators/detail/type_name.hpp>
#include <string_view>
#include <type_traits>
#include <utility>

namespace sluice {

/// How a `T` becomes bytes and comes back; specialise it for a class of your own.
///
/// ```cpp
/// template <>
/// struct sluice::codec<money> {
///   static constexpr std::uint32_t version = 1;  // raise it whenever the bytes change
///   static void encode(byte_writer& out, money const& value) { sluice::encode(out, value.cents());
///   } static money decode(byte_reader& in) { return money{sluice::decode<long>(in)}; }
/// };
/// ```
///
/// A codec writes at least one byte. It may have a `static constexpr std::string_view name`, which
/// stands in the fingerprint for the name of the type and so survives renaming it. A type that
/// holds itself needs a codec of its own, which limits the depth that it accepts.
template <class T>
struct codec;

/// A type that can be written as bytes; a view of text can, but only its owned form can be read.
template <class T>
concept encodable = requires(byte_writer& out, T const& value) {
  codec<T>::encode(out, value);
};

/// A type that can be read back.
template <class T>
concept decodable = requires(byte_reader& in) {
  { codec<T>::decode(in) } -> std::same_as<T>;
};

namespace detail {

/// The types whose bytes make up the bytes of a `T`, to tell which of them has no codec.
template <class T>
struct codec_parts : std::type_identity<type_list<>> {};

[[nodiscard]] consteval std::uint64_t fingerprint_of(std::string_view text) {
  auto result = first_seed;
  for (auto const c : text) result = mix_word(result, static_cast<unsigned char>(c));
  return mix_word(result, text.size());
}

template <std::convertible_to<std::uint64_t>... Parts>
[[nodiscard]] consteval std::uint64_t fingerprint_of(std::string_view kind, Parts... parts) {
  auto result = fingerprint_of(kind);
  ((result = mix_word(result, parts)), ...);
  return mix_word(result, sizeof...(parts));
}

template <class T>
[[nodiscard]] consteval std::uint64_t fingerprint_of_type() {
  if constexpr (requires { codec<T>::fingerprint; })
    return codec<T>::fingerprint;
  else if constexpr (requires { codec<T>::name; })
    return fingerprint_of("named", fingerprint_of(codec<T>::name), codec<T>::version);
  else
    return fingerprint_of("named", fingerprint_of(type_name<T>()), codec<T>::version);
}

/// The fewest bytes that a `T` takes; a codec that does not say writes one at least.
template <class T>
[[nodiscard]] consteval std::size_t min_size_of() {
  if constexpr (requires { codec<T>::min_size; })
    return codec<T>::min_size;
  else
    return 1;
}

/// What all codecs of this library have in common.
struct codec_defaults {
  static constexpr std::uint32_t version = 1;
};

/// Reads `T`, an array as well.
template <class T>
void decode_into(byte_reader& in, T& value) {
  if constexpr (std::is_array_v<T>) {
    for (auto& element : value) decode_into(in, element);
  } else {
    value = codec<T>::decode(in);
  }
}

/// A list of parts that are written one after the other; nothing at all is written as one byte.
template <class List>
struct record_layout;

template <class... Ts>
struct record_layout<type_list<Ts...>> {
  static constexpr bool is_empty = sizeof...(Ts) == 0;
  static constexpr bool is_encodable = (encodable<Ts> && ...);
  static constexpr bool is_decodable = (decodable<std::remove_all_extents_t<Ts>> && ...);
  [[nodiscard]] static consteval std::size_t min_size() {
    return is_empty ? 1 : (std::size_t{0} + ... + min_size_of<Ts>());
  }
  [[nodiscard]] static consteval std::uint64_t fingerprint() {
    return fingerprint_of("record", fingerprint_of_type<Ts>()...);
  }

  static void encode(byte_writer& out, Ts const&... parts) {
    if constexpr (is_empty) out.put_byte(0);
    (codec<Ts>::encode(out, parts), ...);
  }

  static void expect_empty(byte_reader& in, std::string_view what) {
    if (is_empty && in.get_byte(what) != 0) in.fail(what, "a type without content is written as 0");
  }
};

}  // namespace detail
}  // namespace sluice
