/// How a manifest looks on disk.
///
/// Thread rule: pure functions. Promise: magic, version and check stand in the same place in every
/// version, so that an old program recognises a newer file; a manifest that was damaged is never
/// taken for a newer one.
///
/// All numbers of fixed width are stored low byte first; a text is its length and its bytes.
///
///     header:    "sluiceCP"  version u32  id u64  check u32 (low half of the header's checksum)
///     blobs:     count, then for each: name, length u64, checksum u64
///     values:    count, then for each: key, value
///     end:       checksum of all before, u64
#pragma once

#include <sluice/supervision/checkpoint_store.hpp>
#include <string>
#include <string_view>

namespace sluice {

inline constexpr auto manifest_version = std::uint32_t{1};

std::string encode_manifest(checkpoint_manifest const& manifest);

/// The manifest in `bytes`. Anything wrong is `damaged` or `newer_format` of `resource`.
io_result<checkpoint_manifest> decode_manifest(std::string_view bytes, std::string const& resource);

}  // namespace sluice
