#include <algorithm>
#include <sluice/operators/error.hpp>
#include <sluice/testkit/sim_events.hpp>
#include <sluice/testkit/sim_network.hpp>
#include <utility>

namespace sluice::testkit {
namespace {

std::string peer_name(std::string const& host, std::uint16_t port) {
  return host + ":" + std::to_string(port);
}

class sim_connection final : public connection {
 public:
  explicit sim_connection(std::shared_ptr<sim_session> session) : session_{std::move(session)} {}
  ~sim_connection() override { session_->close(); }

  void read(io_buffer buffer, std::size_t offset, std::function<void(read_result)> done) override {
    session_->read(std::move(buffer), offset, std::move(done));
  }
  void close() override { session_->close(); }

 private:
  std::shared_ptr<sim_session> session_;
};

}  // namespace

sim_peer::sim_peer(sim_events& events, std::string name, std::shared_ptr<sim_read_sizes> sizes)
    : events_{events}, name_{std::move(name)}, sizes_{std::move(sizes)} {}

sim_peer& sim_peer::accept(sim_script script) {
  scripts_.push_back(std::move(script));
  return *this;
}

sim_peer& sim_peer::refuse(std::size_t attempts) {
  refuse_ += attempts;
  return *this;
}

sim_peer& sim_peer::ignore(std::size_t attempts) {
  ignore_ += attempts;
  return *this;
}

sim_peer& sim_peer::set_latency(duration latency) {
  latency_ = latency;
  return *this;
}

sim_peer& sim_peer::set_buffer(std::size_t bytes) {
  if (bytes == 0) {
    throw usage_error{"sim_peer " + name_ +
                      ": a buffer of 0 bytes lets nothing through; use 1 or more"};
  }
  buffer_ = bytes;
  return *this;
}

std::size_t sim_peer::open() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(sessions_, [](auto const& session) { return session->open(); }));
}

sim_session& sim_peer::session(std::size_t index) {
  if (index >= sessions_.size()) {
    throw usage_error{"sim_peer " + name_ + ": there is no connection " + std::to_string(index) +
                      ", only " + std::to_string(sessions_.size()) + " so far"};
  }
  return *sessions_[index];
}

std::uint64_t sim_peer::bytes_taken() const {
  auto sum = std::uint64_t{0};
  for (auto const& session : sessions_) sum += session->bytes_taken();
  return sum;
}

std::uint64_t sim_peer::bytes_blocked() const {
  auto sum = std::uint64_t{0};
  for (auto const& session : sessions_) sum += session->bytes_blocked();
  return sum;
}

sim_peer::answer sim_peer::answer_next() {
  ++attempts_;
  if (refuse_ > 0) {
    --refuse_;
    return answer::refused;
  }
  if (ignore_ > 0) {
    --ignore_;
    return answer::none;
  }
  return answer::yes;
}

std::shared_ptr<sim_session> sim_peer::open_session() {
  auto session = std::make_shared<sim_session>(events_, name_, buffer_, sizes_);
  sessions_.push_back(session);
  if (!scripts_.empty()) {
    session->play(scripts_.front());
    scripts_.pop_front();
  }
  return session;
}

sim_network::sim_network(sim_events& events, random_stream chance)
    : events_{events}, sizes_{std::make_shared<sim_read_sizes>(sim_read_sizes{chance})} {}

sim_network::~sim_network() { crash(); }

void sim_network::connect(std::string host, std::uint16_t port, std::chrono::milliseconds timeout,
                          connect_done done) {
  auto const name = peer_name(host, port);
  auto const found = peers_.find(name);
  if (found == peers_.end()) return fail(name, std::errc::connection_refused, {}, std::move(done));
  auto& peer = *found->second;
  auto const answer = peer.answer_next();
  // A day is as good as any longer time, and cannot overflow.
  auto const limit = std::min(timeout, std::chrono::milliseconds{std::chrono::days{1}});
  if (answer == sim_peer::answer::none || peer.latency_ > limit) {
    return fail(name, std::errc::timed_out, limit, std::move(done));
  }
  if (answer == sim_peer::answer::refused) {
    return fail(name, std::errc::connection_refused, peer.latency_, std::move(done));
  }
  open(peer, std::move(done));
}

void sim_network::fail(std::string const& peer, std::errc why, std::chrono::nanoseconds after,
                       connect_done done) {
  auto attempt = [life = life_, failed = io_error{make_error_code(why), peer},
                  done = std::move(done)] {
    if (*life) done(failed);
  };
  events_.post("connect " + peer, std::move(attempt), after);
}

void sim_network::open(sim_peer& peer, connect_done done) {
  auto attempt = [life = life_, &peer, done = std::move(done)] {
    if (*life) done(std::make_shared<sim_connection>(peer.open_session()));
  };
  events_.post("connect " + peer.name(), std::move(attempt), peer.latency_);
}

sim_peer& sim_network::listen(std::string const& host, std::uint16_t port) {
  auto const name = peer_name(host, port);
  auto& peer = peers_[name];
  if (!peer) peer = std::make_unique<sim_peer>(events_, name, sizes_);
  return *peer;
}

void sim_network::set_split_reads(bool on) { sizes_->split = on; }

void sim_network::cut_all() {
  for (auto const& [name, peer] : peers_)
    for (auto const& session : peer->sessions_)
      if (session->open()) session->cut();
}

void sim_network::crash() {
  *life_ = false;
  life_ = std::make_shared<bool>(true);
  for (auto const& [name, peer] : peers_) {
    // Destroying what a read holds must not change the list while it is walked.
    auto const sessions = peer->sessions_;
    for (auto const& session : sessions) session->abandon();
  }
}

}  // namespace sluice::testkit
