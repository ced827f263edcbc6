/// What text and raw socket inputs share: one connection at a time, established again when it ends.
///
/// Thread rule: the host's. Promise: reads only while the buffer has room; completions that come
/// after the end find nobody.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <sluice/receivers/detail/split_chunk.hpp>
#include <sluice/receivers/input.hpp>
#include <sluice/receivers/reconnect_backoff.hpp>
#include <sluice/supervision/network.hpp>
#include <string>

#include "backoff_timer.hpp"
#include "block_pool.hpp"
#include "overflow_buffer.hpp"
#include "socket_reader.hpp"

namespace sluice {

class socket_input : public input, public std::enable_shared_from_this<socket_input> {
 public:
  struct settings {
    std::string host;
    std::uint16_t port = 0;
    std::chrono::milliseconds connect_timeout{};
    reconnect_backoff backoff;
    std::size_t max_connect_attempts = 0;
    bool logged = true;
    overflow_rules overflow = {};
    std::uint64_t max_rate = 0;
  };
  /// What the options of all kinds have in common.
  template <class Options>
  static settings settings_of(std::string host, std::uint16_t port, Options const& how) {
    return {std::move(host),          port,       how.connect_timeout,       how.backoff,
            how.max_connect_attempts, how.logged, {how.overflow, how.spill}, how.max_rate};
  }

  /// @throws usage_error naming the setting that is wrong
  socket_input(std::string kind, settings how, detail::chunk_splitter split,
               partition_codec const* codec);

  std::string_view kind() const final { return kind_; }
  std::string describe() const final { return kind_ + " " + peer_; }
  void start(std::shared_ptr<input_host> host) final;
  input_status status(bool probe) final;
  input_cut cut(batch_ref const& batch, std::uint64_t max_records) final;
  void committed(batch_id batch) final;
  void drain() final;
  void stop() final;
  std::map<std::string, std::uint64_t> counters() const final;
  intake_rules intake() const final { return {how_.overflow.what, how_.max_rate, true}; }
  input_recovery recovery() const final {
    return how_.logged ? input_recovery::log : input_recovery::none;
  }

 protected:
  using counter_map = std::map<std::string, std::uint64_t>;

  /// Pool and buffer are there, nothing is connected yet.
  virtual void prepare(buffer_limits const& limits) = 0;
  virtual find_boundary boundary() const = 0;
  /// @return why the input, or the connection, cannot go on
  enum class verdict { go_on, reconnect, give_up };
  struct outcome {
    verdict what = verdict::go_on;
    std::string reason = {};
  };
  virtual outcome take(byte_run run) = 0;
  /// What a connection that is no more left behind its last whole record.
  virtual void take_rest(std::string rest) = 0;
  /// Makes blocks of what has been gathered.
  virtual void seal() {}
  virtual block_buffer::amount unsealed() const { return {}; }
  virtual void count(counter_map& counters) const = 0;

  /// Takes a sealed block, or does with it what the overflow policy says.
  void keep(block sealed) { full_ |= !buffer_->admit(std::move(sealed)); }
  std::shared_ptr<block_pool> const& pool() const { return pool_; }

 private:
  enum class phase { created, running, drained, ended };

  void connect();
  void connected(io_result<std::shared_ptr<connection>> result);
  void established(std::shared_ptr<connection> peer);
  void retry_later(std::string const& why);
  void woken();
  void pull();
  bool take_all(std::vector<byte_run>& runs);
  void close_connection(bool keep_rest);
  void settle_rest();
  void end(std::string const& reason);
  void lend_room();
  std::size_t quota_for(block_buffer::amount held) const;
  void report(receiver_event::type what, std::string reason);

  std::string const kind_;
  settings const how_;
  std::string const peer_;
  detail::chunk_splitter const split_;
  partition_codec const* const codec_;

  phase phase_ = phase::created;
  std::shared_ptr<input_host> host_;
  std::shared_ptr<block_pool> pool_;
  std::optional<overflow_buffer> buffer_;
  bool full_ = false;  // and that is to end the input
  std::optional<backoff_timer> backoff_;
  std::shared_ptr<socket_reader> reader_;
  // Kept until it is certain that its line does not go on: the peer is back, or nobody waits for
  // it.
  std::string rest_;
  bool waits_ = false;  // for room, as the host knows it
  std::uint64_t connections_ = 0;
  std::uint64_t failed_attempts_ = 0;
  std::uint64_t lost_connections_ = 0;
  std::uint64_t bytes_received_ = 0;
};

}  // namespace sluice
