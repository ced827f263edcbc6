/// The arithmetic under `key_hash`: one wide multiplication per eight to sixteen bytes.
///
/// Thread rule: pure functions. Promise: the same value in every process and on every machine of
/// either byte order; all 64 bits of a result depend on all bits of the input. Not for
/// cryptography.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace sluice::detail {

// Odd, with about as many ones as zeros, and without a pattern: fractional digits of the square
// roots of 2, 3, 5 and 7.
inline constexpr std::uint64_t mix_a = 0x6a09e667f3bcc909U;
inline constexpr std::uint64_t mix_b = 0xbb67ae8584caa73bU;
inline constexpr std::uint64_t mix_c = 0x3c6ef372fe94f82bU;

// Where every hash starts. Not one of the others: equal constants on both sides of a product would
// give "ab" and "ba" one hash.
inline constexpr std::uint64_t first_seed = 0xa54ff53a5f1d36f1U;

/// Multiplies to 128 bits and folds the halves: what is high in the input reaches the low bits too.
[[nodiscard]] constexpr std::uint64_t fold_multiply(std::uint64_t a, std::uint64_t b) noexcept {
#ifdef __SIZEOF_INT128__
  __extension__ using wide = unsigned __int128;
  auto const product = static_cast<wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
#else
  std::uint64_t const a_low = a & 0xffffffffU, a_high = a >> 32;
  std::uint64_t const b_low = b & 0xffffffffU, b_high = b >> 32;
  std::uint64_t const low = a_low * b_low;
  std::uint64_t const middle = a_high * b_low + (low >> 32);
  std::uint64_t const carry = a_low * b_high + (middle & 0xffffffffU);
  std::uint64_t const high = a_high * b_high + (middle >> 32) + (carry >> 32);
  return (a * b) ^ high;
#endif
}

/// Continues the hash `seed` with one word.
[[nodiscard]] constexpr std::uint64_t mix_word(std::uint64_t seed, std::uint64_t word) noexcept {
  return fold_multiply(seed ^ word, mix_a);
}

template <class Word>
[[nodiscard]] inline std::uint64_t load_word(char const* at) noexcept {
  Word word;
  std::memcpy(&word, at, sizeof word);
  if constexpr (std::endian::native == std::endian::big) {
    if constexpr (sizeof(Word) == 8)
      return __builtin_bswap64(word);
    else
      return __builtin_bswap32(word);
  }
  return word;
}

/// More than sixteen bytes: two independent lanes, so that one multiplication hides the other.
[[nodiscard]] inline std::uint64_t mix_long_bytes(std::uint64_t seed, char const* at,
                                                  std::size_t size) noexcept {
  using word = std::uint64_t;
  auto const end = at + size;
  auto other = seed ^ mix_c;
  for (; end - at > 32; at += 32) {
    seed = fold_multiply(load_word<word>(at) ^ mix_b, load_word<word>(at + 8) ^ seed);
    other = fold_multiply(load_word<word>(at + 16) ^ mix_c, load_word<word>(at + 24) ^ other);
  }
  if (end - at > 16)
    seed = fold_multiply(load_word<word>(at) ^ mix_b, load_word<word>(at + 8) ^ seed);
  // The last sixteen bytes may overlap what was read before: the size is mixed in as well.
  other = fold_multiply(load_word<word>(end - 16) ^ mix_c, load_word<word>(end - 8) ^ other);
  return fold_multiply(seed ^ size, other ^ mix_a);
}

/// Continues the hash `seed` with bytes. Words of text are short: up to sixteen bytes are two
/// overlapping loads and two multiplications, without a loop.
[[nodiscard]] inline std::uint64_t mix_bytes(std::uint64_t seed, char const* at,
                                             std::size_t size) noexcept {
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  if (size > 16) [[unlikely]]
    return mix_long_bytes(seed, at, size);
  if (size >= 8) {
    a = load_word<std::uint64_t>(at);
    b = load_word<std::uint64_t>(at + size - 8);
  } else if (size >= 4) {
    a = load_word<std::uint32_t>(at);
    b = load_word<std::uint32_t>(at + size - 4);
  } else if (size > 0) {
    auto const byte = [at](std::size_t i) { return static_cast<unsigned char>(at[i]); };
    a = byte(0) | std::uint64_t{byte(size / 2)} << 8U | std::uint64_t{byte(size - 1)} << 16U;
  }
  return fold_multiply(fold_multiply(a ^ mix_b, b ^ seed) ^ size, mix_c);
}

}  // namespace sluice::detail
