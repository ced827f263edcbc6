#include "paced_sender.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <string>
#include <system_error>

namespace sluice::tests {

namespace {

void check(bool ok, char const* what) {
  if (!ok) throw std::system_error{errno, std::generic_category(), what};
}

std::uint64_t now_us() {
  auto const since = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(since).count());
}

std::string make_lines(std::uint64_t n) {
  auto line = std::to_string(now_us()) + ' ';
  line.resize(paced_sender::line_bytes - 1, '.');
  line += '\n';
  std::string text;
  for (std::uint64_t i = 0; i != n; ++i) text += line;
  return text;
}

}  // namespace

paced_sender::paced_sender(std::uint64_t rate)
    : listening_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  check(listening_ >= 0, "paced sender: socket");
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  auto* const address = reinterpret_cast<sockaddr*>(&at);
  check(::bind(listening_, address, size) == 0, "paced sender: bind");
  check(::listen(listening_, 1) == 0, "paced sender: listen");
  check(::getsockname(listening_, address, &size) == 0, "paced sender: getsockname");
  port_ = ntohs(at.sin_port);
  thread_ = std::thread{[this, rate] { serve(rate); }};
}

paced_sender::~paced_sender() {
  finish();
  ::close(listening_);
}

void paced_sender::finish() {
  ending_ = true;
  if (!thread_.joinable()) return;
  ::shutdown(listening_, SHUT_RDWR);  // wakes an accept that nobody came for
  thread_.join();
}

void paced_sender::serve(std::uint64_t rate) {
  auto const peer = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
  if (peer < 0) return;
  auto const begin = std::chrono::steady_clock::now();
  std::uint64_t due = 0;
  while (!ending_) {
    auto const passed =
        std::chrono::duration<double>{std::chrono::steady_clock::now() - begin}.count();
    auto const until_now = static_cast<std::uint64_t>(passed * static_cast<double>(rate));
    // Who was held up does not make up for it.
    auto const n = std::min(until_now - std::min(due, until_now), rate / 20);
    due = until_now;
    if (n != 0 && !send_lines(peer, n)) break;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  ::close(peer);
}

std::chrono::microseconds paced_sender::age(std::string_view line) {
  std::uint64_t sent = 0;
  std::from_chars(line.data(), line.data() + line.size(), sent);
  return std::chrono::microseconds{now_us() - sent};
}

bool paced_sender::send_lines(int to, std::uint64_t n) {
  auto const text = make_lines(n);
  for (std::size_t at = 0; at != text.size();) {
    auto const done = ::send(to, text.data() + at, text.size() - at, MSG_NOSIGNAL);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    at += static_cast<std::size_t>(done);
  }
  sent_ += n;
  return true;
}

}  // namespace sluice::tests
