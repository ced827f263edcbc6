/// How a partition becomes bytes and comes back.
///
/// Thread rule: pure functions. Promise: the records come back equal and in order, in one chunk.
#pragma once

#include <sluice/operators/chunk.hpp>
#include <sluice/operators/codec.hpp>

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
  static void encode(byte_writer& out, partition const& part) {
    out.put_varint(part.records());
    for_each_record<T>(part, [&](T const& record) { sluice::encode(out, record); });
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

/// Null if records of type `T` have no codec.
template <class T>
constexpr partition_codec const* partition_codec_if_any() {
  if constexpr (has_codec<T>)
    return &partition_codec_of<T>::value;
  else
    return nullptr;
}

}  // namespace sluice
