// Events from a TCP peer. Both readers have a sender of their own, of the same kind.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "cases.hpp"
#include "pipeline.hpp"
#include "socket/bare_reader.hpp"
#include "socket/flood_sender.hpp"

namespace bench {

namespace {

class socket_stream {
 public:
  socket_stream(json_ads const& data, std::uint16_t port, std::size_t parallelism)
      : data_{data}, table_{data.campaigns}, context_{options_for(parallelism)} {
    auto const events = context_.socket_text_stream("127.0.0.1", port)
                            .flat_map<json_event>([](std::string_view line, auto&& emit) {
                              read_json_event(line, emit);
                            });
    count_views(events, data.campaign_of).foreach_rdd([this](auto const& rows) {
      table_.take(rows);
    });
    context_.start();
  }
  /// Returns once so many runs have been counted.
  void await(std::uint64_t runs) {
    table_.await(runs * data_.expected.views());
    data_.expected.check(table_.newest(), runs);
  }

 private:
  static sluice::options options_for(std::size_t parallelism) {
    sluice::options o;
    o.app_name = "bench";
    o.parallelism = parallelism;
    o.trigger = sluice::on_demand();
    return o;
  }

  json_ads const& data_;
  window_table table_;
  sluice::streaming_context context_;
};

}  // namespace

void ysb_json_tcp(report& results) {
  ad_plan plan;
  if (results.how().quick) plan.bytes = std::size_t{8} << 20U;
  json_ads const data{plan};
  // The senders are forked before there is a thread.
  flood_sender to_hand{data.blocks};
  flood_sender to_stream{data.blocks};
  bare_reader reader{to_hand.port()};
  hand_counter counter{data.campaign_of};
  socket_stream stream{data, to_stream.port(), 1};
  std::uint64_t hand_runs = 0, stream_runs = 0;
  experiment work;
  work.records = data.records;
  work.bytes = data.bytes;
  work.contenders = {{"bare reader",
                      [&] {
                        to_hand.send(data.blocks.size());
                        reader.read(data.bytes, [&](std::string_view line) {
                          read_json_event(line,
                                          [&](json_event const& event) { counter.count(event); });
                        });
                        counter.check(data, ++hand_runs);
                      }},
                     {"stream", [&] {
                        to_stream.send(data.blocks.size());
                        stream.await(++stream_runs);
                      }}};
  work.comparisons = {{"stream", "bare reader", 0.80, by::wall}};
  results.interleave(work);
  results.note("the sender, a process of its own, is not counted; " + std::to_string(data.records) +
               " events, " + std::to_string(data.bytes >> 20U) + " MiB");
}

}  // namespace bench
