/// Codecs of classes: plain structs by their fields, other classes as Boost.Describe lists them.
///
/// Thread rule: pure functions. Promise: a class without a list of members has no codec by itself.
#pragma once

#include <boost/describe/members.hpp>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <sluice/operators/detail/codec_core.hpp>
#include <sluice/operators/detail/plain_struct.hpp>
#include <sluice/operators/owned.hpp>
#include <string_view>
#include <type_traits>
#include <utility>

namespace sluice {

namespace detail {

template <class T>
struct class_codec {};

}  // namespace detail

template <class T>
struct codec : detail::class_codec<T> {};

namespace detail {

template <class T>
concept described_class = std::is_class_v<T> && boost::describe::has_describe_members<T>::value;

/// A view type of a user, which is written as its owned form.
template <class T>
concept encodable_view = !owned<T> && encodable<owned_t<T>>;

template <encodable_view T>
struct class_codec<T> : codec_defaults {
  using form = codec<owned_t<T>>;
  static constexpr std::size_t min_size = min_size_of<owned_t<T>>();
  static constexpr std::uint64_t fingerprint = fingerprint_of_type<owned_t<T>>();
  static void encode(byte_writer& out, T const& value) { form::encode(out, to_owned(value)); }
};

/// A struct that lists no members by Boost.Describe, and whose fields all have codecs.
template <class T>
concept encodable_struct = owned<T> && !described_class<T> && plain_struct<T> &&
                           record_layout<field_list<T>>::is_encodable;

/// Reads the fields in their order: elements of a braced list are evaluated from left to right.
template <class T, class... Fields>
[[nodiscard]] T read_struct(byte_reader& in, type_list<Fields...>) {
  if constexpr ((std::is_array_v<Fields> || ...)) {
    T result{};
    with_fields(result, [&in](auto&... field) { (decode_into(in, field), ...); });
    return result;
  } else {
    return T{codec<Fields>::decode(in)...};
  }
}

template <encodable_struct T>
struct class_codec<T> : codec_defaults {
  using layout = record_layout<field_list<T>>;
  static constexpr std::size_t min_size = layout::min_size();
  static constexpr std::uint64_t fingerprint = layout::fingerprint();

  static void encode(byte_writer& out, T const& value) {
    with_fields(value, [&out](auto const&... field) { layout::encode(out, field...); });
  }

  [[nodiscard]] static T decode(byte_reader& in) requires layout::is_decodable {
    layout::expect_empty(in, type_name<T>());
    return read_struct<T>(in, field_list<T>{});
  }
};

/// All members, those of bases as well, whatever their access and even if their names are hidden.
template <class T>
using described_members = boost::describe::describe_members<T, boost::describe::mod_any_access |
                                                                   boost::describe::mod_inherited |
                                                                   boost::describe::mod_hidden>;

template <class T, class Member>
using member_t = std::remove_cvref_t<decltype(std::declval<T&>().*Member::pointer)>;

template <class T, class Members>
struct described_codec;

template <class T, template <class...> class List, class... Members>
struct described_codec<T, List<Members...>> : codec_defaults {
  using layout = record_layout<type_list<member_t<T, Members>...>>;
  static constexpr std::size_t min_size = layout::min_size();
  /// Names are part of it: two members of one type that change places are another layout.
  static constexpr std::uint64_t fingerprint = fingerprint_of(
      "class", layout::fingerprint(), fingerprint_of(std::string_view{Members::name})...);

  static void encode(byte_writer& out, T const& value) requires layout::is_encodable {
    layout::encode(out, value.*Members::pointer...);
  }

  [[nodiscard]] static T decode(byte_reader& in) requires(
      layout::is_decodable&& std::default_initializable<T>) {
    layout::expect_empty(in, type_name<T>());
    T result{};
    (decode_into(in, result.*Members::pointer), ...);
    return result;
  }
};

template <class T>
  requires owned<T> && described_class<T>
struct class_codec<T> : described_codec<T, described_members<T>> {
};

template <class T>
  requires(!described_class<T> && plain_struct<T>)
struct codec_parts<T> : std::type_identity<field_list<T>> {};

template <class T, class Members>
struct member_types;
template <class T, template <class...> class List, class... Members>
struct member_types<T, List<Members...>> : std::type_identity<type_list<member_t<T, Members>...>> {
};

template <described_class T>
struct codec_parts<T> : member_types<T, described_members<T>> {};

}  // namespace detail
}  // namespace sluice
