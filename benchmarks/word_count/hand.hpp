/// Word counting written by hand: what the library is compared with.
///
/// Thread rule: an object is used by one thread. Promise: the same words as `sluice::split_words`,
/// the same owned result, and nothing that is not needed for one batch of text.
#pragma once

#include <emmintrin.h>

#include <bit>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <sluice/operators/hash.hpp>
#include <sluice/operators/key_table.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

using owned_counts = std::vector<std::pair<std::string, long>>;

/// One bit per character, set for white space: " \t\n\v\f\r".
inline std::uint64_t spaces_of(char const* at) {
  std::uint64_t mask = 0;
  for (unsigned lane = 0; lane != 4; ++lane) {
    auto const text = _mm_loadu_si128(reinterpret_cast<__m128i const*>(at) + lane);
    auto const blank = _mm_cmpeq_epi8(text, _mm_set1_epi8(' '));
    auto const above = _mm_cmpgt_epi8(text, _mm_set1_epi8('\t' - 1));
    auto const below = _mm_cmplt_epi8(text, _mm_set1_epi8('\r' + 1));
    auto const found = _mm_or_si128(blank, _mm_and_si128(above, below));
    mask |= std::uint64_t{static_cast<unsigned>(_mm_movemask_epi8(found))} << (16 * lane);
  }
  return mask;
}

/// Splits a whole block at once: the words do not care for lines.
template <class Visit>
void words_by_mask(std::string_view text, Visit&& visit) {
  auto const* const data = text.data();
  std::size_t word = 0;
  std::uint64_t before = 1;  // what precedes the text ends no word
  std::size_t at = 0;
  for (; at + 64 <= text.size(); at += 64) {
    auto const spaces = spaces_of(data + at);
    auto changes = spaces ^ (spaces << 1U | before);
    auto in_word = before == 0;
    while (changes != 0) {
      auto const place = at + static_cast<std::size_t>(std::countr_zero(changes));
      changes &= changes - 1;
      if (in_word)
        visit(std::string_view{data + word, place - word});
      else
        word = place;
      in_word = !in_word;
    }
    before = spaces >> 63U;
  }
  auto in_word = before == 0;
  for (; at <= text.size(); ++at) {
    auto const space =
        at == text.size() || data[at] == ' ' || (data[at] >= '\t' && data[at] <= '\r');
    if (in_word && space) visit(std::string_view{data + word, at - word});
    if (!in_word && !space) word = at;
    in_word = !space;
  }
}

/// Splits one character at a time, as most people would write it.
template <class Visit>
void words_by_byte(std::string_view text, Visit&& visit) {
  auto const is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  for (std::size_t at = 0; at < text.size();) {
    while (at < text.size() && is_space(text[at])) ++at;
    auto const word = at;
    while (at < text.size() && !is_space(text[at])) ++at;
    if (at != word) visit(text.substr(word, at - word));
  }
}

/// Counts with the map that performs best among the published ones, and the library's hash.
class flat_map_counter {
 public:
  void clear() { map_.clear(); }
  void count(std::string_view word) { ++map_[word]; }
  [[nodiscard]] owned_counts result() const {
    owned_counts all;
    all.reserve(map_.size());
    for (auto const& [word, n] : map_) all.emplace_back(std::string{word}, n);
    return all;
  }

 private:
  boost::unordered_flat_map<std::string_view, long, sluice::key_hash<std::string_view>,
                            sluice::key_equal<std::string_view>>
      map_;
};

/// Counts with the library's own table and nothing else of it.
class key_table_counter {
 public:
  void clear() { table_.clear(); }
  void count(std::string_view word) {
    ++*table_.find_or_insert(word, [word] { return std::pair{word, 0L}; }).first;
  }
  [[nodiscard]] owned_counts result() {
    owned_counts all;
    all.reserve(table_.size());
    for (auto const& [word, n] : table_.entries()) all.emplace_back(std::string{word}, n);
    return all;
  }

 private:
  sluice::key_table<std::string_view, long> table_;
};

}  // namespace bench
