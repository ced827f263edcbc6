#include <sluice/receivers/socket_text_input.hpp>

#include <algorithm>
#include <optional>
#include <sluice/operators/error.hpp>
#include <sluice/operators/partition_codec.hpp>
#include <utility>

#include "line_blocks.hpp"
#include "line_counters.hpp"
#include "socket_input.hpp"

namespace sluice {
namespace {

class text_input final : public socket_input {
 public:
  text_input(settings where, socket_options const& how)
      : socket_input{"socket_text", std::move(where), detail::split_text_chunk,
                     &partition_codec_of<std::string_view>::value},
        how_{how} {
    check_line_bytes(describe(), how.max_line_bytes);
  }

 private:
  void prepare(buffer_limits const& limits) override {
    how_.max_line_bytes = std::min(how_.max_line_bytes, std::max<std::size_t>(limits.bytes, 1));
    lines_.emplace(line_blocks::rules{how_.max_line_bytes, how_.long_line}, pool(),
                   [this](chunk_ptr sealed) { keep({std::move(sealed)}); });
  }

  find_boundary boundary() const override { return line_boundary(how_.max_line_bytes); }

  outcome take(byte_run run) override {
    lines_->add(std::move(run));
    if (!lines_->failed()) return {};
    return {verdict::give_up, too_long_line(how_.max_line_bytes)};
  }

  void take_rest(std::string rest) override { lines_->cut_off(std::move(rest), how_.partial_line); }
  void seal() override { lines_->seal(); }
  block_buffer::amount unsealed() const override { return {lines_->bytes(), lines_->records()}; }
  void count(counter_map& counters) const override {
    if (lines_) count_lines_of(*lines_, counters);
  }

  socket_options how_;
  std::optional<line_blocks> lines_;
};

}  // namespace

socket_text_input::socket_text_input(std::string host, std::uint16_t port, socket_options how)
    : input_forwarder{std::make_shared<text_input>(
          socket_input::settings_of(std::move(host), port, how), how)} {}

}  // namespace sluice
