/// An SQLite connection and what is done with it, each failure with its database and SQL.
///
/// Thread rule: one thread at a time. Promise: nothing is left open: statements are reset, and a
/// transaction that did not commit is rolled back.
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <memory>
#include <sluice/operators/error.hpp>
#include <string>

namespace sluice {

/// SQLite refused something.
class sqlite_failure : public runtime_failure {
 public:
  sqlite_failure(int code, std::string const& text) : runtime_failure{text}, code_{code} {}
  /// SQLite's primary result code.
  int code() const { return code_; }

 private:
  int code_;
};

class sqlite_database {
 public:
  /// Opens the database, making it if it is missing.
  sqlite_database(std::string path, std::chrono::milliseconds busy_timeout);

  std::string const& path() const { return path_; }
  sqlite3* handle() const { return handle_.get(); }
  /// Runs one or several statements, without their results.
  void run(std::string const& sql);
  /// Throws what SQLite says about the last call.
  [[noreturn]] void fail(std::string const& sql) const;

 private:
  struct closer {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
  };
  std::string path_;
  std::unique_ptr<sqlite3, closer> handle_;
};

/// A compiled statement.
class sqlite_statement {
 public:
  /// @throws sqlite_failure  naming what is wrong
  /// @throws usage_error     if `sql` is no single statement
  sqlite_statement(sqlite_database& database, std::string sql);

  sqlite3_stmt* handle() const { return handle_.get(); }
  /// @return whether there is a row
  bool step();
  /// Ends an execution and empties the parameters.
  void reset();

 private:
  struct finalizer {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  sqlite_database& database_;
  std::string sql_;
  std::unique_ptr<sqlite3_stmt, finalizer> handle_;
};

/// One execution of a statement, which is reset at its end, however that comes.
class sqlite_execution {
 public:
  explicit sqlite_execution(sqlite_statement& statement) : statement_{statement} {}
  ~sqlite_execution() { statement_.reset(); }
  sqlite_execution(sqlite_execution const&) = delete;
  sqlite_execution& operator=(sqlite_execution const&) = delete;

 private:
  sqlite_statement& statement_;
};

/// A transaction that may write from its start, so that it cannot fail for a lock later.
class sqlite_transaction {
 public:
  explicit sqlite_transaction(sqlite_database& database) : database_{database} {
    database_.run("BEGIN IMMEDIATE");
  }
  ~sqlite_transaction() {
    // Some failures end the transaction by themselves.
    if (sqlite3_get_autocommit(database_.handle()) == 0)
      sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
  sqlite_transaction(sqlite_transaction const&) = delete;
  sqlite_transaction& operator=(sqlite_transaction const&) = delete;

  void commit() { database_.run("COMMIT"); }

 private:
  sqlite_database& database_;
};

}  // namespace sluice
