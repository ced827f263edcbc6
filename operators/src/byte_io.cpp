#include <sluice/operators/byte_io.hpp>
#include <sluice/operators/error.hpp>

namespace sluice {

byte_reader::byte_reader(std::vector<std::span<std::byte const>> pieces, std::string_view subject)
    : pieces_{std::move(pieces)}, subject_{subject} {
  std::reverse(pieces_.begin(), pieces_.end());
  for (auto const& piece : pieces_) behind_ += piece.size();
}

std::uint64_t byte_reader::get_long_varint(std::string_view what) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    auto const byte = get_byte(what);
    auto const bits = std::uint64_t{byte} & 0x7fU;
    // The tenth byte holds one bit.
    if (shift == 63 && bits > 1) break;
    value |= bits << shift;
    if ((byte & 0x80U) == 0) {
      if (bits == 0 && shift != 0) fail(what, "a length is not in its shortest form");
      return value;
    }
  }
  fail(what, "a length does not fit in 64 bits");
}

std::size_t byte_reader::get_count(std::size_t min_size, std::string_view what) {
  auto const count = get_varint(what);
  if (count > remaining() / min_size)
    fail(what, "the count " + std::to_string(count) + " of elements of at least " +
                   std::to_string(min_size) + " bytes exceeds the " + std::to_string(remaining()) +
                   " bytes that remain");
  return static_cast<std::size_t>(count);
}

void byte_reader::expect_end(std::string_view what) const {
  if (!at_end()) fail(what, std::to_string(remaining()) + " bytes are left over");
}

void byte_reader::fail(std::string_view what, std::string_view reason) const {
  std::string message = "cannot decode ";
  message += subject_;
  message += ": ";
  message += what;
  message += " at byte ";
  message += std::to_string(offset());
  message += " of ";
  message += std::to_string(offset() + remaining());
  message += ": ";
  message += reason;
  message += "; the bytes are truncated, damaged, or were written for another type";
  throw runtime_failure(message);
}

// A piece ends where a value does.
void byte_reader::next_piece(std::size_t size, std::string_view what) {
  while (in_piece() == 0 && !pieces_.empty()) {
    before_ += bytes_.size();
    bytes_ = pieces_.back();
    at_ = 0;
    behind_ -= bytes_.size();
    pieces_.pop_back();
  }
  if (size > in_piece())
    fail(what,
         std::to_string(size) + " bytes are needed, " + std::to_string(remaining()) + " remain");
}

}  // namespace sluice
