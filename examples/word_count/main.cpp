// Counts the words of live input, batch by batch: the main example of sluice.
//
// The pipeline is in `count_words`; the rest is what a program needs that people run at a terminal.

#include <functional>
#include <iostream>
#include <limits>
#include <sluice/sluice.hpp>

#include "console.hpp"
#include "ending.hpp"
#include "feed.hpp"
#include "most_frequent.hpp"
#include "settings.hpp"
#include "signals.hpp"
#include "status.hpp"
#include "values.hpp"

namespace word_count {

namespace {

constexpr int stream_failed = 1;
constexpr int wrong_command_line = 2;

sluice::options context_options(settings const& s) {
  return {.app_name = "word-count",
          .trigger = s.interval ? sluice::every(*s.interval) : sluice::on_demand(),
          .parallelism = s.parallelism,
          .log_level = s.log_level};
}

sluice::dstream<std::string_view> open_input(sluice::streaming_context& ssc, settings const& s,
                                             feed const* own_feed) {
  if (own_feed) return ssc.socket_text_stream("127.0.0.1", own_feed->port());
  if (auto const* peer = std::get_if<socket_input>(&s.input))
    return ssc.socket_text_stream(peer->host, peer->port);
  return ssc.text_file_stream(std::get<directory_input>(s.input).path);
}

/// Prints the most frequent words of every batch or window.
/// @param on_words  called for every batch with the number of its words
void count_words(sluice::dstream<std::string_view> const& lines, settings const& s,
                 std::ostream& results, std::function<void(long)> on_words) {
  auto counts = lines.flat_map(sluice::split_words)
                    .map([](std::string_view word) {
                      return std::pair{word, 1L};
                    })
                    .reduce_by_key(std::plus<>{});
  counts.map([](word_and_count const& c) { return c.second; })
      .reduce(std::plus<>{})
      .foreach_rdd([on_words = std::move(on_words)](sluice::rdd<long> const& sum) {
        auto const words = sum.collect();
        on_words(words.empty() ? 0 : words.front());
      });
  // A window adds up the counts of its batches; it need not keep their lines.
  auto shown = s.window ? counts.window(*s.window).reduce_by_key(std::plus<>{}) : counts;
  // One more than is printed: print tells by it that there are more.
  most_frequent const first{s.top + 1};
  shown.map_partitions(first).repartition(1).map_partitions(first).print(results, s.top);
}

std::string describe_input(settings const& s, feed const* own_feed) {
  if (own_feed) return "the feed inside, 127.0.0.1:" + std::to_string(own_feed->port());
  if (auto const* peer = std::get_if<socket_input>(&s.input))
    return peer->host + ':' + std::to_string(peer->port);
  return "files moved into " + std::get<directory_input>(s.input).path;
}

std::string describe_batches(settings const& s) {
  auto text = s.interval ? "a batch every " + show_duration(*s.interval)
                         : std::string{"a batch as soon as there is a line"};
  if (s.window) text += ", counts over " + show_duration(*s.window);
  return text + (s.batches ? ", " + counted(*s.batches, "batch") : "; Ctrl-C ends it");
}

int run(settings const& s) {
  auto const last_batch = s.batches.value_or(std::numeric_limits<sluice::batch_id>::max());
  console screen{last_batch};
  ending end;
  std::uint64_t words = 0;
  std::optional<feed> own_feed;
  std::optional<std::uint64_t> sent;
  if (auto const* wanted = std::get_if<feed_input>(&s.input))
    own_feed.emplace(wanted->lines_per_second);
  auto const* const feeding = own_feed ? &*own_feed : nullptr;

  sluice::streaming_context ssc{context_options(s)};
  count_words(open_input(ssc, s, feeding), s, screen.results(),
              [&words, left = last_batch](long n) mutable {
                if (left == 0) return;
                --left;
                words += static_cast<std::uint64_t>(n);
              });
  auto status = std::make_shared<status_lines>(screen, last_batch,
                                               [&end] { end.ask_for(reason::batches_done); });
  ssc.add_listener(status);
  if (!feeding) ssc.add_listener(std::make_shared<receiver_lines>(screen));

  screen.say("word_count: lines from " + describe_input(s, feeding) + "; " + describe_batches(s),
             tone::strong);
  ssc.start();
  screen.show_waiting("waiting for the first batch");
  {
    signal_watch const signals{[&end] { end.ask_for(reason::interrupted); }};
    std::jthread const stopper{[&](std::stop_token const& stopped) {
      auto const why = end.wait(stopped);
      if (!why) return;
      if (why == reason::batches_done) return ssc.stop(sluice::stop_mode::now);
      screen.say("ending: what was received is being counted; Ctrl-C again ends at once");
      if (own_feed) sent = own_feed->finish();
      ssc.stop(sluice::stop_mode::drain);
    }};
    ssc.await_termination();
  }
  screen.say("total: " + counted(status->batches(), "batch") + ", " +
                 counted(status->lines(), "line") + " received, " + counted(words, "word") +
                 " counted" + (sent ? "; the feed sent " + counted(*sent, "line") : ""),
             tone::strong);
  return 0;
}

}  // namespace

}  // namespace word_count

int main(int argc, char** argv) {
  using namespace word_count;
  block_signals();
  try {
    auto const wanted = parse(argc, argv);
    return wanted ? run(*wanted) : 0;
  } catch (settings_error const& wrong) {
    std::cerr << "word_count: " << wrong.what() << '\n';
    return wrong_command_line;
  } catch (sluice::usage_error const& wrong) {
    std::cerr << "word_count: " << wrong.what() << '\n';
    return wrong_command_line;
  } catch (std::exception const& failed) {
    std::cerr << "word_count: " << failed.what() << '\n';
    return stream_failed;
  }
}
