#include <sqlite3.h>

#include <limits>
#include <sluice/operators/error.hpp>
#include <sluice/sinks/sqlite_row.hpp>
#include <string>

namespace sluice {

namespace {

std::string sql_of(sqlite3_stmt* statement) { return sqlite3_sql(statement); }

}  // namespace

sqlite_row::sqlite_row(sqlite3_stmt* statement) : statement_{statement} {}

void sqlite_row::add_null() { check(sqlite3_bind_null(statement_, next())); }

void sqlite_row::add_integer(std::int64_t value) {
  check(sqlite3_bind_int64(statement_, next(), value));
}

void sqlite_row::add_unsigned(std::uint64_t value) {
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    throw runtime_failure{std::to_string(value) + " for parameter ?" + std::to_string(bound_ + 1) +
                          " is larger than 2^63 - 1, SQLite's largest integer, in: " +
                          sql_of(statement_) + "; bind it as text"};
  add_integer(static_cast<std::int64_t>(value));
}

void sqlite_row::add_real(double value) { check(sqlite3_bind_double(statement_, next(), value)); }

// An empty text has to point somewhere: null stands for NULL.
void sqlite_row::add_text(std::string_view value) {
  check(sqlite3_bind_text64(statement_, next(), value.empty() ? "" : value.data(), value.size(),
                            SQLITE_TRANSIENT, SQLITE_UTF8));
}

void sqlite_row::add_blob(std::span<std::byte const> value) {
  if (value.empty())
    check(sqlite3_bind_zeroblob(statement_, next(), 0));
  else
    check(sqlite3_bind_blob64(statement_, next(), value.data(), value.size(), SQLITE_TRANSIENT));
}

void sqlite_row::finish() const {
  auto const parameters = sqlite3_bind_parameter_count(statement_);
  if (bound_ != parameters)
    throw usage_error{"a record has " + std::to_string(bound_) + " values and the statement " +
                      std::to_string(parameters) + " parameters: " + sql_of(statement_)};
}

int sqlite_row::next() {
  if (++bound_ > sqlite3_bind_parameter_count(statement_)) finish();
  return bound_;
}

void sqlite_row::check(int code) const {
  if (code != SQLITE_OK)
    throw runtime_failure{"value " + std::to_string(bound_) + " of a record cannot be bound: " +
                          sqlite3_errstr(code) + ", in: " + sql_of(statement_)};
}

}  // namespace sluice
