#include <sluice/receivers/raw_socket_input.hpp>

#include <algorithm>
#include <exception>
#include <limits>
#include <sluice/operators/error.hpp>

#include "frames.hpp"
#include "socket_input.hpp"

namespace sluice::detail {
namespace {

constexpr std::size_t longest_frame = std::numeric_limits<std::uint32_t>::max();

class raw_input final : public socket_input {
 public:
  raw_input(settings where, std::size_t max_frame_bytes, frame_decoder decode, chunk_splitter split,
            partition_codec const* codec)
      : socket_input{"raw_socket", std::move(where), split, codec},
        max_frame_bytes_{max_frame_bytes},
        decode_{std::move(decode)} {
    if (max_frame_bytes == 0 || max_frame_bytes > longest_frame) {
      throw usage_error{describe() + ": max_frame_bytes is " + std::to_string(max_frame_bytes) +
                        "; give 1 to " + std::to_string(longest_frame) +
                        ", which is what the 4 bytes of a frame's length can tell"};
    }
  }

 private:
  void prepare(buffer_limits const& limits) override {
    max_frame_bytes_ = std::min(max_frame_bytes_, std::max<std::size_t>(limits.bytes, 1));
  }

  find_boundary boundary() const override { return frame_boundary(max_frame_bytes_); }

  outcome take(byte_run run) override {
    auto rest = run.bytes();
    auto result = outcome{};
    while (!rest.empty() && result.what == verdict::go_on) {
      auto const length = frame_length(rest);
      rest.remove_prefix(frame_header_bytes);
      if (length > max_frame_bytes_) {
        result = bad_frame("the frame's length is " + std::to_string(length) + ", above " +
                           std::to_string(max_frame_bytes_) +
                           " (max_frame_bytes or the receiver's buffer)");
      } else {
        result = take_frame(rest.substr(0, length));
        rest.remove_prefix(length);
      }
    }
    dropped_bytes_ += rest.size();
    pool()->give_back(std::move(run.memory));
    return result;
  }

  outcome take_frame(std::string_view payload) {
    try {
      keep({decode_(payload)});
      ++frames_;
      return {};
    } catch (std::exception const& e) {
      dropped_bytes_ += payload.size();
      return bad_frame(std::string{"a frame cannot be decoded: "} + e.what());
    }
  }

  outcome bad_frame(std::string why) {
    ++bad_frames_;
    return {verdict::reconnect, std::move(why)};
  }

  void take_rest(std::string rest) override {
    if (rest.empty()) return;
    ++partial_frames_;
    dropped_bytes_ += rest.size();
  }

  void count(counter_map& counters) const override {
    counters["frames"] = frames_;
    counters["bad_frames"] = bad_frames_;
    counters["partial_frames"] = partial_frames_;
    counters["dropped_bytes"] = dropped_bytes_;
  }

  std::size_t max_frame_bytes_;
  frame_decoder const decode_;
  std::uint64_t frames_ = 0;
  std::uint64_t bad_frames_ = 0;
  std::uint64_t partial_frames_ = 0;
  std::uint64_t dropped_bytes_ = 0;
};

}  // namespace

std::string make_frame(std::span<std::byte const> payload) {
  if (payload.size() > longest_frame) {
    throw usage_error{"encode_frame: the records take " + std::to_string(payload.size()) +
                      " bytes, and a frame holds at most " + std::to_string(longest_frame) +
                      "; send them in several frames"};
  }
  auto frame = std::string{};
  frame.reserve(frame_header_bytes + payload.size());
  for (auto shift = 24; shift >= 0; shift -= 8)
    frame.push_back(static_cast<char>(payload.size() >> shift & 0xff));
  for (auto const byte : payload) frame.push_back(static_cast<char>(byte));
  return frame;
}

std::shared_ptr<input> make_raw_socket_input(std::string host, std::uint16_t port,
                                             raw_socket_options how, frame_decoder decode,
                                             chunk_splitter split, partition_codec const* codec) {
  return std::make_shared<raw_input>(socket_input::settings_of(std::move(host), port, how),
                                     how.max_frame_bytes, std::move(decode), split, codec);
}

}  // namespace sluice::detail
