// What the tests of the SQLite output share: a database of its own and a look into it.
#pragma once

#include <sqlite3.h>

#include <doctest/doctest.h>
#include <sluice/operators/error.hpp>
#include <sluice/sinks/sqlite_sink.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/temporary_directory.hpp"

namespace sluice::tests {

using word = std::pair<std::string, int>;

inline batch_ref batch(batch_id id) {
  return {id, batch_time{std::chrono::seconds{1'600'000'000 + id}}};
}

/// A second connection, as another program's.
class other_connection {
 public:
  explicit other_connection(std::string const& path) {
    REQUIRE(sqlite3_open(path.c_str(), &handle_) == SQLITE_OK);
  }
  ~other_connection() { sqlite3_close(handle_); }
  other_connection(other_connection const&) = delete;
  other_connection& operator=(other_connection const&) = delete;

  /// Runs SQL. @return the values of all rows, `|` between columns and a space behind each row
  std::string ask(std::string const& sql) {
    std::string text;
    auto const code = sqlite3_exec(
        handle_, sql.c_str(),
        [](void* into, int columns, char** values, char**) {
          auto& out = *static_cast<std::string*>(into);
          for (int c = 0; c != columns; ++c)
            out += std::string{c == 0 ? "" : "|"} + (values[c] ? values[c] : "NULL");
          out += ' ';
          return 0;
        },
        &text, nullptr);
    REQUIRE_MESSAGE(code == SQLITE_OK, sqlite3_errmsg(handle_));
    return text;
  }

 private:
  sqlite3* handle_ = nullptr;
};

/// A table that adds up: what is written twice shows.
struct sqlite_scene {
  temporary_directory directory;
  std::string path = directory / "counts.db";

  sqlite_table table() const {
    return {.path = path,
            .stream = "word-count",
            .setup = "create table if not exists counts(word text primary key, n integer)",
            .statement =
                "insert into counts values(?1, ?2) "
                "on conflict(word) do update set n = n + excluded.n",
            .busy_timeout = std::chrono::milliseconds{0}};
  }
  std::string ask(std::string const& sql) const { return other_connection{path}.ask(sql); }
  std::string counts() const { return ask("select word, n from counts order by word"); }
};

template <class Sink>
void write(Sink& sink, batch_id id, std::vector<word> records) {
  sink.prepare(batch(id), std::move(records));
  sink.commit(batch(id));
}

/// The text of the error of type `Error` that `f` throws.
template <class Error, class F>
std::string error_of(F f) {
  try {
    f();
  } catch (Error const& error) {
    return error.what();
  }
  FAIL("nothing of the expected type was thrown");
  return {};
}

inline void check_text(std::string const& text, std::vector<std::string> const& words) {
  for (auto const& part : words) CHECK_MESSAGE(text.find(part) != std::string::npos, text);
}

}  // namespace sluice::tests
