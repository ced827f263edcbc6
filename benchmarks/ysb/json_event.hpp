/// Reading an advertising event out of a line of JSON. The loop and the stream share it, so that
/// what is compared is the engine and not two parsers.
///
/// Thread rule: pure functions, safe everywhere. Promise: members are found by their names, in any
/// order and with any white space; no copy; a line that has not all of them is refused.
#pragma once

#include <emmintrin.h>

#include <bit>
#include <charconv>
#include <cstdint>
#include <string_view>

namespace bench {

/// What the pipeline needs of an event, as views into its line.
struct json_event {
  std::string_view ad;
  std::string_view type;
  std::int64_t time = 0;
};

namespace detail {

/// One bit per character, set for `what`.
inline std::uint64_t bits_of(char const* at, char what) {
  std::uint64_t mask = 0;
  for (unsigned lane = 0; lane != 4; ++lane) {
    auto const text = _mm_loadu_si128(reinterpret_cast<__m128i const*>(at) + lane);
    auto const found = _mm_cmpeq_epi8(text, _mm_set1_epi8(what));
    mask |= std::uint64_t{static_cast<unsigned>(_mm_movemask_epi8(found))} << (16 * lane);
  }
  return mask;
}

/// Puts the strings of a flat object together again: names are followed by a colon.
class member_reader {
 public:
  explicit member_reader(std::string_view line) : line_{line} {}
  /// A quote that is part of no string. @return whether nothing more is needed
  bool quote(std::size_t at) {
    if (!open_) {
      first_ = at + 1;
      open_ = true;
      return false;
    }
    open_ = false;
    return string(line_.substr(first_, at - first_), at + 1);
  }
  [[nodiscard]] json_event const& event() const { return event_; }

 private:
  bool string(std::string_view text, std::size_t behind) {
    while (behind < line_.size() && line_[behind] == ' ') ++behind;
    if (behind < line_.size() && line_[behind] == ':') {
      name_ = text;
      return false;
    }
    if (name_ == "ad_id")
      return has(1U, event_.ad, text);
    if (name_ == "event_type")
      return has(2U, event_.type, text);
    return name_ == "event_time" && time(text);
  }
  bool has(unsigned member, std::string_view& where, std::string_view text) {
    where = text;
    return (found_ |= member) == all;
  }
  bool time(std::string_view text) {
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), event_.time);
    if (error != std::errc{} || end != text.data() + text.size()) return false;
    return (found_ |= 4U) == all;
  }

  static constexpr unsigned all = 7;
  std::string_view line_;
  std::string_view name_;
  std::size_t first_ = 0;
  bool open_ = false;
  unsigned found_ = 0;
  json_event event_;
};

/// A byte at a time: for lines that are short, or have an escape.
inline bool read_slowly(std::string_view line, member_reader& members) {
  auto in_string = false;
  for (std::size_t at = 0; at != line.size(); ++at) {
    if (in_string && line[at] == '\\') {
      if (++at == line.size()) return false;
    } else if (line[at] == '"') {
      in_string = !in_string;
      if (members.quote(at)) return true;
    }
  }
  return false;
}

}  // namespace detail

/// Calls `emit` with the event of a line, once or, if the line is none, not at all.
template <class Emit>
void read_json_event(std::string_view line, Emit&& emit) {
  constexpr std::size_t width = 64;
  detail::member_reader members{line};
  auto const slowly = [&] {
    detail::member_reader again{line};
    if (detail::read_slowly(line, again)) emit(again.event());
  };
  if (line.size() < width) return slowly();
  for (std::size_t next = 0; next < line.size(); next += width) {
    // The last block is the last 64 bytes, less those that have been seen.
    auto const at = std::min(next, line.size() - width);
    if (detail::bits_of(line.data() + at, '\\') != 0) return slowly();
    auto quotes = detail::bits_of(line.data() + at, '"') >> (next - at);
    for (; quotes != 0; quotes &= quotes - 1)
      if (members.quote(next + static_cast<std::size_t>(std::countr_zero(quotes))))
        return emit(members.event());
  }
}

}  // namespace bench
