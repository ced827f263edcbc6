#include <doctest/doctest.h>
#include <sqlite3.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <thread>

#include "line_server.hpp"
#include "tests/examples/child_process.hpp"
#include "tests/temporary_directory.hpp"

using namespace sluice::tests;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

using totals = std::map<std::string, long>;
using clock_type = std::chrono::steady_clock;

/// Lines for both inputs, and what they add up to.
class feed {
 public:
  feed(line_server& peer, fs::path incoming, std::uint64_t seed)
      : peer_{peer}, incoming_{std::move(incoming)}, chance_{seed} {}

  void add_some() {
    for (auto n = chance_() % 20; n != 0; --n) peer_.add(line());
    if (chance_() % 4 != 0) return;
    auto const name = "f" + std::to_string(files_++);
    {
      std::ofstream out{incoming_.parent_path() / name};
      for (auto n = chance_() % 50; n != 0; --n) out << line() << '\n';
    }
    fs::rename(incoming_.parent_path() / name, incoming_ / name);
  }
  totals const& expected() const { return expected_; }

 private:
  std::string line() {
    std::string text;
    for (auto n = chance_() % 6; n != 0; --n) {
      auto const word = "w" + std::to_string(chance_() % 300);
      ++expected_[word];
      text += word + ' ';
    }
    return text;
  }

  line_server& peer_;
  fs::path incoming_;
  std::mt19937_64 chance_;
  totals expected_;
  int files_ = 0;
};

totals read_table(fs::path const& database, std::string const& name) {
  totals found;
  sqlite3* db = nullptr;
  if (sqlite3_open_v2(database.c_str(), &db, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK) {
    sqlite3_busy_timeout(db, 2000);
    sqlite3_stmt* rows = nullptr;
    auto const text = "select word, n from " + name;
    if (sqlite3_prepare_v2(db, text.c_str(), -1, &rows, nullptr) == SQLITE_OK)
      while (sqlite3_step(rows) == SQLITE_ROW)
        found[reinterpret_cast<char const*>(sqlite3_column_text(rows, 0))] =
            static_cast<long>(sqlite3_column_int64(rows, 1));
    sqlite3_finalize(rows);
  }
  sqlite3_close(db);
  return found;
}

totals add_up_files(fs::path const& directory) {
  totals sums;
  for (auto const& batch : fs::directory_iterator{directory}) {
    if (!batch.path().filename().string().starts_with("counts-")) continue;
    REQUIRE_MESSAGE(fs::exists(batch.path() / "_SUCCESS"), batch.path());
    for (auto const& part : fs::directory_iterator{batch.path()}) {
      std::ifstream in{part.path()};
      std::string word;
      for (long n = 0; in >> word >> n;) sums[word] += n;
    }
  }
  return sums;
}

/// The program that is running under the supervisor now, or 0.
pid_t child_of(pid_t supervisor) {
  auto const pid = std::to_string(supervisor);
  std::ifstream in{"/proc/" + pid + "/task/" + pid + "/children"};
  pid_t child = 0;
  in >> child;
  return child;
}

std::string last_lines(fs::path const& log) {
  std::ifstream in{log};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  return text.substr(text.size() - std::min<std::size_t>(text.size(), 4000));
}

long number_from(char const* variable, long otherwise) {
  auto const* text = std::getenv(variable);
  return text ? std::atol(text) : otherwise;
}

}  // namespace

TEST_CASE("a program that is killed at random moments counts every word once") {
  auto const kills = number_from("SLUICE_KILLS", 200);
  auto const seed = static_cast<std::uint64_t>(number_from("SLUICE_SEED", std::random_device{}()));
  CAPTURE(seed);
  temporary_directory const place;
  fs::path const directory = place.path();
  fs::create_directory(directory / "incoming");
  line_server peer;
  feed fed{peer, directory / "incoming", seed};
  // More than a pipe holds is written to the log.
  child_process supervisor{{"/bin/sh", "-c",
                            "exec " SUPERVISE_PROGRAM
                            " --max-restarts 1000000 --within 1s --backoff-min 1ms"
                            " --backoff-max 2ms -- " WORD_TOTALS_PROGRAM " " +
                                std::to_string(peer.port()) + " '" + directory.string() + "' 2> '" +
                                directory.string() + "/log'"}};
  std::mt19937_64 chance{seed};
  auto const deadline = clock_type::now() + std::chrono::milliseconds{500 * kills} + 30s;
  pid_t last = 0;
  for (long killed = 0; killed != kills;) {
    fed.add_some();
    std::this_thread::sleep_for(std::chrono::milliseconds{chance() % 150});
    auto const child = child_of(supervisor.pid());
    if (child == 0 || child == last) {
      REQUIRE_MESSAGE(clock_type::now() < deadline, last_lines(directory / "log"));
      continue;
    }
    ::kill(last = child, SIGKILL);
    ++killed;
  }
  auto const has_come_back = [&] {
    pid_t running = 0;
    std::ifstream{directory / "running"} >> running;
    return running != 0 && running != last && running == child_of(supervisor.pid());
  };
  while ((!has_come_back() || read_table(directory / "totals.db", "totals") != fed.expected()) &&
         clock_type::now() < deadline)
    std::this_thread::sleep_for(20ms);
  supervisor.signal(SIGTERM);
  CHECK_MESSAGE(supervisor.wait() == 0, last_lines(directory / "log"));
  CHECK(read_table(directory / "totals.db", "totals") == fed.expected());
  CHECK(read_table(directory / "totals.db", "sums") == fed.expected());
  CHECK(add_up_files(directory) == fed.expected());
  MESSAGE(kills, " kills");
}
