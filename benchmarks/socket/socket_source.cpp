// Reading lines from a socket. Both readers have a sender of their own, of the same kind, and add
// up the lengths of the lines, so that both look at each.

#include <atomic>
#include <sluice/sluice.hpp>

#include "bare_reader.hpp"
#include "cases.hpp"
#include "flood_sender.hpp"

namespace bench {

namespace {

sluice::options options_for() {
  sluice::options o;
  o.app_name = "bench";
  o.parallelism = 1;
  o.trigger = sluice::on_demand();
  return o;
}

class socket_stream {
 public:
  explicit socket_stream(std::uint16_t port) : context_{options_for()} {
    context_.socket_text_stream("127.0.0.1", port)
        .map([](std::string_view line) { return std::uint64_t{line.size()}; })
        .reduce(std::plus<>{})
        .foreach_rdd([this](auto const& sums) {
          for (auto sum : sums.collect()) length_ += sum;
          length_.notify_one();
        });
    context_.start();
  }
  /// Returns once the lines that have arrived since the start are so long together.
  void await(std::uint64_t length) {
    for (auto now = length_.load(); now < length; now = length_.load()) length_.wait(now);
    expect("the length of all lines", length, length_);
  }

 private:
  std::atomic<std::uint64_t> length_ = 0;
  sluice::streaming_context context_;
};

}  // namespace

void socket_source(report& results) {
  std::uint64_t const blocks = results.how().quick ? 100 : 4'000;
  auto const bytes = blocks * flood_sender::block_bytes;
  auto const lines = bytes / flood_sender::line_bytes;
  auto const length = bytes - lines;

  flood_sender to_stream;
  flood_sender to_hand;
  socket_stream stream{to_stream.port()};
  bare_reader hand{to_hand.port()};
  std::uint64_t expected = 0;

  experiment work;
  work.records = lines;
  work.bytes = bytes;
  work.contenders = {{"bare reader",
                      [&] {
                        to_hand.send(blocks);
                        expect("the length of all lines", length, hand.read(bytes));
                      }},
                     {"stream", [&] {
                        to_stream.send(blocks);
                        stream.await(expected += length);
                      }}};
  work.comparisons = {{"stream", "bare reader", 0.80, by::wall}};
  results.interleave(work);
  results.note("the sender, a process of its own, is not counted; lines of 100 bytes");
}

}  // namespace bench
