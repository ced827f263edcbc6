#include "line_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace sluice::tests {

namespace {

constexpr int patience_ms = 5;

bool readable(int socket) {
  pollfd look{socket, POLLIN, 0};
  return ::poll(&look, 1, patience_ms) > 0;
}

}  // namespace

line_server::line_server() : listening_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  auto me = sockaddr_in{};
  me.sin_family = AF_INET;
  me.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof me;
  if (::bind(listening_, reinterpret_cast<sockaddr*>(&me), size) != 0 ||
      ::listen(listening_, 8) != 0 ||
      ::getsockname(listening_, reinterpret_cast<sockaddr*>(&me), &size) != 0)
    throw std::runtime_error{"no port to listen on"};
  port_ = ntohs(me.sin_port);
  thread_ = std::thread{[this] { serve(); }};
}

line_server::~line_server() {
  ending_ = true;
  thread_.join();
  ::close(listening_);
}

void line_server::add(std::string line) {
  std::lock_guard const guard{mutex_};
  lines_.push_back(std::move(line));
}

void line_server::serve() {
  while (!ending_) {
    if (!readable(listening_)) continue;
    auto const reader = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (reader < 0) continue;
    talk_to(reader);
    ::close(reader);
  }
}

void line_server::talk_to(int reader) {
  std::string hello;
  while (hello.find('\n') == std::string::npos) {
    if (ending_) return;
    if (!readable(reader)) continue;
    char bytes[64];
    auto const n = ::recv(reader, bytes, sizeof bytes, 0);
    if (n <= 0) return;
    hello.append(bytes, static_cast<std::size_t>(n));
  }
  auto sent = static_cast<std::uint64_t>(std::stoull(hello));
  while (!ending_ && send_from(reader, sent)) {
    if (!readable(reader)) continue;
    char byte;
    if (::recv(reader, &byte, 1, 0) <= 0) return;  // it is gone
  }
}

bool line_server::send_from(int reader, std::uint64_t& sent) {
  std::string text;
  {
    std::lock_guard const guard{mutex_};
    for (; sent < lines_.size(); ++sent)
      text += std::to_string(sent + 1) + ' ' + lines_[sent] + '\n';
  }
  for (std::size_t at = 0; at < text.size();) {
    auto const n = ::send(reader, text.data() + at, text.size() - at, MSG_NOSIGNAL);
    if (n <= 0) return false;
    at += static_cast<std::size_t>(n);
  }
  return true;
}

}  // namespace sluice::tests
