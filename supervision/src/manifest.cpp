#include "manifest.hpp"

#include <sluice/operators/byte_io.hpp>
#include <sluice/operators/error.hpp>
#include <sluice/supervision/checksum.hpp>

#include "files.hpp"
#include "fixed_bytes.hpp"

namespace sluice {
namespace {

constexpr std::string_view magic = "sluiceCP";
constexpr auto header_size = std::size_t{24};
constexpr auto end_size = sizeof(std::uint64_t);

std::string encode_header(std::uint32_t version, checkpoint_id id) {
  auto bytes = std::string{magic};
  append_fixed(bytes, version);
  append_fixed(bytes, id);
  append_fixed(bytes, static_cast<std::uint32_t>(checksum(bytes)));
  return bytes;
}

std::string get_string(byte_reader& reader, std::string_view what) {
  return std::string{text_of(reader.get_bytes(reader.get_count(1, what), what))};
}

checkpoint_manifest decode_body(std::string_view body, checkpoint_id id) {
  auto reader = byte_reader{std::as_bytes(std::span{body}), "manifest"};
  auto manifest = checkpoint_manifest{.id = id};
  for (auto left = reader.get_count(1, "blobs"); left > 0; --left) {
    auto name = get_string(reader, "name of a blob");
    auto const length = reader.get_fixed<std::uint64_t>("length");
    auto const sum = reader.get_fixed<std::uint64_t>("checksum");
    manifest.blobs.insert_or_assign(std::move(name), checkpoint_manifest::blob{length, sum});
  }
  for (auto left = reader.get_count(1, "values"); left > 0; --left) {
    auto key = get_string(reader, "key");
    manifest.values.insert_or_assign(std::move(key), get_string(reader, "value"));
  }
  reader.expect_end("manifest");
  return manifest;
}

}  // namespace

std::string encode_manifest(checkpoint_manifest const& manifest) {
  auto body = byte_writer{};
  body.put_varint(manifest.blobs.size());
  for (auto const& [name, blob] : manifest.blobs) {
    body.put_text(name);
    body.put_fixed(blob.length);
    body.put_fixed(blob.checksum);
  }
  body.put_varint(manifest.values.size());
  for (auto const& [key, value] : manifest.values) {
    body.put_text(key);
    body.put_text(value);
  }
  auto bytes = encode_header(manifest_version, manifest.id);
  bytes += body.text();
  append_fixed(bytes, checksum(bytes));
  return bytes;
}

io_result<checkpoint_manifest> decode_manifest(std::string_view bytes,
                                               std::string const& resource) {
  auto const damaged = durability_error(resource, durability_errc::damaged);
  if (bytes.size() < header_size) return damaged;
  auto const version = fixed_at<std::uint32_t>(bytes, magic.size());
  auto const id = fixed_at<std::uint64_t>(bytes, magic.size() + sizeof version);
  if (bytes.substr(0, header_size) != encode_header(version, id) || version == 0) return damaged;
  if (version > manifest_version)
    return durability_error(resource + " of format " + std::to_string(version) + ", newest known " +
                                std::to_string(manifest_version),
                            durability_errc::newer_format);
  if (bytes.size() < header_size + end_size) return damaged;
  auto const end = bytes.size() - end_size;
  if (fixed_at<std::uint64_t>(bytes, end) != checksum(bytes.substr(0, end))) return damaged;
  try {
    return decode_body(bytes.substr(header_size, end - header_size), id);
  } catch (runtime_failure const& nonsense) {
    return durability_error(resource + " (" + nonsense.what() + ")", durability_errc::damaged);
  }
}

}  // namespace sluice
