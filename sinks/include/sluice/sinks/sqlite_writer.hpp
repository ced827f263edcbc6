/// Batches into a table of an SQLite database, each in one transaction with its number.
///
/// Thread rule: one call at a time, possibly on changing threads. Promise: all records of a batch
/// are in the database or none; the table `sluice_commits` says which batch is the newest, and the
/// records of a batch that is in it are never written again.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <sluice/operators/time.hpp>
#include <sluice/sinks/sqlite_row.hpp>
#include <string>

namespace sluice {

/// Where batches go: an aggregate that programs fill.
struct sqlite_table {
  /// Of the database. A missing one is made, a missing directory is not.
  std::string path{};
  /// Under which name `sluice_commits` keeps the newest batch. Each output of each program that
  /// writes into the database needs a name of its own, which stays the same when it is restarted.
  std::string stream{};
  std::string setup{};      ///< SQL that may run at every start: `create table if not exists ...`
  std::string statement{};  ///< is executed for each record; its parameters are `?1`, `?2`, ...
  /// How long to wait for another connection that writes.
  std::chrono::milliseconds busy_timeout = std::chrono::seconds{5};
  /// Whether a commit is on the disk when it returns. Otherwise the newest batches may be gone
  /// after a power failure, though not after the end of the process.
  bool flush_commits = true;
  /// Forgets what a former stream of this name has committed. Its records stay. Has no effect on a
  /// stream that goes on from its checkpoint directory.
  bool start_over = false;
  /// By how many batches the database may be ahead of a stream that goes on from its checkpoint
  /// directory: the ones it had open. More is the sign of a checkpoint that is not this stream's.
  std::uint64_t max_ahead = 1000;
};

/// The part of `sqlite_sink` that does not depend on the type of the records.
class sqlite_writer {
 public:
  /// Binds the values of record number `index`.
  using bind_record = std::function<void(sqlite_row&, std::size_t index)>;

  /// Opens the database, runs `setup` and compiles `statement`.
  /// @param columns  how many values each record has; 0: not known before it is bound
  /// @throws usage_error      naming what in the table is missing, or wrong SQL with SQLite's
  ///                          message
  /// @throws runtime_failure  naming the database, if it cannot be opened or written
  sqlite_writer(sqlite_table table, std::size_t columns);
  ~sqlite_writer();
  sqlite_writer(sqlite_writer const&) = delete;
  sqlite_writer& operator=(sqlite_writer const&) = delete;

  /// Before the first batch: claims the name. Does nothing after `recover` or a former `start`.
  /// @throws runtime_failure  if a stream of this name has committed batches and is not to start
  ///                          over: the batches of a new stream have the same numbers
  void start();
  /// Claims the name for a stream that goes on. @return the newest batch that is committed
  /// @throws runtime_failure  if the database is ahead by more than `max_ahead`
  batch_id recover(batch_id committed);
  /// Writes a batch, or nothing if it is there already. After a failure nothing of it is there, and
  /// it can be tried again.
  /// @throws runtime_failure  naming the database, the SQL and SQLite's message, or who has claimed
  ///                          the name since
  void commit(batch_ref const& batch, std::size_t records, bind_record const& bind);

  sqlite_table const& table() const;

 private:
  class connection;
  std::unique_ptr<connection> connection_;
};

}  // namespace sluice
