// The real network against a server on the loopback interface.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <doctest/doctest.h>
#include <cerrno>
#include <future>
#include <memory>
#include <sluice/supervision/network.hpp>
#include <sluice/supervision/world.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "tests/print_results.hpp"

using namespace sluice;
using namespace std::chrono_literals;

namespace {

class socket_handle {
 public:
  explicit socket_handle(int number) : number_{number} { REQUIRE(number != -1); }
  socket_handle(socket_handle&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
  ~socket_handle() { close(); }
  int get() const { return number_; }
  void close() {
    if (number_ != -1) ::close(std::exchange(number_, -1));
  }
  void send(std::string_view text) const {
    REQUIRE(::send(number_, text.data(), text.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
  }

 private:
  int number_;
};

// Listens on a port that the system chose.
class server {
 public:
  explicit server(int backlog = 16) {
    auto address = sockaddr_in{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto size = socklen_t{sizeof address};
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(socket_.get(), generic, size) == 0);
    REQUIRE(::listen(socket_.get(), backlog) == 0);
    REQUIRE(::getsockname(socket_.get(), generic, &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  std::uint16_t port() const { return port_; }
  socket_handle accept() const { return socket_handle{::accept(socket_.get(), nullptr, nullptr)}; }

 private:
  socket_handle socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::uint16_t port_ = 0;
};

// What a completion brings, and on which thread.
template <class T>
class outcome {
 public:
  std::function<void(T)> completion() {
    return [promise = promise_](T result) {
      promise->set_value({std::move(result), std::this_thread::get_id()});
    };
  }
  T get() {
    REQUIRE(future_.wait_for(30s) == std::future_status::ready);
    auto [result, thread] = future_.get();
    CHECK(thread != std::this_thread::get_id());
    return std::move(result);
  }

 private:
  using arrival = std::pair<T, std::thread::id>;
  // Shared with the completion, which may still be setting the value when the test goes on. A
  // second call would throw there and end the program: exactly once.
  std::shared_ptr<std::promise<arrival>> promise_ = std::make_shared<std::promise<arrival>>();
  std::future<arrival> future_ = promise_->get_future();
};

using connected = io_result<std::shared_ptr<connection>>;

connected try_connect(world& world, std::string const& host, std::uint16_t port,
                      std::chrono::milliseconds timeout = 30s) {
  auto attempt = outcome<connected>{};
  world.network().connect(host, port, timeout, attempt.completion());
  return attempt.get();
}

std::shared_ptr<connection> connect(world& world, server const& to) {
  auto result = try_connect(world, "127.0.0.1", to.port());
  REQUIRE(result);
  return *result;
}

io_buffer buffer(std::size_t capacity) { return {std::make_unique<char[]>(capacity), capacity}; }

read_result read(connection& from, std::size_t capacity, std::size_t offset = 0) {
  auto reading = outcome<read_result>{};
  from.read(buffer(capacity), offset, reading.completion());
  return reading.get();
}

std::string_view text(read_result const& result, std::size_t offset = 0) {
  return {result.buffer.data.get() + offset, result.bytes};
}

}  // namespace

TEST_CASE("network reads what the peer sends, then its end of stream") {
  auto const world = make_real_world();
  server listening;
  auto const client = connect(*world, listening);
  auto peer = listening.accept();
  peer.send("hello");
  auto const hello = read(*client, 64);
  CHECK(text(hello) == "hello");
  CHECK(hello.buffer.capacity == 64);
  peer.close();
  auto const end = read(*client, 64);
  CHECK(end.bytes == 0);
  CHECK_FALSE(end.failed);
  CHECK(end.buffer.data != nullptr);
}

TEST_CASE("network connects by name") {
  auto const world = make_real_world();
  server listening;
  CHECK(try_connect(*world, "localhost", listening.port()));
}

TEST_CASE("network names host and port when a connection is refused") {
  auto const world = make_real_world();
  auto port = std::uint16_t{};
  {
    server gone;
    port = gone.port();
  }
  auto const refused = try_connect(*world, "127.0.0.1", port);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == std::errc::connection_refused);
  CHECK(refused.error().message() == "127.0.0.1:" + std::to_string(port) + ": Connection refused");
}

TEST_CASE("network names a host that cannot be found") {
  auto const world = make_real_world();
  auto const nameless = try_connect(*world, "", 80);
  REQUIRE_FALSE(nameless);
  CHECK(nameless.error().resource == ":80");
  auto const address = try_connect(*world, "::1", 1);
  REQUIRE_FALSE(address);
  CHECK(address.error().resource == "[::1]:1");
}

TEST_CASE("network gives up a connection that nobody answers") {
  auto const world = make_real_world();
  // Whom the kernel keeps in the full queue of a listener that does not accept waits for an answer.
  server busy{0};
  auto const first = connect(*world, busy);
  auto last = try_connect(*world, "127.0.0.1", busy.port(), 1ms);
  REQUIRE_FALSE(last);
  CHECK(last.error().code == std::errc::timed_out);
}

TEST_CASE("connection reads behind an offset and leaves the rest of the buffer alone") {
  auto const world = make_real_world();
  server listening;
  auto const client = connect(*world, listening);
  auto const peer = listening.accept();
  peer.send("cd");
  auto half_full = buffer(6);
  std::string_view{"abxxxx"}.copy(half_full.data.get(), 6);
  auto reading = outcome<read_result>{};
  client->read(std::move(half_full), 2, reading.completion());
  auto const result = reading.get();
  CHECK(result.bytes == 2);
  CHECK(std::string_view{result.buffer.data.get(), 6} == "abcdxx");
}

TEST_CASE("connection takes no more than it was asked for") {
  auto const world = make_real_world();
  server listening;
  auto const client = connect(*world, listening);
  auto const peer = listening.accept();
  peer.send("abcdef");
  CHECK(text(read(*client, 4)) == "abcd");
  CHECK(text(read(*client, 4)) == "ef");
}

TEST_CASE("connection without a read makes its peer wait") {
  auto const world = make_real_world();
  server listening;
  auto const client = connect(*world, listening);
  auto const peer = listening.accept();
  REQUIRE(::fcntl(peer.get(), F_SETFL, O_NONBLOCK) == 0);
  // Far more than the kernel buffers for a connection.
  constexpr auto limit = std::size_t{64} * 1024 * 1024;
  auto const chunk = std::string(64 * 1024, 'x');
  auto sent = std::size_t{0};
  while (sent < limit) {
    auto const count = ::send(peer.get(), chunk.data(), chunk.size(), MSG_NOSIGNAL);
    if (count == -1) break;
    sent += static_cast<std::size_t>(count);
  }
  CHECK(errno == EAGAIN);
  CHECK(sent < limit);
  auto received = std::size_t{0};
  while (received < sent) {
    auto const result = read(*client, chunk.size());
    REQUIRE(result.bytes > 0);
    received += result.bytes;
  }
  CHECK(received == sent);
}

TEST_CASE("connection fails an outstanding read when it is closed") {
  auto const world = make_real_world();
  server listening;
  auto client = connect(*world, listening);
  auto const peer = listening.accept();
  auto reading = outcome<read_result>{};
  client->read(buffer(8), 0, reading.completion());
  SUBCASE("by close") {
    client->close();
    client->close();
  }
  SUBCASE("by its destructor") { client.reset(); }
  auto const result = reading.get();
  REQUIRE(result.failed);
  CHECK(result.failed->code == std::errc::operation_canceled);
  CHECK(result.bytes == 0);
  CHECK(result.buffer.capacity == 8);
}

TEST_CASE("connection tells its peer that it was closed") {
  auto const world = make_real_world();
  server listening;
  auto const client = connect(*world, listening);
  auto const peer = listening.accept();
  client->close();
  auto letter = char{};
  CHECK(::recv(peer.get(), &letter, 1, 0) == 0);
}

TEST_CASE("connection refuses reads that cannot be") {
  auto const world = make_real_world();
  server listening;
  auto const client = connect(*world, listening);
  auto const peer = listening.accept();
  CHECK(read(*client, 4, 4).failed->code == std::errc::invalid_argument);
  CHECK(read(*client, 0).failed->code == std::errc::invalid_argument);
  auto first = outcome<read_result>{};
  client->read(buffer(8), 0, first.completion());
  CHECK(read(*client, 8).failed->code == std::errc::operation_in_progress);
  peer.send("for the first");
  CHECK(text(first.get()) == "for the ");
  client->close();
  auto const late = read(*client, 8);
  REQUIRE(late.failed);
  CHECK(late.failed->code == std::errc::operation_canceled);
  CHECK(late.failed->resource == "127.0.0.1:" + std::to_string(listening.port()));
}

TEST_CASE("connection reports a reset by its peer") {
  auto const world = make_real_world();
  server listening;
  auto const client = connect(*world, listening);
  auto peer = listening.accept();
  auto const abrupt = linger{.l_onoff = 1, .l_linger = 0};
  REQUIRE(::setsockopt(peer.get(), SOL_SOCKET, SO_LINGER, &abrupt, sizeof abrupt) == 0);
  peer.close();
  auto const result = read(*client, 8);
  REQUIRE(result.failed);
  CHECK(result.failed->code == std::errc::connection_reset);
}

TEST_CASE("connection can be read again from within a completion") {
  auto const world = make_real_world();
  server listening;
  auto const client = connect(*world, listening);
  auto const peer = listening.accept();
  auto second = outcome<read_result>{};
  client->read(buffer(1), 0, [&](read_result first) {
    client->read(std::move(first.buffer), 0, second.completion());
  });
  peer.send("ab");
  CHECK(text(second.get()) == "b");
}

TEST_CASE("world completes what is outstanding before it goes") {
  auto world = make_real_world();
  server busy{0};
  auto client = connect(*world, busy);
  auto reading = outcome<read_result>{};
  auto attempt = outcome<connected>{};
  client->read(buffer(8), 0, reading.completion());
  world->network().connect("127.0.0.1", busy.port(), 24h, attempt.completion());
  world.reset();
  CHECK(reading.get().failed->code == std::errc::operation_canceled);
  CHECK(attempt.get().error().code == std::errc::operation_canceled);
  client->close();
}
