#include "socket_input.hpp"

#include <algorithm>
#include <cstdint>
#include <sluice/operators/error.hpp>
#include <sluice/supervision/world.hpp>
#include <utility>

#include "deal.hpp"
#include "limits.hpp"

namespace sluice {
namespace {

// A reader that has run out of blocks sleeps, and waking it costs more than reading a block: so it
// may be this far ahead of its host.
constexpr std::size_t blocks_in_flight = 8;
// What a batch gives back at its end is read into again instead of fresh memory.
constexpr std::size_t spare_blocks = 2 * blocks_in_flight;

std::string checked_peer(std::string const& kind, std::string const& host, std::uint16_t port) {
  if (host.empty())
    throw usage_error{kind + ": the host is empty; give the name or address of the peer"};
  if (port == 0)
    throw usage_error{kind + ": the port of " + host + " is 0; give the peer's port, 1 to 65535"};
  return host + ":" + std::to_string(port);
}

// FNV-1a: spreads inputs that draw from the same generator; chance needs no more.
std::uint64_t hash_of(std::string_view text) {
  auto hash = std::uint64_t{0xcbf29ce484222325};
  for (auto const c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace

socket_input::socket_input(std::string kind, settings how, detail::chunk_splitter split,
                           partition_codec const* codec)
    : kind_{std::move(kind)},
      how_{std::move(how)},
      peer_{checked_peer(kind_, how_.host, how_.port)},
      split_{split},
      codec_{codec} {
  check_backoff(describe(), how_.backoff);
  check_overflow(describe(), how_.overflow, codec);
  if (how_.connect_timeout.count() < 1) {
    throw usage_error{describe() + ": connect_timeout is " +
                      std::to_string(how_.connect_timeout.count()) + " ms; give at least 1 ms"};
  }
}

void socket_input::start(std::shared_ptr<input_host> host) {
  host_ = std::move(host);
  auto const limits = host_->limits();
  pool_ = std::make_shared<block_pool>(block_bytes_for(limits), spare_blocks);
  buffer_.emplace(limits, how_.overflow, host_->outside(), codec_, describe());
  backoff_.emplace(how_.backoff,
                   random_stream{host_->outside().random("socket")() ^ hash_of(peer_)});
  phase_ = phase::running;
  prepare(limits);
  connect();
}

void socket_input::connect() {
  if (phase_ != phase::running) return;
  auto answer = [weak = weak_from_this(), host = host_](auto result) {
    host->post([weak, result = std::move(result)] {
      if (auto const self = weak.lock()) self->connected(result);
    });
  };
  host_->outside().network().connect(how_.host, how_.port, how_.connect_timeout, std::move(answer));
}

void socket_input::connected(io_result<std::shared_ptr<connection>> result) {
  if (phase_ != phase::running) return;
  if (result) return established(std::move(*result));
  ++failed_attempts_;
  retry_later(result.error().message());
}

void socket_input::established(std::shared_ptr<connection> peer) {
  settle_rest();
  auto wake = [weak = weak_from_this(), host = host_] {
    host->post([weak] {
      if (auto const self = weak.lock()) self->woken();
    });
  };
  reader_ = std::make_shared<socket_reader>(std::move(peer), sluice::intake{pool_, boundary()},
                                            std::move(wake));
  auto const first = connections_++ == 0;
  report(first ? receiver_event::type::started : receiver_event::type::restarted,
         peer_ + ": connected");
  lend_room();
  host_->changed();
}

void socket_input::retry_later(std::string const& why) {
  if (phase_ != phase::running) return;
  auto const wait = backoff_->next();
  auto const attempts = backoff_->failures();
  if (how_.max_connect_attempts != 0 && attempts >= how_.max_connect_attempts) {
    report(receiver_event::type::error, why);
    return end("gave up after " + std::to_string(attempts) +
               " attempts in a row without data (max_connect_attempts)");
  }
  report(receiver_event::type::error,
         why + "; connecting again in " + std::to_string(wait.count()) + " ms");
  host_->after(wait, [weak = weak_from_this()] {
    if (auto const self = weak.lock()) self->connect();
  });
}

void socket_input::woken() {
  if (phase_ == phase::ended) return;
  pull();
  host_->changed();
}

void socket_input::pull() {
  if (!reader_) return;
  auto arrived = reader_->fetch();
  bytes_received_ += arrived.bytes;
  if (arrived.bytes > 0) backoff_->reset();
  auto const goes_on = take_all(arrived.runs);
  if (auto const news = buffer_->news()) report(receiver_event::type::error, peer_ + ": " + *news);
  if (!goes_on) return;
  if (!arrived.ended) return lend_room();
  ++lost_connections_;
  close_connection(true);
  retry_later(arrived.failed ? arrived.failed->message()
                             : peer_ + ": the peer closed the connection");
}

bool socket_input::take_all(std::vector<byte_run>& runs) {
  for (auto& run : runs) {
    auto result = take(std::move(run));
    if (full_) result = {verdict::give_up, "the receiver's buffer is full (overflow::fail)"};
    if (result.what == verdict::go_on) continue;
    close_connection(false);
    if (result.what == verdict::reconnect) {
      ++lost_connections_;
      retry_later(peer_ + ": " + result.reason);
    } else {
      report(receiver_event::type::error, peer_ + ": " + result.reason);
      end(result.reason);
    }
    return false;
  }
  return true;
}

void socket_input::close_connection(bool keep_rest) {
  if (!reader_) return;
  reader_->close();
  auto rest = reader_->take_rest();
  reader_.reset();
  if (std::exchange(waits_, false)) host_->has_room();
  if (keep_rest) rest_ = std::move(rest);
}

void socket_input::settle_rest() {
  // Also with nothing left: a line that is being split ends here.
  if (connections_ > 0) take_rest(std::exchange(rest_, {}));
}

void socket_input::end(std::string const& reason) {
  if (phase_ != phase::running) return;
  phase_ = phase::drained;
  if (reader_) reader_->close();
  pull();
  close_connection(true);
  settle_rest();
  report(receiver_event::type::stopped, reason);
}

void socket_input::lend_room() {
  if (!reader_) return;
  auto const gathered = unsealed();
  auto const held = block_buffer::amount{buffer_->held().bytes + gathered.bytes,
                                         buffer_->held().records + gathered.records};
  auto const quota = quota_for(held);
  reader_->set_quota(quota);
  auto const waited = std::exchange(waits_, quota == 0);
  if (waits_ && !waited) host_->waits_for_room({held.bytes, held.records});
  if (!waits_ && waited) host_->has_room();
}

std::size_t socket_input::quota_for(block_buffer::amount held) const {
  auto const limits = host_->limits();
  auto const block = pool_->block_bytes();
  auto const [bytes, records] = held;
  auto fits = [&](std::size_t blocks) {
    // The worst that a block can hold is a record per byte.
    return bytes + blocks * block <= limits.bytes &&
           records + (blocks - 1) * block < limits.records;
  };
  auto quota = std::size_t{0};
  while (quota < blocks_in_flight && fits(quota + 1)) ++quota;
  // Limits below one block still let one through at a time.
  if (records == 0) quota = std::max<std::size_t>(quota, 1);
  // What does not have to wait is read, to be dropped or put on disk.
  auto const goes_on = drops_records(how_.overflow.what) || how_.overflow.what == overflow::fail ||
                       buffer_->can_spill({2 * block, 0});
  return goes_on ? std::max<std::size_t>(quota, 1) : quota;
}

input_status socket_input::status(bool) {
  if (phase_ == phase::created) return {};
  pull();
  auto const waiting = buffer_->waiting();
  auto const gathered = unsealed();
  auto now = input_status{};
  now.records = waiting.records + gathered.records;
  now.bytes = waiting.bytes + gathered.bytes;
  now.idle = now.records == 0 && !buffer_->has_backlog();
  // These come behind what is on disk.
  if (buffer_->has_backlog()) {
    now.records -= gathered.records;
    now.bytes -= gathered.bytes;
  }
  return now;
}

input_cut socket_input::cut(batch_ref const& batch, std::uint64_t max_records) {
  pull();
  seal();
  auto share = buffer_->cut(batch.id, max_records, split_);
  auto result = input_cut{};
  result.parts = deal(std::move(share.chunks), host_->partitions());
  result.records = share.records;
  result.bytes = share.bytes;
  result.description = peer_;
  result.after = status(false);
  return result;
}

void socket_input::committed(batch_id batch) {
  if (!buffer_) return;
  buffer_->committed(batch);
  buffer_->refill();
  lend_room();
  // What was on disk may be back.
  if (how_.overflow.what == overflow::spill && host_) host_->changed();
}

void socket_input::drain() {
  if (phase_ != phase::running) return;
  end("drained");
  host_->changed();
}

void socket_input::stop() {
  if (phase_ == phase::running) end("stopped");
  phase_ = phase::ended;
  if (buffer_) buffer_->end();
  host_.reset();
}

void socket_input::report(receiver_event::type what, std::string reason) {
  host_->report({what, std::move(reason)});
}

std::map<std::string, std::uint64_t> socket_input::counters() const {
  auto counters = counter_map{
      {"connections", connections_},
      {"reconnects", connections_ > 0 ? connections_ - 1 : 0},
      {"failed_connects", failed_attempts_},
      {"lost_connections", lost_connections_},
      {"bytes_received", bytes_received_},
  };
  if (buffer_) buffer_->count(counters);
  count(counters);
  return counters;
}

}  // namespace sluice
