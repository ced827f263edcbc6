#include "bare_reader.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace bench {

// As large as a receiver's block.
bare_reader::bare_reader(std::uint16_t port)
    : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}, buffer_(std::size_t{256} << 10U) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(port);
  if (socket_ < 0 || ::connect(socket_, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0)
    throw std::system_error{errno, std::generic_category(), "bare reader: connect"};
}

bare_reader::~bare_reader() { ::close(socket_); }

std::uint64_t bare_reader::read(std::uint64_t bytes) {
  std::uint64_t length = 0;
  read(bytes, [&length](std::string_view line) { length += line.size(); });
  return length;
}

std::size_t bare_reader::fill() {
  for (;;) {
    auto const n = ::read(socket_, buffer_.data() + rest_, buffer_.size() - rest_);
    if (n > 0) return static_cast<std::size_t>(n);
    if (n < 0 && errno == EINTR) continue;
    throw std::system_error{n < 0 ? errno : ECONNRESET, std::generic_category(),
                            "bare reader: read"};
  }
}

}  // namespace bench
