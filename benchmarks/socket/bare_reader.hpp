/// The loop that one would write to read lines from a socket: what the library is compared with.
///
/// Thread rule: used by one thread. Promise: one copy out of the kernel, one `memchr` per line.
#pragma once

#include <cstdint>
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

 private:
  int socket_;
  std::vector<char> buffer_;
  std::size_t rest_ = 0;  ///< bytes at the front of the buffer: the line that has not ended
};

}  // namespace bench
