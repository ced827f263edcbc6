/// Bytes out and bytes in, beneath the codecs.
///
/// Thread rule: one thread at a time. Promise: a reader trusts nothing: whatever the bytes are, it
/// reads inside them or throws `runtime_failure` naming what it was reading and where.
#pragma once

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <sluice/operators/detail/unwritten.hpp>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace sluice {

namespace detail {

/// The unsigned integer of as many bytes as `T`.
template <std::size_t Size>
struct word_of_size;
template <>
struct word_of_size<1> : std::type_identity<std::uint8_t> {};
template <>
struct word_of_size<2> : std::type_identity<std::uint16_t> {};
template <>
struct word_of_size<4> : std::type_identity<std::uint32_t> {};
template <>
struct word_of_size<8> : std::type_identity<std::uint64_t> {};

template <class T>
concept fixed_width = std::is_arithmetic_v<T> &&(sizeof(T) <= 8);

template <fixed_width T>
using word_for = typename word_of_size<sizeof(T)>::type;

/// Between the order of this machine and that of the bytes: the same step either way.
template <class Word>
[[nodiscard]] constexpr Word low_byte_first(Word word) noexcept {
  if constexpr (std::endian::native == std::endian::little) {
    return word;
  } else {
    Word result = 0;
    for (std::size_t i = 0; i != sizeof(Word); ++i) {
      result = static_cast<Word>(std::uint64_t{result} << 8U | (word & 0xffU));
      word = static_cast<Word>(std::uint64_t{word} >> 8U);
    }
    return result;
  }
}

}  // namespace detail

/// The same bytes as characters.
[[nodiscard]] inline std::string_view text_of(std::span<std::byte const> bytes) noexcept {
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

/// Bytes; those that it grows by hold anything until they are written.
using byte_vector = std::vector<std::byte, detail::unwritten<std::byte>>;

/// Collects encoded bytes.
class byte_writer {
 public:
  using taker = std::function<void(byte_vector)>;

  byte_writer() = default;
  /// Passes on pieces of at least `size` bytes; what is left at the end stays here.
  byte_writer(std::size_t size, taker take) : piece_size_{size}, take_{std::move(take)} {}

  void put_byte(std::uint8_t value) { bytes_.push_back(std::byte{value}); }

  /// A number in seven bits per byte, low bits first: small numbers are short.
  void put_varint(std::uint64_t value) {
    for (; value >= 0x80U; value >>= 7U) put_byte(static_cast<std::uint8_t>(value | 0x80U));
    put_byte(static_cast<std::uint8_t>(value));
  }

  /// A number in as many bytes as it has, low byte first; floating point by its bits.
  template <detail::fixed_width T>
  void put_fixed(T value) {
    auto const word = detail::low_byte_first(std::bit_cast<detail::word_for<T>>(value));
    put_bytes(std::as_bytes(std::span{&word, 1}));
  }

  void put_bytes(std::span<std::byte const> bytes) {
    auto const at = bytes_.size();
    bytes_.resize(at + bytes.size());
    std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  /// The length of `text`, then its characters.
  void put_text(std::string_view text) {
    put_varint(text.size());
    put_bytes(std::as_bytes(std::span{text}));
  }

  /// A piece may end here, between two values. With nobody to take it, nothing happens.
  void end_piece() {
    if (!take_ || size() < piece_size_) return;
    auto const room = bytes_.capacity();
    take_(take());
    reserve(room);
  }

  void reserve(std::size_t size) { bytes_.reserve(size); }
  /// Forgets the bytes, keeps the memory.
  void clear() noexcept { bytes_.clear(); }

  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  [[nodiscard]] std::span<std::byte const> bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::string_view text() const noexcept { return text_of(bytes_); }
  [[nodiscard]] byte_vector take() noexcept { return std::exchange(bytes_, {}); }

 private:
  byte_vector bytes_;
  std::size_t piece_size_ = 0;
  taker take_;
};

/// Reads encoded bytes that somebody else keeps alive.
///
/// The argument `what` of each function is the type being read, for the message of a failure.
class byte_reader {
 public:
  /// @param subject  what the bytes are as a whole, for messages: "state of count_words"
  explicit byte_reader(std::span<std::byte const> bytes, std::string_view subject = "bytes")
      : bytes_{bytes}, subject_{subject} {}
  /// Reads pieces as a `byte_writer` has passed them on: no value is in two of them.
  byte_reader(std::vector<std::span<std::byte const>> pieces, std::string_view subject);

  [[nodiscard]] std::size_t offset() const noexcept { return before_ + at_; }
  [[nodiscard]] std::size_t remaining() const noexcept { return in_piece() + behind_; }
  [[nodiscard]] bool at_end() const noexcept { return remaining() == 0; }

  [[nodiscard]] std::uint8_t get_byte(std::string_view what) {
    return std::to_integer<std::uint8_t>(get_bytes(1, what)[0]);
  }

  [[nodiscard]] std::uint64_t get_varint(std::string_view what) {
    if (in_piece() == 0 || (bytes_[at_] & std::byte{0x80}) != std::byte{0})
      return get_long_varint(what);
    return std::to_integer<std::uint64_t>(bytes_[at_++]);
  }

  template <detail::fixed_width T>
  [[nodiscard]] T get_fixed(std::string_view what) {
    detail::word_for<T> word;
    std::memcpy(&word, get_bytes(sizeof word, what).data(), sizeof word);
    return std::bit_cast<T>(detail::low_byte_first(word));
  }

  [[nodiscard]] std::span<std::byte const> get_bytes(std::size_t size, std::string_view what) {
    if (size > in_piece()) next_piece(size, what);
    return bytes_.subspan(std::exchange(at_, at_ + size), size);
  }

  /// A count of elements of at least `min_size` bytes (not 0) each: never more than can follow.
  [[nodiscard]] std::size_t get_count(std::size_t min_size, std::string_view what);

  /// Throws if bytes are left over.
  void expect_end(std::string_view what) const;

  /// Throws the failure for bytes that cannot be a `what`.
  [[noreturn]] void fail(std::string_view what, std::string_view reason) const;

 private:
  std::uint64_t get_long_varint(std::string_view what);
  std::size_t in_piece() const noexcept { return bytes_.size() - at_; }
  void next_piece(std::size_t size, std::string_view what);

  std::span<std::byte const> bytes_;  // the piece that is read
  std::size_t at_ = 0;
  std::vector<std::span<std::byte const>> pieces_;  // that follow, the next one last
  std::size_t before_ = 0;                          // bytes of pieces before
  std::size_t behind_ = 0;                          // of those that follow
  std::string subject_;
};

}  // namespace sluice
