// What is left of the disk's speed when each batch is durable before it is worked on.

#include <sqlite3.h>

#include <memory>
#include <sluice/sinks/sqlite_sink.hpp>
#include <sluice/sluice.hpp>
#include <stdexcept>

#include "cases.hpp"
#include "counting.hpp"
#include "hand.hpp"
#include "scratch.hpp"

namespace bench {

namespace {

using batch = std::vector<std::uint64_t>;

std::vector<batch> make_batches(std::size_t count, std::size_t records) {
  std::vector<batch> all(count, batch(records));
  std::uint64_t made = 0;
  for (auto& each : all)
    for (auto& x : each) x = key_of(made++);
  return all;
}

std::uint64_t sum_of(std::vector<batch> const& all) {
  std::uint64_t sum = 0;
  for (auto const& each : all)
    for (auto x : each) sum += x;
  return sum;
}

/// Numbers that go through the stream into whatever `build` makes of them.
class number_stream {
 public:
  template <class Build>
  number_stream(std::string const& directory, std::size_t workers, Build&& build)
      : context_{options_for(directory, workers)} {
    std::forward<Build>(build)(context_.queue_stream(queue_));
    context_.start();
  }
  void run(std::vector<batch> const& batches) {
    for (auto const& each : batches) queue_->push(each);
    context_.run_until_idle();
  }

 private:
  static sluice::options options_for(std::string const& directory, std::size_t workers) {
    auto o = durable_options(directory);
    o.parallelism = workers;
    return o;
  }

  std::shared_ptr<sluice::batch_queue<std::uint64_t>> queue_ =
      std::make_shared<sluice::batch_queue<std::uint64_t>>();
  sluice::streaming_context context_;
};

class summing_stream {
 public:
  explicit summing_stream(std::string const& directory)
      : stream_{directory, 1, [this](auto const& numbers) {
                  numbers.foreach_rdd([this](auto const& one) {
                    sum_ += one.fold(std::uint64_t{0}, std::plus<>{});
                  });
                }} {}
  void run(std::vector<batch> const& batches, std::uint64_t expected) {
    stream_.run(batches);
    expect("the sum of the numbers", expected, std::exchange(sum_, 0));
  }

 private:
  std::uint64_t sum_ = 0;
  number_stream stream_;
};

// What a batch is in the log of the stream, commit included: the loop has to write as much.
std::size_t logged_bytes(std::string const& directory, std::size_t batches) {
  return static_cast<std::size_t>(bytes_in(directory + "/stream/batches")) / batches;
}

void of_size(report& results, scratch_directory& scratch, std::size_t records, std::size_t count,
             std::optional<double> bar) {
  auto const batches = make_batches(count, records);
  auto const expected = sum_of(batches);
  auto const directory = scratch.fresh("stream");
  summing_stream stream{directory};
  stream.run(batches, expected);
  auto const entry_bytes = logged_bytes(directory, count);
  auto const name = " of " + std::to_string((entry_bytes + 512) / 1024) + " KiB";
  experiment work;
  work.records = count;
  work.bytes = count * entry_bytes;
  work.contenders = {{"stream, batches" + name, [&] { stream.run(batches, expected); }},
                     {"hand", [&, entry = std::string{}]() mutable {
                        hand_log log{scratch.path("hand")};
                        std::uint64_t sum = 0;
                        for (auto const& each : batches) {
                          entry.assign(reinterpret_cast<char const*>(each.data()),
                                       each.size() * sizeof(each[0]));
                          entry.resize(entry_bytes);
                          log.append(entry);
                          for (auto x : each) sum += x;
                        }
                        expect("the sum of the numbers", expected, sum);
                      }}};
  work.comparisons = {{"stream, batches" + name, "hand", bar, by::wall}};
  results.interleave(work);
}

/// A database with one table, written by hand with the settings of `sqlite_sink`.
class hand_database {
 public:
  explicit hand_database(std::string const& path) {
    check(sqlite3_open(path.c_str(), &db_));
    run("PRAGMA journal_mode = WAL");
    run("PRAGMA synchronous = FULL");
    run("create table numbers(n integer)");
    run("create table commits(stream text primary key, batch integer)");
    insert_ = compiled("insert into numbers values(?1)");
    commit_ = compiled("insert or replace into commits values('bench', ?1)");
  }
  ~hand_database() {
    sqlite3_finalize(insert_);
    sqlite3_finalize(commit_);
    sqlite3_close(db_);
  }
  hand_database(hand_database const&) = delete;
  hand_database& operator=(hand_database const&) = delete;

  void write(batch const& numbers) {
    run("begin immediate");
    for (auto n : numbers) step(insert_, n);
    step(commit_, ++last_);
    run("commit");
  }

 private:
  void check(int code) const {
    if (code != SQLITE_OK && code != SQLITE_DONE)
      throw std::runtime_error{std::string{"hand: SQLite: "} + sqlite3_errmsg(db_)};
  }
  void run(char const* sql) { check(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr)); }
  sqlite3_stmt* compiled(char const* sql) {
    sqlite3_stmt* made = nullptr;
    check(sqlite3_prepare_v2(db_, sql, -1, &made, nullptr));
    return made;
  }
  void step(sqlite3_stmt* statement, std::uint64_t value) {
    check(sqlite3_bind_int64(statement, 1, static_cast<sqlite3_int64>(value)));
    check(sqlite3_step(statement));
    check(sqlite3_reset(statement));
  }

  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  sqlite3_stmt* commit_ = nullptr;
  std::uint64_t last_ = 0;
};

std::uint64_t rows_in(std::string const& path) {
  sqlite3* db = nullptr;
  sqlite3_stmt* count = nullptr;
  std::uint64_t rows = 0;
  if (sqlite3_open(path.c_str(), &db) == SQLITE_OK &&
      sqlite3_prepare_v2(db, "select count(*) from numbers", -1, &count, nullptr) == SQLITE_OK &&
      sqlite3_step(count) == SQLITE_ROW)
    rows = static_cast<std::uint64_t>(sqlite3_column_int64(count, 0));
  sqlite3_finalize(count);
  sqlite3_close(db);
  return rows;
}

}  // namespace

void durable_commit(report& results) {
  scratch_directory scratch;
  auto const quick = results.how().quick;
  of_size(results, scratch, 128, quick ? 200 : 2'000, 0.70);
  of_size(results, scratch, 8'192, quick ? 50 : 500, 0.70);
  of_size(results, scratch, 131'072, quick ? 5 : 50, {});
  results.note(
      "hand appends as many bytes with a checksum and calls fdatasync, batch by batch; one worker");
  scratch.note_in(results);
}

void durable_commit_sqlite(report& results) {
  scratch_directory scratch;
  auto const batches = make_batches(results.how().quick ? 100 : 1'000, 16);
  auto const directory = scratch.fresh("stream");
  auto const path = scratch.path("stream.db");
  auto const hand_path = scratch.path("hand.db");
  number_stream stream{
      directory, 2, [&](auto const& numbers) {
        numbers.map([](std::uint64_t x) { return static_cast<std::int64_t>(x); })
            .to(std::make_shared<sluice::sqlite_sink<std::int64_t>>(
                sluice::sqlite_table{.path = path,
                                     .stream = "bench",
                                     .setup = "create table if not exists numbers(n integer)",
                                     .statement = "insert into numbers values(?1)"}));
      }};
  stream.run(batches);
  auto const entry = std::string(logged_bytes(directory, batches.size()), 'x');
  hand_database database{hand_path};
  hand_log log{scratch.path("hand")};
  experiment work;
  work.records = batches.size();
  work.contenders = {{"stream into SQLite", [&] { stream.run(batches); }},
                     {"hand", [&] {
                        for (auto const& each : batches) {
                          log.append(entry);
                          database.write(each);
                        }
                      }}};
  work.comparisons = {{"stream into SQLite", "hand", 0.70, by::wall}};
  results.interleave(work);
  auto const runs = results.how().rounds + 1;
  expect("the rows of the stream", (runs + 1) * batches.size() * 16, rows_in(path));
  expect("the rows by hand", runs * batches.size() * 16, rows_in(hand_path));
  results.note(
      "16 rows in a transaction per batch, flushed; hand appends the batch to a log, fdatasync, "
      "before it. The stream logs the next batch while it commits one: two workers");
  scratch.note_in(results);
}

}  // namespace bench
