/// One simulated TCP connection, seen from the peer's side.
///
/// Thread rule: one thread. Promise: what the peer has sent is either taken, under way or blocked,
/// and each of the three can be counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <sluice/operators/time.hpp>
#include <sluice/supervision/network.hpp>
#include <sluice/supervision/world.hpp>
#include <string>
#include <system_error>
#include <vector>

namespace sluice::testkit {

class sim_events;

/// What a peer does on one connection, step after step; then the connection stays open and silent.
///
/// `after` is virtual time from the end of the step before. A send ends when its last byte is in
/// the socket buffer, so a blocked send delays what follows, as in a program that writes to a
/// socket.
class sim_script {
 public:
  enum class action { send, close, reset };
  struct step {
    action what = action::send;
    std::string bytes;
    duration after{};
  };

  sim_script& send(std::string bytes, duration after = {});
  /// The end of the stream, behind the bytes that were sent. Steps behind it do not happen.
  sim_script& close(duration after = {});
  /// Fails reads at once and loses what was not read yet. Steps behind it do not happen.
  sim_script& reset(duration after = {});

  std::vector<step> const& steps() const { return steps_; }

 private:
  std::vector<step> steps_;
};

/// How much of what is there a read gives; one for all connections of a network.
struct sim_read_sizes {
  random_stream chance;
  bool split = false;

  /// `available`, or a draw from 1 to `available`; `available > 0`.
  std::size_t draw(std::size_t available);
};

/// A connection between a scripted peer and the program under test.
class sim_session : public std::enable_shared_from_this<sim_session> {
 public:
  sim_session(sim_events& events, std::string peer, std::size_t buffer,
              std::shared_ptr<sim_read_sizes> sizes);

  /// Adds steps behind those that have not happened yet.
  void play(sim_script const& script);
  /// The network breaks: a reset at once, whatever the script was about to do.
  void cut();

  /// Bytes that reads took out of the socket buffer.
  std::uint64_t bytes_taken() const { return taken_; }
  /// Bytes in the socket buffer.
  std::size_t bytes_buffered() const { return buffer_.size(); }
  /// Bytes of the current send that found no room in the socket buffer.
  std::size_t bytes_blocked() const { return backlog_.size() - backlog_at_; }
  /// True while neither side has closed.
  bool open() const { return !closed_ && !ended_ && !reset_; }
  /// True while a read is outstanding.
  bool reading() const { return read_.has_value(); }

  /// The reader's side; see `connection`.
  void read(io_buffer buffer, std::size_t offset, std::function<void(read_result)> done);
  /// The reader's side; see `connection`.
  void close();
  /// The reader's process is gone: nothing completes any more.
  void abandon();

 private:
  struct read_request {
    io_buffer buffer;
    std::size_t offset = 0;
    std::function<void(read_result)> done;
  };

  void next_step();
  void run_step();
  void pump();
  void drop_bytes();
  void complete_later();
  void complete();
  void fail_later(read_request request, std::errc why);
  io_error error(std::errc why) const;
  void take(read_request& request, read_result& result);

  sim_events* events_;  // null once abandoned
  std::string const peer_;
  std::size_t const buffer_limit_;
  std::shared_ptr<sim_read_sizes> sizes_;

  std::deque<sim_script::step> steps_;
  bool step_pending_ = false;
  std::string backlog_;
  std::size_t backlog_at_ = 0;
  std::string buffer_;
  std::uint64_t taken_ = 0;
  bool ended_ = false;   // the peer closed
  bool reset_ = false;   // the peer reset
  bool closed_ = false;  // the reader closed

  std::optional<read_request> read_;
  bool completing_ = false;
};

}  // namespace sluice::testkit
