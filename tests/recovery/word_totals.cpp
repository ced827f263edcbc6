// Counts words with running totals, exactly once, however often it is killed:
//   word_totals <port> <directory>
// The directory has `incoming/`, and gets `state/`, `counts-*` and `totals.db`; `running` has the
// number of the process once SIGTERM drains it.

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sluice/sinks/sqlite_sink.hpp>
#include <thread>

#include "resumable_lines.hpp"

using namespace sluice;
using namespace std::chrono_literals;

namespace {

using word_count = std::pair<std::string, long>;

sqlite_table table(std::string const& directory, std::string const& name,
                   std::string const& update) {
  sqlite_table t;
  t.path = directory + "/totals.db";
  t.stream = name;
  t.setup = "create table if not exists " + name + "(word text primary key, n integer)";
  t.statement =
      "insert into " + name + " values(?1, ?2) on conflict(word) do update set n = " + update;
  t.flush_commits = false;
  return t;
}

std::optional<long> add(std::span<long const> news, std::optional<long> sum) {
  for (auto n : news) sum = sum.value_or(0) + n;
  return sum;
}

void declare(streaming_context& ssc, std::uint16_t port, std::string const& directory) {
  auto const from_files =
      ssc.text_file_stream(directory + "/incoming", {.new_files_only = false}).named("files");
  auto const from_peer =
      ssc.receiver_stream(std::make_unique<tests::resumable_lines>(port),
                          {.restart_delay = 5ms,
                           .backoff = {.min = 5ms, .max = 20ms, .factor = 2, .jitter = 0},
                           .replayable = true})
          .named("peer");
  auto const own = [](std::string_view word) { return std::pair{std::string{word}, 1L}; };
  auto const counts = from_files.flat_map(split_words)
                          .map(own)
                          .union_with(from_peer.flat_map(split_words).map(own))
                          .reduce_by_key(std::plus<>{})
                          .named("counts");
  // Added up by the database, and by the stream itself.
  counts.to(std::make_shared<sqlite_sink<word_count>>(table(directory, "sums", "n + excluded.n")));
  counts.update_state_by_key(add).named("totals").to(
      std::make_shared<sqlite_sink<word_count>>(table(directory, "totals", "excluded.n")));
  counts.map([](word_count const& c) { return c.first + ' ' + std::to_string(c.second); })
      .save_as_text_files(directory + "/counts", "txt");
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) return 2;
  sigset_t ending;
  ::sigemptyset(&ending);
  ::sigaddset(&ending, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  std::string const directory = argv[2];
  options o;
  o.app_name = "word-totals";
  o.trigger = every(10ms);
  o.parallelism = 2;
  o.checkpoints.interval = 15ms;
  o.log_level = "info";
  auto ssc = streaming_context::get_or_create(
      directory + "/state",
      [&](streaming_context& made) {
        declare(made, static_cast<std::uint16_t>(std::atoi(argv[1])), directory);
      },
      o);
  ssc.start();
  std::ofstream{directory + "/running"} << ::getpid() << '\n';
  std::jthread const stopper{[&] {
    int number = 0;
    ::sigwait(&ending, &number);
    ssc.stop(stop_mode::drain);
  }};
  ssc.await_termination();
} catch (std::exception const& failed) {
  std::cerr << "word_totals: " << failed.what() << '\n';
  return 1;
}
