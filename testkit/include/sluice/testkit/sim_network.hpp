/// TCP with scripted peers.
///
/// Thread rule: one thread. Promise: bytes arrive whole and in order, cut anywhere; a peer blocks
/// when its socket buffer is full, so a reader that stops reading is seen.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <sluice/operators/time.hpp>
#include <sluice/supervision/network.hpp>
#include <sluice/supervision/world.hpp>
#include <sluice/testkit/sim_session.hpp>
#include <string>
#include <vector>

namespace sluice::testkit {

class sim_events;

/// A program that listens at one host and port.
class sim_peer {
 public:
  static constexpr std::size_t default_buffer = 64 * 1024;

  sim_peer(sim_events& events, std::string name, std::shared_ptr<sim_read_sizes> sizes);
  sim_peer(sim_peer const&) = delete;
  sim_peer& operator=(sim_peer const&) = delete;

  /// `host:port`.
  std::string const& name() const { return name_; }

  /// Plays `script` on the next connection that has none yet: the first call on the first
  /// connection, and so on. Connections beyond are silent.
  sim_peer& accept(sim_script script);
  /// Refuses the next `attempts` connections.
  sim_peer& refuse(std::size_t attempts);
  /// Leaves the next `attempts` connections, after refused ones, unanswered until they time out.
  sim_peer& ignore(std::size_t attempts);
  /// Virtual time from an attempt to its answer; 0 at first.
  sim_peer& set_latency(duration latency);
  /// Bytes that can be under way to the reader, for connections from now on.
  /// @throws usage_error if 0
  sim_peer& set_buffer(std::size_t bytes);

  /// Connection attempts so far, whatever came of them.
  std::size_t attempts() const { return attempts_; }
  /// Connections so far, closed ones included.
  std::size_t accepted() const { return sessions_.size(); }
  /// Connections that neither side has closed.
  std::size_t open() const;
  /// The `index`-th connection, counted from 0.
  /// @throws usage_error if there is none yet
  sim_session& session(std::size_t index);
  /// Sum over all connections.
  std::uint64_t bytes_taken() const;
  /// Sum over all connections.
  std::uint64_t bytes_blocked() const;

 private:
  friend class sim_network;
  enum class answer { yes, refused, none };
  answer answer_next();
  std::shared_ptr<sim_session> open_session();

  sim_events& events_;
  std::string const name_;
  std::shared_ptr<sim_read_sizes> sizes_;
  std::deque<sim_script> scripts_;
  std::vector<std::shared_ptr<sim_session>> sessions_;
  std::size_t attempts_ = 0;
  std::size_t refuse_ = 0;
  std::size_t ignore_ = 0;
  duration latency_{0};
  std::size_t buffer_ = default_buffer;
};

/// `network` for simulations.
class sim_network final : public network {
 public:
  /// The queue, on which completions come, must outlive the network.
  sim_network(sim_events& events, random_stream chance);
  ~sim_network() override;

  /// Attempts to a host and port where nobody listens are refused; `timeout` is virtual.
  void connect(std::string host, std::uint16_t port, std::chrono::milliseconds timeout,
               std::function<void(io_result<std::shared_ptr<connection>>)> done) override;

  /// The peer at this address, created by the first call.
  sim_peer& listen(std::string const& host, std::uint16_t port);
  /// Reads give 1 to n of the bytes that are there, drawn, instead of all that fit.
  void set_split_reads(bool on);
  /// Every connection breaks, with a reset.
  void cut_all();
  /// The process dies: its connections are gone, its completions never come. Peers stay.
  void crash();

 private:
  using connect_done = std::function<void(io_result<std::shared_ptr<connection>>)>;
  void fail(std::string const& peer, std::errc why, std::chrono::nanoseconds after,
            connect_done done);
  void open(sim_peer& peer, connect_done done);

  sim_events& events_;
  std::shared_ptr<sim_read_sizes> sizes_;
  // Attempts remember the life they belong to; a crash ends it.
  std::shared_ptr<bool> life_ = std::make_shared<bool>(true);
  std::map<std::string, std::unique_ptr<sim_peer>> peers_;
};

}  // namespace sluice::testkit
