#include <algorithm>
#include <exception>
#include <sluice/operators/error.hpp>
#include <utility>

#include "file_format.hpp"
#include "limits.hpp"

namespace sluice {
namespace {

class contents_format final : public file_format {
 public:
  explicit contents_format(detail::contents_parser parse) : parse_{std::move(parse)} {}

  void prepare(buffer_limits const& limits, consumer sealed) override {
    most_ = limits.bytes;
    piece_ = block_bytes_for(limits);
    sealed_ = std::move(sealed);
  }

  void begin(std::string const& path, std::uint64_t bytes) override {
    path_ = path;
    // The file may be longer by now; its size is only where to begin.
    expected_ = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, most_));
  }

  std::size_t room_needed() const override { return std::max(expected_, filled_ + piece_); }

  std::span<char> space() override {
    if (filled_ == contents_.size())
      contents_.resize(std::max(filled_ + std::max(filled_, piece_), expected_ + 1));
    auto const left = contents_.size() - filled_;
    return {contents_.data() + filled_, std::min(left, piece_)};
  }

  std::optional<std::string> received(std::size_t bytes) override {
    filled_ += bytes;
    if (filled_ <= most_) return std::nullopt;
    ++oversized_files_;
    return path_ + " is larger than the receiver's buffer of " + std::to_string(most_) +
           " bytes and cannot be parsed as a whole; parse it by lines or raise receiver_buffer";
  }

  std::optional<std::string> end() override {
    auto const whole = std::string_view{contents_}.substr(0, filled_);
    try {
      sealed_({parse_(whole)});
    } catch (...) {
      fail(std::current_exception());
    }
    forget();
    return std::nullopt;
  }

  void abandon() override {
    dropped_bytes_ += filled_;
    forget();
  }

  void count(std::map<std::string, std::uint64_t>& counters) const override {
    counters["oversized_files"] = oversized_files_;
    counters["dropped_bytes"] = dropped_bytes_;
  }

 private:
  void forget() {
    contents_ = {};
    filled_ = 0;
  }

  [[noreturn]] void fail(std::exception_ptr const& thrown) {
    forget();
    auto const where = path_ + ": the parsing function threw";
    try {
      std::rethrow_exception(thrown);
    } catch (std::exception const& e) {
      std::throw_with_nested(stream_failure{where + ": " + e.what()});
    } catch (...) {
      std::throw_with_nested(stream_failure{where});
    }
  }

  detail::contents_parser parse_;
  consumer sealed_;
  std::size_t most_ = 0;
  std::size_t piece_ = 0;
  std::size_t expected_ = 0;
  std::string path_;
  std::string contents_;
  std::size_t filled_ = 0;
  std::uint64_t oversized_files_ = 0;
  std::uint64_t dropped_bytes_ = 0;
};

}  // namespace

std::unique_ptr<file_format> make_contents_format(detail::contents_parser parse) {
  return std::make_unique<contents_format>(std::move(parse));
}

}  // namespace sluice
