#include "feed.hpp"

#include <boost/asio.hpp>
#include <chrono>
#include <future>
#include <string>

#include "sentences.hpp"

namespace word_count {

namespace asio = boost::asio;
using asio::ip::tcp;
using clock = std::chrono::steady_clock;
using failure = boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds pace{10};
constexpr std::chrono::seconds patience{10};
constexpr std::size_t largest_write = 64 * 1024;
constexpr std::uint32_t seed = 1859;

}  // namespace

/// Everything below runs on the thread that runs `run`, but for `finish`.
class feed::server {
 public:
  explicit server(double lines_per_second)
      : rate_{lines_per_second},
        acceptor_{io_, {asio::ip::address_v4::loopback(), 0}},
        socket_{io_},
        timer_{io_},
        text_{seed} {
    accept();
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  void run() { io_.run(); }
  void end() { io_.stop(); }

  std::uint64_t finish() {
    auto sent = taken_.get_future();
    asio::post(io_, [this] {
      finishing_ = true;
      if (!sending_) say_goodbye();
      timer_.expires_after(patience);
      timer_.async_wait([this](failure failed) {
        if (!failed) report();
      });
    });
    return sent.get();
  }

 private:
  void accept() {
    acceptor_.async_accept([this](failure failed, tcp::socket peer) {
      if (failed || finishing_) return;
      socket_ = std::move(peer);
      started_ = clock::now();
      lines_here_ = 0;
      send_due();
    });
  }

  // Sends the lines that are due by now; whoever has sent everything waits a little.
  void send_due() {
    if (finishing_) return say_goodbye();
    auto const elapsed = std::chrono::duration<double>{clock::now() - started_}.count();
    auto const due = static_cast<std::uint64_t>(elapsed * rate_);
    buffer_.clear();
    pending_ = 0;
    for (; lines_here_ < due && buffer_.size() < largest_write; ++lines_here_, ++pending_)
      text_.append_to(buffer_);
    if (pending_ == 0) return wait();
    sending_ = true;
    asio::async_write(socket_, asio::buffer(buffer_), [this](failure failed, std::size_t) {
      sending_ = false;
      if (failed) return lost();
      sent_ += pending_;
      send_due();
    });
  }

  void wait() {
    timer_.expires_after(pace);
    timer_.async_wait([this](failure failed) {
      if (!failed) send_due();
    });
  }

  void lost() {
    if (finishing_) return report();
    socket_.close();
    accept();
  }

  // The reader closes when it has read to the end.
  void say_goodbye() {
    failure ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    if (ignored) return report();
    socket_.async_wait(tcp::socket::wait_read, [this](failure) { report(); });
  }

  void report() {
    if (std::exchange(reported_, true)) return;
    timer_.cancel();
    taken_.set_value(sent_);
  }

  double const rate_;
  asio::io_context io_{1};
  tcp::acceptor acceptor_;
  tcp::socket socket_;
  asio::steady_timer timer_;
  sentences text_;
  std::string buffer_;
  clock::time_point started_;
  std::uint64_t lines_here_ = 0;  // made for this connection
  std::uint64_t pending_ = 0;     // in buffer_
  std::uint64_t sent_ = 0;
  bool sending_ = false;
  bool finishing_ = false;
  bool reported_ = false;
  std::promise<std::uint64_t> taken_;
};

feed::feed(double lines_per_second)
    : server_{std::make_unique<server>(lines_per_second)}, thread_{[s = server_.get()] {
        s->run();
      }} {}

feed::~feed() {
  server_->end();
  thread_.join();
}

std::uint16_t feed::port() const { return server_->port(); }

std::uint64_t feed::finish() { return server_->finish(); }

}  // namespace word_count
