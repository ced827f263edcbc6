/// Encoded records from a TCP peer, in frames.
///
/// Thread rule: an input's. Promise: a frame is taken as a whole or not at all; a length is
/// believed only as far as the bound, and memory follows the bytes that have arrived.
///
/// A frame is the length of its payload in 4 bytes, big-endian, and the payload: records of one
/// type, one behind the other, as their codec writes them. `encode_frame` makes one.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <sluice/operators/codec.hpp>
#include <sluice/operators/partition_codec.hpp>
#include <sluice/receivers/detail/input_forwarder.hpp>
#include <sluice/receivers/detail/split_chunk.hpp>
#include <sluice/receivers/overflow.hpp>
#include <sluice/receivers/reconnect_backoff.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice {

struct raw_socket_options {
  /// Payload of the largest frame; never more than the receiver's buffer.
  std::size_t max_frame_bytes = std::size_t{16} << 20;
  std::chrono::milliseconds connect_timeout{10'000};
  /// Waits between attempts to connect; they grow until data arrives.
  reconnect_backoff backoff = {};
  /// Attempts in a row, without data in between, after which the input gives up; 0: never.
  std::size_t max_connect_attempts = 0;
  /// In a stream with a checkpoint directory: whether records are written down with their batch.
  /// Otherwise batches that the process leaves behind come again without them.
  bool logged = true;
  /// What becomes of records for which there is no room in `options.receiver_buffer`.
  sluice::overflow overflow = sluice::overflow::backpressure;
  /// Where `overflow::spill` puts records, and how many.
  spill_options spill = {};
  /// Records per second that may go into batches, over a second or the interval of the clock
  /// trigger; what exceeds them waits in the buffer, then `overflow` decides. 0: no bound. Not for
  /// what `run_until_idle`, `request_batch` and a drain cut.
  std::uint64_t max_rate = 0;
};

namespace detail {

/// @throws usage_error if the payload is longer than a frame can tell
std::string make_frame(std::span<std::byte const> payload);

/// @throws anything if the payload is not what it should be
using frame_decoder = std::function<chunk_ptr(std::string_view payload)>;

std::shared_ptr<input> make_raw_socket_input(std::string host, std::uint16_t port,
                                             raw_socket_options how, frame_decoder decode,
                                             chunk_splitter split, partition_codec const* codec);

template <class T>
chunk_ptr decode_frame(std::string_view payload) {
  auto in = byte_reader{std::as_bytes(std::span{payload}), "frame"};
  auto records = std::vector<T>{};
  while (!in.at_end()) {
    auto const before = in.offset();
    records.push_back(decode<T>(in));
    if (in.offset() == before) in.fail("record", "its codec reads no byte");
  }
  return make_chunk(std::move(records));
}

}  // namespace detail

/// The frame that holds `records`, for senders.
template <class T>
std::string encode_frame(std::span<T const> records) {
  auto out = byte_writer{};
  for (auto const& each : records) encode(out, each);
  return detail::make_frame(out.bytes());
}
template <class T>
std::string encode_frame(std::vector<T> const& records) {
  return encode_frame(std::span<T const>{records});
}

/// Connects to a peer and reads frames, again and again.
///
/// A frame that is too long or cannot be decoded ends the connection, since nothing tells where the
/// next frame would begin. What the end of a connection cuts off is left out.
///
/// Counters: `connections`, `reconnects`, `failed_connects`, `lost_connections`, `bytes_received`,
/// `records`, `frames`, `bad_frames`, `partial_frames`, `dropped_bytes`, and those of overflow as
/// for a `receiver_input`.
template <class T>
class raw_socket_input final : public detail::input_forwarder {
  static_assert(owned<T>,
                "raw_socket_stream<T>: T, or something in it, is a view such as std::string_view, "
                "which cannot be decoded. Use the owned type, such as std::string.");

 public:
  /// @throws usage_error if `host` is empty, `port` is 0 or an option is out of range
  raw_socket_input(std::string host, std::uint16_t port, raw_socket_options how = {})
      : input_forwarder{detail::make_raw_socket_input(
            std::move(host), port, std::move(how), detail::decode_frame<T>, detail::split_chunk<T>,
            partition_codec_if_any<T>())} {}
};

}  // namespace sluice
