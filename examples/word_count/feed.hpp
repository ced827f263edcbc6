// The text server inside the program: real TCP on the loopback interface, for one reader at a time.
//
// Thread rule: a thread of its own serves; members are for one thread. Promise: it sends whole
// lines, at the rate asked for or as fast as the reader takes them, and knows how many.
#pragma once

#include <cstdint>
#include <memory>
#include <thread>

namespace word_count {

class feed {
 public:
  /// Listens on a port that the system chooses.
  /// @throws std::system_error if it cannot
  explicit feed(double lines_per_second);
  /// Closes the connection without waiting for the reader.
  ~feed();
  feed(feed const&) = delete;
  feed& operator=(feed const&) = delete;

  std::uint16_t port() const;

  /// Sends no further line, and waits until the reader has taken all that were sent.
  /// @return the lines sent; the reader may have missed some only if it closed or stalled for long
  std::uint64_t finish();

 private:
  class server;

  std::unique_ptr<server> server_;
  std::jthread thread_;
};

}  // namespace word_count
