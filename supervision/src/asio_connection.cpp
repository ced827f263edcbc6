#include "asio_connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <mutex>
#include <utility>

#include "io_thread.hpp"

namespace sluice {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using read_done = std::function<void(read_result)>;

// Outlives the connection until the outstanding read has come back.
class socket_state final : public io_resource, public std::enable_shared_from_this<socket_state> {
 public:
  socket_state(std::shared_ptr<asio::io_context> context, tcp::socket socket, std::string peer)
      : context_{std::move(context)}, socket_{std::move(socket)}, peer_{std::move(peer)} {}

  void read(io_buffer buffer, std::size_t offset, read_done done) {
    auto const lock = std::scoped_lock{mutex_};
    if (auto const refusal = refuse(buffer, offset); refusal != std::errc{}) {
      return fail_later(std::move(buffer), refusal, std::move(done));
    }
    reading_ = true;
    auto const space = asio::buffer(buffer.data.get() + offset, buffer.capacity - offset);
    socket_.async_read_some(
        space, [self = shared_from_this(), buffer = std::move(buffer), done = std::move(done)](
                   auto const& failed, std::size_t bytes) mutable {
          done(self->finish(std::move(buffer), failed, bytes));
        });
  }

  void abort() override {
    auto const lock = std::scoped_lock{mutex_};
    auto ignored = boost::system::error_code{};
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
  }

 private:
  std::errc refuse(io_buffer const& buffer, std::size_t offset) const {
    if (offset >= buffer.capacity) return std::errc::invalid_argument;
    if (reading_) return std::errc::operation_in_progress;
    if (!socket_.is_open()) return std::errc::operation_canceled;
    return {};
  }

  void fail_later(io_buffer buffer, std::errc why, read_done done) {
    asio::post(*context_, [failed = io_error{make_error_code(why), peer_},
                           buffer = std::move(buffer), done = std::move(done)]() mutable {
      done({.buffer = std::move(buffer), .bytes = 0, .failed = std::move(failed)});
    });
  }

  read_result finish(io_buffer buffer, boost::system::error_code const& failed, std::size_t bytes) {
    auto const lock = std::scoped_lock{mutex_};
    reading_ = false;
    auto result = read_result{.buffer = std::move(buffer), .bytes = bytes, .failed = {}};
    // A close that overtakes a read wins, so that nobody mistakes it for the peer's end of stream.
    if (!socket_.is_open()) {
      result.bytes = 0;
      result.failed = io_error{make_error_code(std::errc::operation_canceled), peer_};
    } else if (failed && failed != asio::error::eof) {
      result.failed = io_error{failed, peer_};
    }
    return result;
  }

  std::shared_ptr<asio::io_context> context_;
  std::mutex mutex_;
  // The two below: only under mutex_.
  tcp::socket socket_;
  bool reading_ = false;
  std::string const peer_;
};

class asio_connection final : public connection {
 public:
  explicit asio_connection(std::shared_ptr<socket_state> state) : state_{std::move(state)} {}
  ~asio_connection() override { state_->abort(); }

  void read(io_buffer buffer, std::size_t offset, read_done done) override {
    state_->read(std::move(buffer), offset, std::move(done));
  }
  void close() override { state_->abort(); }

 private:
  std::shared_ptr<socket_state> state_;
};

}  // namespace

std::shared_ptr<connection> make_asio_connection(io_thread& io, tcp::socket socket,
                                                 std::string peer) {
  auto state = std::make_shared<socket_state>(io.context(), std::move(socket), std::move(peer));
  io.add(state);
  return std::make_shared<asio_connection>(std::move(state));
}

}  // namespace sluice
