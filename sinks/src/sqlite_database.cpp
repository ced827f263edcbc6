#include "sqlite_database.hpp"

#include <string_view>
#include <utility>

namespace sluice {

namespace {

std::string remedy(int code) {
  switch (code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "; another connection is writing: let it finish, or wait longer with busy_timeout";
    case SQLITE_CANTOPEN:
      return "; its directory must exist, and this process must be allowed to write there";
    case SQLITE_READONLY:
    case SQLITE_PERM: return "; this process must be allowed to write the file and its directory";
    case SQLITE_FULL: return "; make room on the disk";
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return "; give the path of a sound database, or of a file that is not there";
    default: return "";
  }
}

sqlite_failure failure(std::string const& path, std::string const& sql, int code,
                       std::string const& message) {
  auto const primary = code & 0xff;
  return {primary,
          "the SQLite database " + path + " failed: " + message + ", in: " + sql + remedy(primary)};
}

}  // namespace

sqlite_database::sqlite_database(std::string path, std::chrono::milliseconds busy_timeout)
    : path_{std::move(path)} {
  sqlite3* handle = nullptr;
  auto const code =
      sqlite3_open_v2(path_.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  handle_.reset(handle);
  if (!handle) throw failure(path_, "open", code, sqlite3_errstr(code));
  if (code != SQLITE_OK) fail("open");
  // SQLite opens a file that it must not write for reading only, and says nothing.
  if (sqlite3_db_readonly(handle, "main") == 1)
    throw failure(path_, "open", SQLITE_READONLY, sqlite3_errstr(SQLITE_READONLY));
  sqlite3_busy_timeout(handle, static_cast<int>(busy_timeout.count()));
}

void sqlite_database::run(std::string const& sql) {
  if (sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(sql);
}

void sqlite_database::fail(std::string const& sql) const {
  throw failure(path_, sql, sqlite3_errcode(handle()), sqlite3_errmsg(handle()));
}

sqlite_statement::sqlite_statement(sqlite_database& database, std::string sql)
    : database_{database}, sql_{std::move(sql)} {
  sqlite3_stmt* handle = nullptr;
  char const* rest = nullptr;
  if (sqlite3_prepare_v2(database_.handle(), sql_.c_str(), -1, &handle, &rest) != SQLITE_OK)
    database_.fail(sql_);
  handle_.reset(handle);
  if (!handle || std::string_view{rest}.find_first_not_of(" \t\r\n;") != std::string_view::npos)
    throw usage_error{"SQL for the database " + database_.path() +
                      " must be one statement, it is: " + sql_};
}

bool sqlite_statement::step() {
  auto const code = sqlite3_step(handle());
  if (code != SQLITE_ROW && code != SQLITE_DONE) database_.fail(sql_);
  return code == SQLITE_ROW;
}

void sqlite_statement::reset() {
  sqlite3_reset(handle());
  sqlite3_clear_bindings(handle());
}

}  // namespace sluice
