/// The loop that one would write to read lines from a socket: what the library is compared with.
///
/// Thread rule: used by one thread. Promise: one copy out of the kernel, one `memchr` per line.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace bench {

class bare_reader {
 public:
  /// Connects to 127.0.0.1.
  explicit bare_reader(std::uint16_t port);
  ~bare_reader();
  bare_reader(bare_reader const&) = delete;
  bare_reader& operator=(bare_reader const&) = delete;

  /// Reads so many bytes. @return the sum of the lengths of their lines, without line ends
  std::uint64_t read(std::uint64_t bytes);
  /// Reads so many bytes, whose last one ends a line, and calls `visit` with every line.
  template <class Visit>
  void read(std::uint64_t bytes, Visit&& visit) {
    while (bytes != 0) {
      auto const n = fill();
      bytes -= n;
      char const* at = buffer_.data();
      auto const* const end = at + rest_ + n;
      while (auto const* const found = static_cast<char const*>(
                 std::memchr(at, '\n', static_cast<std::size_t>(end - at)))) {
        visit(std::string_view{at, static_cast<std::size_t>(found - at)});
        at = found + 1;
      }
      rest_ = static_cast<std::size_t>(end - at);
      std::memmove(buffer_.data(), at, rest_);
    }
  }

 private:
  /// Appends to the rest what there is, at least a byte. @return the number of bytes
  std::size_t fill();

  int socket_;
  std::vector<char> buffer_;
  std::size_t rest_ = 0;  ///< bytes at the front of the buffer: the line that has not ended
};

}  // namespace bench
