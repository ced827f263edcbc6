/// How records become bytes and come back: checkpoints, logs, spilled blocks, remote edges.
///
/// Thread rule: pure functions, safe everywhere. Promise: what was encoded is decoded to an equal
/// value, and whatever else is decoded is a `runtime_failure` with the type and the place, without
/// reading outside the bytes and without taking memory on their word.
///
/// Automatic for arithmetic types, enums, text, chrono durations and time points, pair, tuple,
/// optional, variant, array, the containers of the standard library and of Boost, plain structs of
/// at most 32 fields, and classes described by Boost.Describe; for everything else specialise
/// `codec`. Unordered containers are written in the order in which they iterate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <sluice/operators/byte_io.hpp>
#include <sluice/operators/detail/codec_classes.hpp>
#include <sluice/operators/detail/codec_containers.hpp>
#include <sluice/operators/detail/codec_core.hpp>
#include <sluice/operators/detail/codec_values.hpp>
#include <sluice/operators/owned.hpp>
#include <span>
#include <string_view>
#include <vector>

namespace sluice {

/// A type whose owned form can be written and read back.
template <class T>
concept has_codec = encodable<owned_t<T>> && decodable<owned_t<T>>;

template <class T>
constexpr void require_codec();

namespace detail {

template <class... Parts>
constexpr void require_codecs(type_list<Parts...>) {
  (require_codec<std::remove_all_extents_t<Parts>>(), ...);
}

template <class... Parts>
[[nodiscard]] consteval bool all_have_codecs(type_list<Parts...>) {
  return (has_codec<std::remove_all_extents_t<Parts>> && ...);
}

}  // namespace detail

/// Fails to compile if `T` has no codec; the message names the part of `T` that lacks one.
template <class T>
constexpr void require_codec() {
  if constexpr (!has_codec<T>) {
    using parts = typename detail::codec_parts<owned_t<T>>::type;
    if constexpr (!detail::all_have_codecs(parts{}))
      detail::require_codecs(parts{});
    else
      static_assert(has_codec<T>,
                    "sluice: this type has no codec, so its values cannot be kept in a checkpoint, "
                    "log or remote edge. Make it a plain struct of at most 32 fields, describe its "
                    "members by BOOST_DESCRIBE_CLASS (it then needs a default constructor), or "
                    "specialise sluice::codec for it.");
  }
}

/// Appends the bytes of `value`, which are those of its owned form.
template <class T>
void encode(byte_writer& out, T const& value) {
  require_codec<T>();
  if constexpr (has_codec<T>) codec<std::decay_t<T const&>>::encode(out, value);
}

/// Reads a `T`.
/// @throws runtime_failure  if the bytes are not those of a `T`
template <class T>
[[nodiscard]] T decode(byte_reader& in) {
  static_assert(owned<T>,
                "sluice: a view cannot be decoded, it would refer to the encoded bytes; "
                "decode owned_t of it.");
  require_codec<T>();
  if constexpr (has_codec<T>) return codec<T>::decode(in);
}

/// The bytes of `value`.
template <class T>
[[nodiscard]] byte_vector encode_to_bytes(T const& value) {
  byte_writer out;
  encode(out, value);
  return out.take();
}

/// Reads a `T` from `bytes`, all of them.
/// @param  subject  what the bytes are, for the message of a failure
/// @throws runtime_failure  if the bytes are not those of one `T`
template <class T>
[[nodiscard]] T decode_from_bytes(std::span<std::byte const> bytes,
                                  std::string_view subject = "bytes") {
  byte_reader in{bytes, subject};
  T value = decode<T>(in);
  in.expect_end(detail::type_name<T>());
  return value;
}

/// A number that changes when the encoding of `T` changes: a stored value may be decoded only as a
/// type of the same fingerprint.
///
/// It follows from the structure: types and order of the fields, for a described class their names,
/// for a codec of your own its `version` and its `name`, or the type's name if it has none. Types
/// with the same bytes have one fingerprint: a pair and a struct of the same two types, a view and
/// its owned form, a vector and a deque.
template <class T>
[[nodiscard]] consteval std::uint64_t codec_fingerprint() {
  require_codec<T>();
  if constexpr (has_codec<T>)
    return detail::fingerprint_of_type<owned_t<T>>();
  else
    return 0;
}

}  // namespace sluice
