#include "intake.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "frames.hpp"

namespace sluice {

find_boundary line_boundary(std::size_t max_line_bytes) {
  return [max_line_bytes](std::string_view all, std::size_t scanned) -> std::size_t {
    auto const line_end = all.substr(scanned).rfind('\n');
    if (line_end != std::string_view::npos) return scanned + line_end + 1;
    // At least one byte stays, so that every piece but the last has exactly the bounding length
    // wherever the reads were cut.
    if (all.size() > max_line_bytes) return (all.size() - 1) / max_line_bytes * max_line_bytes;
    return 0;
  };
}

find_boundary frame_boundary(std::size_t max_frame_bytes) {
  return [max_frame_bytes](std::string_view all, std::size_t) -> std::size_t {
    auto whole = std::size_t{0};
    while (all.size() - whole >= frame_header_bytes) {
      auto const length = frame_length(all.substr(whole));
      if (length > max_frame_bytes) return all.size();
      if (all.size() - whole - frame_header_bytes < length) break;
      whole += frame_header_bytes + length;
    }
    return whole;
  };
}

intake::intake(std::shared_ptr<block_pool> pool, find_boundary boundary)
    : pool_{std::move(pool)}, boundary_{std::move(boundary)} {}

std::span<char> intake::space() {
  make_room();
  return {memory_.data.get() + filled_, memory_.capacity - filled_};
}

std::optional<byte_run> intake::received(std::size_t bytes) {
  filled_ += bytes;
  return part();
}

intake::loan intake::lend() {
  make_room();
  lent_rest_.append(memory_.data.get() + lent_rest_.size(), filled_ - lent_rest_.size());
  lent_ = true;
  return {std::exchange(memory_, {}), filled_};
}

std::optional<byte_run> intake::returned(io_buffer memory, std::size_t bytes) {
  memory_ = std::move(memory);
  lent_ = false;
  return received(bytes);
}

std::string intake::take_rest() {
  auto rest = std::move(lent_rest_);
  if (!lent_ && filled_ > 0) rest.assign(memory_.data.get(), filled_);
  lent_rest_.clear();
  pool_->give_back(std::exchange(memory_, {}));
  filled_ = 0;
  scanned_ = 0;
  lent_ = false;
  return rest;
}

std::optional<byte_run> intake::part() {
  auto const all = std::string_view{memory_.data.get(), filled_};
  auto const whole = boundary_(all, scanned_);
  if (whole == 0) {
    scanned_ = filled_;
    return std::nullopt;
  }
  auto const rest = all.substr(whole);
  auto next = io_buffer{};
  if (!rest.empty()) {
    next = pool_->take(2 * rest.size());
    std::memcpy(next.data.get(), rest.data(), rest.size());
  }
  filled_ = rest.size();
  scanned_ = 0;
  lent_rest_.clear();
  return byte_run{std::exchange(memory_, std::move(next)), whole};
}

void intake::make_room() {
  if (memory_.data && filled_ < memory_.capacity) return;
  auto bigger = pool_->take(2 * filled_);
  if (filled_ > 0) std::memcpy(bigger.data.get(), memory_.data.get(), filled_);
  pool_->give_back(std::exchange(memory_, std::move(bigger)));
}

}  // namespace sluice
