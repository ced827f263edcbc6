#include <algorithm>
#include <exception>
#include <optional>
#include <sluice/operators/error.hpp>
#include <utility>

#include "block_pool.hpp"
#include "file_format.hpp"
#include "intake.hpp"
#include "limits.hpp"
#include "line_blocks.hpp"
#include "line_counters.hpp"

namespace sluice {
namespace {

constexpr std::size_t unused_blocks = 3;

class line_format final : public file_format {
 public:
  line_format(file_options const& how, detail::line_parser parse)
      : rules_{how.max_line_bytes, how.long_line}, parse_{std::move(parse)} {}

  void prepare(buffer_limits const& limits, consumer sealed) override {
    sealed_ = std::move(sealed);
    rules_.max_line_bytes = std::min(rules_.max_line_bytes, std::max<std::size_t>(limits.bytes, 1));
    pool_ = std::make_shared<block_pool>(block_bytes_for(limits), unused_blocks);
    lines_.emplace(rules_, pool_, [this](chunk_ptr text) { take(std::move(text)); });
    intake_.emplace(pool_, line_boundary(rules_.max_line_bytes));
  }

  void begin(std::string const& path, std::uint64_t) override {
    path_ = path;
    progress_.lines = 0;
  }

  std::size_t room_needed() const override { return pool_->block_bytes(); }

  std::span<char> space() override {
    auto const all = intake_->space();
    return all.first(std::min(all.size(), pool_->block_bytes()));
  }

  std::optional<std::string> received(std::size_t bytes) override {
    if (auto run = intake_->received(bytes)) lines_->add(std::move(*run));
    return why_failed();
  }

  std::optional<std::string> end() override {
    lines_->end(intake_->take_rest());
    seal_parsed();
    return why_failed();
  }

  void abandon() override {
    lines_->cut_off(intake_->take_rest(), partial_line::drop);
    seal_parsed();
  }

  void seal() override { lines_->seal(); }
  block_buffer::amount unsealed() const override { return {lines_->bytes(), lines_->records()}; }
  bool failed() const override { return lines_ && lines_->failed(); }

  void count(std::map<std::string, std::uint64_t>& counters) const override {
    if (lines_) count_lines_of(*lines_, counters);
    if (parse_) counters["skipped_lines"] = progress_.skipped;
  }

 private:
  // Lines of several files may share a chunk, but a failure has to be told with its file.
  void seal_parsed() {
    if (parse_) lines_->seal();
  }

  std::optional<std::string> why_failed() const {
    if (!lines_->failed()) return std::nullopt;
    return too_long_line(rules_.max_line_bytes);
  }

  void take(chunk_ptr text) {
    if (!parse_) return sealed_({std::move(text)});
    try {
      sealed_({parse_(static_cast<chunk_of<std::string_view> const&>(*text), progress_)});
    } catch (...) {
      fail(std::current_exception());
    }
  }

  [[noreturn]] void fail(std::exception_ptr const& thrown) const {
    auto where =
        path_ + ", line " + std::to_string(progress_.lines) + ": the parsing function threw";
    try {
      std::rethrow_exception(thrown);
    } catch (std::exception const& e) {
      std::throw_with_nested(stream_failure{where + ": " + e.what()});
    } catch (...) {
      std::throw_with_nested(stream_failure{where});
    }
  }

  line_blocks::rules rules_;
  detail::line_parser parse_;
  consumer sealed_;
  std::shared_ptr<block_pool> pool_;
  std::optional<line_blocks> lines_;
  std::optional<intake> intake_;
  std::string path_;
  detail::parse_progress progress_;
};

}  // namespace

std::unique_ptr<file_format> make_line_format(file_options const& how, detail::line_parser parse) {
  return std::make_unique<line_format>(how, std::move(parse));
}

}  // namespace sluice
