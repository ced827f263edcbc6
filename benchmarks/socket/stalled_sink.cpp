// An output that stands still while the peer sends on. The receiver's buffer is the only place that
// may fill; then the socket is not read any more, and TCP makes the peer wait.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <sluice/sluice.hpp>
#include <thread>
#include <vector>

#include "cases.hpp"
#include "flood_sender.hpp"

namespace bench {

namespace {

using namespace std::chrono_literals;

sluice::options options_for(std::size_t buffer_bytes) {
  sluice::options o;
  o.app_name = "bench";
  o.parallelism = 2;
  o.trigger = sluice::on_demand();
  o.receiver_buffer.bytes = buffer_bytes;
  return o;
}

/// Counts lines; while the gate is closed, its output does not return.
class gated_stream {
 public:
  gated_stream(std::uint16_t port, std::size_t buffer_bytes) : context_{options_for(buffer_bytes)} {
    // The lines themselves go to the output, so that a batch that waits there holds its text.
    context_.socket_text_stream("127.0.0.1", port).foreach_rdd([this](auto const& lines) {
      closed_.wait(true);
      lines_ += static_cast<std::uint64_t>(lines.count());
      lines_.notify_one();
    });
    context_.start();
  }
  ~gated_stream() { open(); }
  gated_stream(gated_stream const&) = delete;
  gated_stream& operator=(gated_stream const&) = delete;

  void close() { closed_ = true; }
  void open() {
    closed_ = false;
    closed_.notify_all();
  }
  [[nodiscard]] std::uint64_t lines() const { return lines_; }
  void await_lines(std::uint64_t n) {
    for (auto now = lines_.load(); now < n; now = lines_.load()) lines_.wait(now);
  }

 private:
  std::atomic<bool> closed_ = false;
  std::atomic<std::uint64_t> lines_ = 0;
  sluice::streaming_context context_;
};

/// What was seen during the stall.
struct observed {
  std::size_t peak_resident = 0;
  std::uint64_t sent_at_half = 0;
  std::uint64_t sent_at_end = 0;
};

observed watch(flood_sender const& sender, std::chrono::milliseconds stall) {
  observed seen;
  auto const begin = std::chrono::steady_clock::now();
  auto passed = 0ns;
  while (passed < stall) {
    std::this_thread::sleep_for(5ms);
    passed = std::chrono::steady_clock::now() - begin;
    seen.peak_resident = std::max(seen.peak_resident, resident_bytes());
    if (passed < stall / 2) seen.sent_at_half = sender.sent();
  }
  seen.sent_at_end = sender.sent();
  return seen;
}

finding at_most(std::string what, char const* of, double value, double bar) {
  finding result{std::move(what), of, {value}, bar};
  result.at_most = true;
  return result;
}

}  // namespace

void stalled_sink(report& results) {
  std::size_t const buffer = std::size_t{results.how().quick ? 8U : 64U} << 20U;
  auto const limit = static_cast<double>(buffer) * 1.1;
  flood_sender sender;
  gated_stream stream{sender.port(), buffer};

  // Threads, tables and connections exist before memory is compared.
  sender.send(1);
  stream.await_lines(flood_sender::block_bytes / flood_sender::line_bytes);
  auto const before = resident_bytes();
  auto const sent_before = sender.sent();

  stream.close();
  sender.send(~std::uint64_t{0});
  auto const seen = watch(sender, results.how().quick ? 2s : 30s);
  auto const blocked = !sender.done() && seen.sent_at_end == seen.sent_at_half;

  sender.stop();
  stream.open();
  while (!sender.done()) std::this_thread::sleep_for(1ms);
  stream.await_lines(sender.sent() / flood_sender::line_bytes);
  expect("the number of lines", sender.sent() / flood_sender::line_bytes, stream.lines());

  auto const growth = static_cast<double>(std::max(seen.peak_resident, before) - before);
  auto const taken = static_cast<double>(seen.sent_at_end - sent_before);
  auto memory =
      at_most("peak growth of memory / (receiver buffer + 10 %)", "memory", growth / limit, 1.0);
  memory.data = {{"growth_bytes", growth}, {"limit_bytes", limit}, {"sent_bytes", taken}};
  results.add(std::move(memory));
  auto const late = static_cast<double>(seen.sent_at_end - seen.sent_at_half);
  results.add(at_most("sent in the second half of the stall / in all", "bytes", late / taken, 0.0));
  results.note(blocked ? "the sender was blocked by TCP; afterwards every line arrived"
                       : "the sender was NOT blocked");
}

}  // namespace bench
