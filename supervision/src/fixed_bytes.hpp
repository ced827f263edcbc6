/// Numbers of fixed width in a string, low byte first.
///
/// Thread rule: pure functions. Promise: the same bytes on every machine.
#pragma once

#include <array>
#include <bit>
#include <cstring>
#include <sluice/operators/byte_io.hpp>
#include <string>
#include <string_view>

namespace sluice {

template <class T>
void append_fixed(std::string& bytes, T value) {
  auto const word = detail::low_byte_first(value);
  bytes.append(std::bit_cast<std::array<char, sizeof word>>(word).data(), sizeof word);
}

/// The number at `offset`, which must lie inside `bytes` as a whole.
template <class T>
T fixed_at(std::string_view bytes, std::size_t offset) {
  T word;
  std::memcpy(&word, bytes.substr(offset, sizeof word).data(), sizeof word);
  return detail::low_byte_first(word);
}

}  // namespace sluice
