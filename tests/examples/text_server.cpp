#include "text_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <doctest/doctest.h>

namespace sluice::tests {

namespace {

constexpr int patience_ms = 30'000;

bool readable(int descriptor) {
  pollfd one{descriptor, POLLIN, 0};
  return ::poll(&one, 1, patience_ms) == 1;
}

}  // namespace

text_server::text_server() : listening_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  REQUIRE(listening_ >= 0);
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(listening_, reinterpret_cast<sockaddr const*>(&any), sizeof any) == 0);
  REQUIRE(::listen(listening_, 4) == 0);
}

text_server::~text_server() {
  ::close(listening_);
  if (reader_ >= 0) ::close(reader_);
}

std::string text_server::address() const {
  sockaddr_in own{};
  socklen_t size = sizeof own;
  REQUIRE(::getsockname(listening_, reinterpret_cast<sockaddr*>(&own), &size) == 0);
  return "127.0.0.1:" + std::to_string(ntohs(own.sin_port));
}

void text_server::accept() {
  REQUIRE_MESSAGE(readable(listening_), "nobody has connected");
  reader_ = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
  REQUIRE(reader_ >= 0);
  timeval const patience{patience_ms / 1000, 0};
  REQUIRE(::setsockopt(reader_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0);
}

void text_server::send(std::string_view text) {
  while (!text.empty()) {
    auto const sent = ::send(reader_, text.data(), text.size(), MSG_NOSIGNAL);
    REQUIRE_MESSAGE(sent > 0, "the reader takes nothing");
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void text_server::finish() {
  REQUIRE(::shutdown(reader_, SHUT_WR) == 0);
  REQUIRE_MESSAGE(readable(reader_), "the reader does not close");
  char nothing = 0;
  CHECK(::recv(reader_, &nothing, 1, 0) == 0);
}

}  // namespace sluice::tests
