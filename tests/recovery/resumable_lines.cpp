#include "resumable_lines.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace sluice::tests {

namespace {

int connect_to(std::uint16_t port) {
  auto const socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto peer = sockaddr_in{};
  peer.sin_family = AF_INET;
  peer.sin_port = htons(port);
  peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&peer), sizeof peer) == 0) return socket;
  ::close(socket);
  throw std::runtime_error{"the peer does not listen"};
}

}  // namespace

void resumable_lines::on_start(receiver_handle<std::string>& handle) {
  auto const socket = connect_to(port_);
  socket_ = socket;
  auto const hello = std::to_string(handle.last_position().value_or(0)) + '\n';
  if (::send(socket, hello.data(), hello.size(), MSG_NOSIGNAL) < 0)
    throw std::runtime_error{"the peer has closed"};
  std::string text;
  char bytes[4096];
  while (!handle.stopped()) {
    auto const n = ::recv(socket, bytes, sizeof bytes, 0);
    if (n <= 0) break;
    text.append(bytes, static_cast<std::size_t>(n));
    std::size_t from = 0;
    for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', from)) {
      auto line = text.substr(from, end - from);
      auto const space = line.find(' ');
      handle.store_at(std::stoull(line.substr(0, space)), line.substr(space + 1));
      from = end + 1;
    }
    text.erase(0, from);
  }
  ::close(socket);
  if (!handle.stopped()) throw std::runtime_error{"the connection is lost"};
}

void resumable_lines::on_stop() {
  if (auto const socket = socket_.exchange(-1); socket >= 0) ::shutdown(socket, SHUT_RDWR);
}

}  // namespace sluice::tests
