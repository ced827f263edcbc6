/// Codecs of single values: numbers, enums, text, chrono.
///
/// Thread rule: pure functions. Promise: the same bytes on every machine whose types have the same
/// sizes; a value that the type cannot hold is refused, not rounded.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <sluice/operators/detail/codec_core.hpp>
#include <sluice/operators/detail/shape.hpp>
#include <string>
#include <type_traits>

namespace sluice {

template <>
struct codec<bool> : detail::codec_defaults {
  static constexpr std::size_t min_size = 1;
  static constexpr std::uint64_t fingerprint = detail::fingerprint_of("bool");

  static void encode(byte_writer& out, bool value) { out.put_byte(value ? 1 : 0); }

  [[nodiscard]] static bool decode(byte_reader& in) {
    auto const byte = in.get_byte("bool");
    if (byte > 1) in.fail("bool", std::to_string(byte) + " is neither 0 nor 1");
    return byte == 1;
  }
};

/// Numbers in as many bytes as they have, low byte first.
template <detail::fixed_width T>
struct codec<T> : detail::codec_defaults {
  static constexpr std::size_t min_size = sizeof(T);
  static constexpr std::uint64_t fingerprint = detail::fingerprint_of(
      std::is_floating_point_v<T> ? "floating" : (std::is_signed_v<T> ? "signed" : "unsigned"),
      sizeof(T));

  static void encode(byte_writer& out, T value) { out.put_fixed(value); }
  [[nodiscard]] static T decode(byte_reader& in) { return in.get_fixed<T>(detail::type_name<T>()); }
};

template <class T>
  requires std::is_enum_v<T>
struct codec<T> : codec<std::underlying_type_t<T>> {
  using number = codec<std::underlying_type_t<T>>;

  static void encode(byte_writer& out, T value) {
    number::encode(out, static_cast<std::underlying_type_t<T>>(value));
  }
  [[nodiscard]] static T decode(byte_reader& in) { return static_cast<T>(number::decode(in)); }
};

/// Text is its length and its characters. Views of it can be written; only strings can be read.
template <detail::char_text T>
struct codec<T> : detail::codec_defaults {
  static constexpr std::size_t min_size = 1;
  static constexpr std::uint64_t fingerprint = detail::fingerprint_of("text");

  static void encode(byte_writer& out, T const& value) { out.put_text(detail::text_of(value)); }

  [[nodiscard]] static T decode(
      byte_reader& in) requires detail::is_specialization<T, std::basic_string> {
    auto const size = in.get_count(1, "string");
    auto const bytes = in.get_bytes(size, "string");
    return T(reinterpret_cast<char const*>(bytes.data()), bytes.size());
  }
};

template <detail::duration_shape T>
  requires encodable<typename T::rep>
struct codec<T> : detail::codec_defaults {
  using number = codec<typename T::rep>;
  static constexpr std::size_t min_size = detail::min_size_of<typename T::rep>();
  static constexpr std::uint64_t fingerprint =
      detail::fingerprint_of("duration", detail::fingerprint_of_type<typename T::rep>(),
                             std::uint64_t{T::period::num}, std::uint64_t{T::period::den});

  static void encode(byte_writer& out, T const& value) { number::encode(out, value.count()); }
  [[nodiscard]] static T decode(byte_reader& in) { return T{number::decode(in)}; }
};

template <detail::time_point_shape T>
  requires encodable<typename T::duration>
struct codec<T> : detail::codec_defaults {
  using since_epoch = codec<typename T::duration>;
  static constexpr std::size_t min_size = since_epoch::min_size;
  static constexpr std::uint64_t fingerprint =
      detail::fingerprint_of("time_point", since_epoch::fingerprint);

  static void encode(byte_writer& out, T const& value) {
    since_epoch::encode(out, value.time_since_epoch());
  }
  [[nodiscard]] static T decode(byte_reader& in) { return T{since_epoch::decode(in)}; }
};

}  // namespace sluice
