#include "asio_network.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "asio_connection.hpp"
#include "io_thread.hpp"

namespace sluice {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using connect_done = std::function<void(io_result<std::shared_ptr<connection>>)>;

// A colon in the host is an IPv6 address, whose own colons need brackets.
std::string peer_name(std::string const& host, std::uint16_t port) {
  auto const address = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return address + ":" + std::to_string(port);
}

// One attempt. Everything but the constructor and abort() runs on the io thread, so that the timer,
// the look-up and the socket need no lock. The first of them to call finish() decides.
class connect_attempt final : public io_resource,
                              public std::enable_shared_from_this<connect_attempt> {
 public:
  connect_attempt(io_thread& io, std::string host, std::uint16_t port, connect_done done)
      : io_{io},
        context_{io.context()},
        host_{std::move(host)},
        port_{port},
        peer_{peer_name(host_, port)},
        done_{std::move(done)} {}

  void start(std::chrono::milliseconds timeout) {
    // Beyond a day the conversion to the timer's unit could overflow, and nobody would notice.
    constexpr auto longest = std::chrono::milliseconds{std::chrono::days{1}};
    asio::post(*context_, [self = shared_from_this(), limit = std::min(timeout, longest)] {
      if (!self->done_) return;
      self->limit_time(limit);
      self->resolve();
    });
  }

  void abort() override {
    asio::post(*context_,
               [self = shared_from_this()] { self->fail(asio::error::operation_aborted); });
  }

 private:
  void limit_time(std::chrono::milliseconds limit) {
    timer_.expires_after(limit);
    timer_.async_wait([self = shared_from_this()](error_code const& cancelled) {
      if (!cancelled) self->fail(asio::error::timed_out);
    });
  }

  void resolve() {
    // An empty name would be looked up as this machine.
    if (host_.empty()) return fail(asio::error::host_not_found);
    auto not_numeric = error_code{};
    auto const address = asio::ip::make_address(host_, not_numeric);
    // Addresses need no look-up, and no thread that waits for one.
    if (!not_numeric) return connect(std::array{tcp::endpoint{address, port_}});
    resolver_.async_resolve(host_, std::to_string(port_),
                            [self = shared_from_this()](error_code const& failed, auto found) {
                              if (failed) return self->fail(failed);
                              self->connect(found);
                            });
  }

  template <class Endpoints>
  void connect(Endpoints const& endpoints) {
    if (!done_) return;
    asio::async_connect(socket_, endpoints,
                        [self = shared_from_this()](error_code const& failed, auto const&) {
                          if (failed) return self->fail(failed);
                          self->succeed();
                        });
  }

  void fail(error_code const& why) { finish(io_error{why, peer_}); }

  void succeed() {
    if (done_) finish(make_asio_connection(io_, std::move(socket_), peer_));
  }

  void finish(io_result<std::shared_ptr<connection>> result) {
    if (!done_) return;
    auto const done = std::exchange(done_, nullptr);
    auto ignored = error_code{};
    timer_.cancel();
    resolver_.cancel();
    socket_.close(ignored);
    done(std::move(result));
  }

  io_thread& io_;
  std::shared_ptr<asio::io_context> context_;
  tcp::resolver resolver_{*context_};
  tcp::socket socket_{*context_};
  asio::steady_timer timer_{*context_};
  std::string const host_;
  std::uint16_t const port_;
  std::string const peer_;
  connect_done done_;
};

}  // namespace

void asio_network::connect(std::string host, std::uint16_t port, std::chrono::milliseconds timeout,
                           connect_done done) {
  auto attempt = std::make_shared<connect_attempt>(io_, std::move(host), port, std::move(done));
  io_.add(attempt);
  attempt->start(timeout);
}

}  // namespace sluice
