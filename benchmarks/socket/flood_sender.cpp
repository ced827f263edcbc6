#include "flood_sender.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <new>
#include <system_error>

namespace bench {

namespace {

void check(bool ok, char const* what) {
  if (!ok) throw std::system_error{errno, std::generic_category(), what};
}

int listen_on_loopback(std::uint16_t& port) {
  auto const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  check(fd >= 0, "flood sender: socket");
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  auto* const address = reinterpret_cast<sockaddr*>(&at);
  check(::bind(fd, address, size) == 0, "flood sender: bind");
  check(::listen(fd, 1) == 0, "flood sender: listen");
  check(::getsockname(fd, address, &size) == 0, "flood sender: getsockname");
  port = ntohs(at.sin_port);
  return fd;
}

std::array<char, flood_sender::block_bytes> lines;

/// Lines of words.
std::string_view filled_lines() {
  constexpr char text[] = "a line of words that arrives again and again as fast as it is taken ";
  constexpr auto period = sizeof text - 1;
  for (std::size_t i = 0; i != lines.size(); ++i) {
    auto const column = i % flood_sender::line_bytes;
    lines[i] = column + 1 == flood_sender::line_bytes ? '\n' : text[(column + i / 997) % period];
  }
  return {lines.data(), lines.size()};
}

bool send_block(int to, std::string_view block) {
  while (!block.empty()) {
    auto const n = ::send(to, block.data(), block.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    block.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

flood_sender::flood_sender() : flood_sender{std::vector{filled_lines()}} {}

flood_sender::flood_sender(std::span<std::string const> blocks)
    : flood_sender{std::vector<std::string_view>(blocks.begin(), blocks.end())} {}

flood_sender::flood_sender(std::vector<std::string_view> blocks) {
  auto* const memory = ::mmap(nullptr, sizeof(shared_state), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  check(memory != MAP_FAILED, "flood sender: mmap");
  shared_ = new (memory) shared_state;
  auto const listener = listen_on_loopback(port_);
  int ends[2];
  check(::pipe(ends) == 0, "flood sender: pipe");
  process_ = ::fork();
  check(process_ >= 0, "flood sender: fork");
  if (process_ == 0) {
    ::close(ends[1]);
    run(listener, ends[0], blocks, *shared_);
  }
  ::close(listener);
  ::close(ends[0]);
  commands_ = ends[1];
}

flood_sender::~flood_sender() {
  ::close(commands_);
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  ::munmap(shared_, sizeof(shared_state));
}

void flood_sender::send(std::uint64_t blocks) {
  ++shared_->asked;
  check(::write(commands_, &blocks, sizeof blocks) == sizeof blocks, "flood sender: write");
}

void flood_sender::stop() { shared_->stopped = true; }

void flood_sender::run(int listener, int commands, std::span<std::string_view const> blocks,
                       shared_state& shared) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  auto const peer = ::accept(listener, nullptr, nullptr);
  std::uint64_t asked = 0;
  std::size_t next = 0;
  while (peer >= 0 && ::read(commands, &asked, sizeof asked) == sizeof asked) {
    for (; asked != 0 && !shared.stopped; --asked) {
      if (!send_block(peer, blocks[next])) ::_exit(1);
      shared.sent += blocks[next].size();
      next = (next + 1) % blocks.size();
    }
    ++shared.finished;
  }
  ::_exit(0);
}

}  // namespace bench
