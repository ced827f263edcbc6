/// Reading an advertising event out of a line of JSON. The loop and the stream share it, so that
/// what is compared is the engine and not two parsers.
///
/// Thread rule: pure functions, safe everywhere. Promise: members are found by their names, in any
/// order and with any white space; no copy; a line that is no object of strings, or has not all of
/// them, is refused.
#pragma once

#include <emmintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace bench {

/// What the pipeline needs of an event, as views into its line.
struct json_event {
  std::string_view ad;
  std::string_view type;
  std::string_view time;
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

/// How many bits are set; without the instruction, which not every x86-64 has, a call otherwise.
inline std::size_t count_bits(std::uint64_t bits) {
  bits -= bits >> 1U & 0x5555555555555555U;
  bits = (bits & 0x3333333333333333U) + (bits >> 2U & 0x3333333333333333U);
  bits = (bits + (bits >> 4U)) & 0x0f0f0f0f0f0f0f0fU;
  return bits * 0x0101010101010101U >> 56U;
}

/// Whether one of 64 characters is `what`.
inline bool has(char const* at, char what) {
  auto found = _mm_setzero_si128();
  for (unsigned lane = 0; lane != 4; ++lane) {
    auto const text = _mm_loadu_si128(reinterpret_cast<__m128i const*>(at) + lane);
    found = _mm_or_si128(found, _mm_cmpeq_epi8(text, _mm_set1_epi8(what)));
  }
  return _mm_movemask_epi8(found) != 0;
}

/// Where the quotes of a line are that are part of no string.
class quotes_of_line {
 public:
  /// @return whether there are few enough
  bool find(std::string_view line) {
    constexpr std::size_t width = 64;
    if (line.size() < width) return find_slowly(line);
    for (std::size_t next = 0; next < line.size(); next += width) {
      // The last block is the last 64 bytes, less those that have been seen.
      auto const at = std::min(next, line.size() - width);
      if (has(line.data() + at, '\\')) return find_slowly(line);
      if (!add(bits_of(line.data() + at, '"') >> (next - at), next)) return false;
    }
    return true;
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  std::size_t operator[](std::size_t i) const { return places_[i]; }

 private:
  // Eight at a time, however many there are: a loop that ends where the quotes do is guessed wrong.
  bool add(std::uint64_t bits, std::size_t offset) {
    auto const found = count_bits(bits);
    if (size_ + found > most) return false;
    constexpr auto last = std::uint64_t{1} << 63U;  // for when there is none
    auto* to = places_.data() + size_;
    do
      for (auto const end = to + 8; to != end; ++to, bits &= bits - 1)
        *to = static_cast<std::uint32_t>(offset) +
              static_cast<std::uint32_t>(__builtin_ctzll(bits | last));
    while (bits != 0);
    size_ += found;
    return true;
  }
  // For lines that are short or have an escape.
  bool find_slowly(std::string_view line) {
    size_ = 0;
    for (std::size_t at = 0; at < line.size(); ++at) {
      if (line[at] == '\\')
        ++at;
      else if (line[at] == '"' && !add(1, at))
        return false;
    }
    return true;
  }

  static constexpr std::size_t most = 128;
  std::array<std::uint32_t, most + 64> places_;
  std::size_t size_ = 0;
};

/// Equality with a text whose length the compiler knows.
template <std::size_t N>
bool is(std::string_view text, char const (&name)[N]) {
  return text.size() == N - 1 && std::memcmp(text.data(), name, N - 1) == 0;
}

}  // namespace detail

/// Calls `emit` with the event of a line, once or, if the line is none, not at all.
template <class Emit>
void read_json_event(std::string_view line, Emit&& emit) {
  detail::quotes_of_line quotes;
  if (!quotes.find(line) || quotes.size() % 4 != 0) return;
  json_event event;
  auto const text = [&](std::size_t i) {
    return std::string_view{line.data() + quotes[i] + 1, quotes[i + 1] - quotes[i] - 1};
  };
  for (std::size_t i = 0; i != quotes.size(); i += 4) {
    auto colon = quotes[i + 1] + 1;
    while (line[colon] == ' ') ++colon;
    if (line[colon] != ':') return;
    auto const name = text(i);
    if (detail::is(name, "ad_id")) event.ad = text(i + 2);
    if (detail::is(name, "event_type")) event.type = text(i + 2);
    if (detail::is(name, "event_time")) event.time = text(i + 2);
  }
  if (!event.ad.empty() && !event.type.empty() && !event.time.empty()) emit(event);
}

}  // namespace bench
