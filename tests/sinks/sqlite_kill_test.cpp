// Processes that write into a database and are killed at any moment: what is there in the end is
// there once.
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <sluice/supervision/world.hpp>

#include "sqlite_scene.hpp"

using namespace sluice;
using namespace sluice::tests;

namespace {

constexpr batch_id last_batch = 2'000;
constexpr int wanted_kills = 60;
constexpr int records_per_batch = 40;

std::vector<word> records_of(batch_id id) {
  std::vector<word> records;
  for (int n = 0; n != records_per_batch; ++n)
    records.emplace_back("word" + std::to_string((id + static_cast<batch_id>(n)) % 50), 1);
  return records;
}

void tell(int told, batch_id id) {
  if (::write(told, &id, sizeof id) != sizeof id) ::_exit(3);
}

/// The life of a child: goes on after `committed` and tells of what is committed.
[[noreturn]] void write_batches(sqlite_table const& table, batch_id committed, int told) {
  try {
    sqlite_sink<word> sink{table};
    auto id = sink.recover(committed);
    tell(told, id);
    while (id != last_batch) {
      ++id;
      write(sink, id, records_of(id));
      tell(told, id);
    }
    ::_exit(0);
  } catch (std::exception const& failed) {
    std::fprintf(stderr, "the child failed: %s\n", failed.what());
    ::_exit(2);
  }
}

class writing_child {
 public:
  writing_child(sqlite_table const& table, batch_id committed) : newest_{committed} {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    child_ = ::fork();
    REQUIRE(child_ >= 0);
    if (child_ == 0) write_batches(table, committed, ends[1]);
    ::close(ends[1]);
    told_ = ends[0];
  }
  ~writing_child() { ::close(told_); }
  writing_child(writing_child const&) = delete;
  writing_child& operator=(writing_child const&) = delete;

  /// Waits to be told so many times. @return whether it is still alive then
  bool await_news(std::uint64_t number) {
    while (number-- != 0)
      if (!hear()) return false;
    return true;
  }
  /// @return the status as of `waitpid`
  int kill_and_wait() {
    ::kill(child_, SIGKILL);
    while (hear()) {
    }
    int status = 0;
    REQUIRE(::waitpid(child_, &status, 0) == child_);
    return status;
  }
  /// The newest batch that it has told of.
  batch_id newest() const { return newest_; }

 private:
  bool hear() {
    pollfd one{told_, POLLIN, 0};
    REQUIRE_MESSAGE(::poll(&one, 1, 30'000) == 1, "the child is late");
    return ::read(told_, &newest_, sizeof newest_) == sizeof newest_;
  }

  pid_t child_ = -1;
  int told_ = -1;
  batch_id newest_;
};

std::string expected_counts() {
  std::map<std::string, int> counts;
  for (batch_id id = 1; id <= last_batch; ++id)
    for (auto const& [text, n] : records_of(id)) counts[text] += n;
  std::string all;
  for (auto const& [text, n] : counts) all += text + '|' + std::to_string(n) + ' ';
  return all;
}

}  // namespace

TEST_CASE_FIXTURE(sqlite_scene,
                  "sqlite_sink has every batch once after kills at random moments of its commits") {
  std::uint64_t const seed = 20'240'607;
  CAPTURE(seed);
  random_stream chance{seed};
  auto const into = table();
  batch_id committed = 0;
  int kills = 0;
  for (;;) {
    writing_child child{into, committed};
    // The first kills come early: while the database is made, and before anything is committed.
    auto const alive = child.await_news(chance.below(kills < 10 ? 2 : 40));
    timespec const moment{0, static_cast<long>(chance.below(2'000'000))};
    if (alive) ::nanosleep(&moment, nullptr);
    auto const status = child.kill_and_wait();
    committed = child.newest();
    if (WIFEXITED(status)) {
      REQUIRE(WEXITSTATUS(status) == 0);
      break;
    }
    ++kills;
    // Whole batches only, at least those it had told of.
    auto const rows = std::stoull("0" + ask("select coalesce(sum(n), 0) from counts"));
    CHECK(rows % records_per_batch == 0);
    CHECK(rows / records_per_batch >= committed);
    CHECK(rows / records_per_batch <= committed + 1);
  }
  MESSAGE(kills << " kills");
  CHECK(kills >= wanted_kills);
  CHECK(counts() == expected_counts());
  CHECK(ask("pragma integrity_check") == "ok ");
}
