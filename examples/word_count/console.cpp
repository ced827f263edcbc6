#include "console.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <system_error>
#include <utility>

namespace word_count {

namespace {

constexpr std::string_view wipe_line = "\r\033[K";

bool on_terminal(int descriptor) {
  auto const* kind = std::getenv("TERM");
  return ::isatty(descriptor) == 1 && kind != nullptr && std::string_view{kind} != "dumb";
}

bool colours_wanted() {
  auto const* refused = std::getenv("NO_COLOR");
  return refused == nullptr || *refused == '\0';
}

std::string_view start_of(tone how) {
  switch (how) {
    case tone::plain: return "";
    case tone::quiet: return "\033[36m";
    case tone::strong: return "\033[1m";
    case tone::alarm: return "\033[33m";
  }
  return "";
}

}  // namespace

/// Collects a block and writes it at its flush, if it is one of those to be shown.
class console::result_buffer final : public std::streambuf {
 public:
  result_buffer(console& owner, std::uint64_t blocks) : owner_{owner}, left_{blocks} {}

 protected:
  int_type overflow(int_type c) override {
    if (!traits_type::eq_int_type(c, traits_type::eof())) text_ += traits_type::to_char_type(c);
    return traits_type::not_eof(c);
  }
  std::streamsize xsputn(char const* text, std::streamsize size) override {
    text_.append(text, static_cast<std::size_t>(size));
    return size;
  }
  int sync() override {
    auto const block = std::exchange(text_, {});
    if (left_ == 0) return 0;
    --left_;
    std::unique_lock lock{owner_.mutex_};
    owner_.clear_waiting();
    // Somebody who reads results slowly, or pages through them, still gets the lines.
    if (!owner_.one_screen_) lock.unlock();
    errno = 0;
    if (!(std::cout << block << std::flush))
      throw std::system_error{errno, std::generic_category(), "standard output cannot be written"};
    return 0;
  }

 private:
  console& owner_;
  std::uint64_t left_;
  std::string text_;
};

console::console(std::uint64_t blocks)
    : terminal_{on_terminal(STDERR_FILENO)},
      colours_{terminal_ && colours_wanted()},
      one_screen_{terminal_ && on_terminal(STDOUT_FILENO)},
      buffer_{std::make_unique<result_buffer>(*this, blocks)},
      results_{buffer_.get()} {
  // Makes what the buffer throws reach the one who writes: the stream, which fails with it.
  results_.exceptions(std::ios_base::badbit);
}

console::~console() {
  indicator_ = {};
  std::lock_guard guard{mutex_};
  clear_waiting();
}

void console::say(std::string_view text, tone how) {
  // Also wipes away the ^C that a terminal shows.
  std::string line{terminal_ ? wipe_line : ""};
  if (colours_) line += start_of(how);
  line += text;
  if (colours_ && how != tone::plain) line += "\033[0m";
  line += one_screen_ ? "\n\n" : "\n";
  std::lock_guard guard{mutex_};
  clear_waiting();
  std::cerr << line << std::flush;
}

void console::show_waiting(std::string what) {
  if (!terminal_) return;
  indicator_ = {};
  {
    std::lock_guard guard{mutex_};
    waiting_ = true;
  }
  indicator_ = std::jthread{
      [this, what = std::move(what)](std::stop_token ended) { animate(std::move(ended), what); }};
}

void console::animate(std::stop_token ended, std::string const& what) {
  static constexpr std::array frames{"|", "/", "-", "\\"};
  std::condition_variable_any never;
  std::unique_lock lock{mutex_};
  for (std::size_t i = 0; waiting_ && !ended.stop_requested(); ++i) {
    std::cerr << wipe_line << frames[i % frames.size()] << ' ' << what << std::flush;
    never.wait_for(lock, ended, std::chrono::milliseconds{150}, [] { return false; });
  }
}

void console::clear_waiting() {
  if (std::exchange(waiting_, false)) std::cerr << wipe_line << std::flush;
}

}  // namespace word_count
