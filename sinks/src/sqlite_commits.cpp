#include "sqlite_commits.hpp"

#include <sluice/sinks/sqlite_row.hpp>
#include <utility>

namespace sluice {

namespace {

// The time is in microseconds since 1970.
sqlite_database& with_table(sqlite_database& database) {
  database.run(
      "CREATE TABLE IF NOT EXISTS sluice_commits(stream TEXT PRIMARY KEY, batch INTEGER NOT NULL, "
      "time INTEGER NOT NULL, writer INTEGER NOT NULL)");
  return database;
}

}  // namespace

sqlite_commits::sqlite_commits(sqlite_database& database, std::string stream)
    : database_{with_table(database)},
      stream_{std::move(stream)},
      find_{database_, "SELECT batch, time, writer FROM sluice_commits WHERE stream = ?1"},
      put_{database_, "INSERT OR REPLACE INTO sluice_commits VALUES(?1, ?2, ?3, ?4)"} {}

std::optional<sqlite_commit> sqlite_commits::find() {
  sqlite_execution const done{find_};
  sqlite_row{find_.handle()}.add(stream_);
  if (!find_.step()) return {};
  auto const column = [&](int index) { return sqlite3_column_int64(find_.handle(), index); };
  return sqlite_commit{{static_cast<batch_id>(column(0)), batch_time{duration{column(1)}}},
                       column(2)};
}

void sqlite_commits::put(sqlite_commit const& row) {
  sqlite_execution const done{put_};
  sqlite_row{put_.handle()}.add(
      std::tuple{stream_, row.batch.id, row.batch.time.time_since_epoch().count(), row.writer});
  put_.step();
}

std::int64_t sqlite_commits::draw_writer() {
  sqlite_statement draw{database_, "SELECT random()"};
  draw.step();
  return sqlite3_column_int64(draw.handle(), 0);
}

}  // namespace sluice
