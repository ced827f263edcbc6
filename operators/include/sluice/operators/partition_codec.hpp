/// How a partition becomes bytes and comes back.
///
/// Thread rule: pure functions. Promise: the records come back equal and in order, in one chunk.
#pragma once

#include <bit>
#include <sluice/operators/chunk.hpp>
#include <sluice/operators/codec.hpp>
#include <span>

namespace sluice {

/// The codec of a partition, without the type of its records.
struct partition_codec {
  void (*encode)(byte_writer& out, partition const& part);
  /// @throws runtime_failure  if the bytes are not those of a partition
  partition (*decode)(byte_reader& in);
  /// See `codec_fingerprint`.
  std::uint64_t fingerprint;
};

template <class T>
struct partition_codec_of {
  /// The bytes of several records are those that they have in memory.
  static constexpr bool stands_as_encoded = detail::fixed_width<T> && !std::is_same_v<T, bool> &&
                                            std::endian::native == std::endian::little;

  static void encode(byte_writer& out, partition const& part) {
    out.put_varint(part.records());
    for (auto const& c : part.chunks) {
      auto const& records = static_cast<chunk_of<T> const&>(*c);
      if constexpr (stands_as_encoded) {
        if (records.records() != 0)
          out.put_bytes(std::as_bytes(std::span{&records[0], records.records()}));
      } else {
        records.for_each([&](T const& record) { sluice::encode(out, record); });
      }
    }
  }
  static partition decode(byte_reader& in) {
    auto left = in.get_count(detail::min_size_of<T>(), detail::type_name<T>());
    std::vector<T> records;
    records.reserve(left);
    for (; left != 0; --left) records.push_back(sluice::decode<T>(in));
    in.expect_end(detail::type_name<T>());
    partition part;
    part.chunks.push_back(make_chunk(std::move(records)));
    return part;
  }
  static constexpr partition_codec value{encode, decode, codec_fingerprint<T>()};
};

/// Lines come back as views into one block per chunk.
template <>
struct partition_codec_of<std::string_view> {
  static void encode(byte_writer& out, partition const& part);
  static partition decode(byte_reader& in);
  static constexpr partition_codec value{encode, decode, detail::fingerprint_of("lines")};
};

/// Null if records of type `T` cannot be written and read back.
template <class T>
constexpr partition_codec const* partition_codec_if_any() {
  if constexpr (std::is_same_v<T, std::string_view> || (owned<T> && has_codec<T>))
    return &partition_codec_of<T>::value;
  else
    return nullptr;
}

}  // namespace sluice
