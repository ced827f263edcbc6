#include <algorithm>
#include <sluice/sinks/sqlite_writer.hpp>
#include <utility>

#include "sqlite_commits.hpp"
#include "sqlite_database.hpp"

namespace sluice {

namespace {

std::string in_quotes(std::string const& text) { return '"' + text + '"'; }

sqlite_table checked(sqlite_table table) {
  for (auto const& [field, value] :
       {std::pair{"path", &table.path}, {"stream", &table.stream}, {"statement", &table.statement}})
    if (value->empty())
      throw usage_error{std::string{"sqlite_sink: "} + field + " is empty; give one"};
  if (table.busy_timeout < std::chrono::milliseconds{0})
    throw usage_error{"sqlite_sink: busy_timeout is " + std::to_string(table.busy_timeout.count()) +
                      "ms; it must not be negative"};
  return table;
}

sqlite_database opened(sqlite_table const& table) {
  sqlite_database database{table.path, table.busy_timeout};
  // What cannot have a write-ahead log, such as a database in memory, keeps its own journal.
  database.run("PRAGMA journal_mode = WAL");
  database.run(table.flush_commits ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
  return database;
}

// SQLite has one code for everything that is wrong with the SQL itself.
template <class F>
auto with_own_sql(char const* field, F work) {
  try {
    return work();
  } catch (sqlite_failure const& refused) {
    if (refused.code() != SQLITE_ERROR) throw;
    throw usage_error{std::string{"sqlite_sink: "} + field + " is wrong: " + refused.what()};
  }
}

sqlite_database& set_up(sqlite_database& database, sqlite_table const& table) {
  with_own_sql("setup", [&] { database.run(table.setup); });
  return database;
}

sqlite_statement compiled(sqlite_database& database, sqlite_table const& table,
                          std::size_t columns) {
  auto statement = with_own_sql("statement", [&] {
    return sqlite_statement{database, table.statement};
  });
  if (sqlite3_stmt_readonly(statement.handle()) != 0)
    throw usage_error{"sqlite_sink: statement writes nothing: " + table.statement};
  auto const parameters =
      static_cast<std::size_t>(sqlite3_bind_parameter_count(statement.handle()));
  if (columns != 0 && parameters != columns)
    throw usage_error{"sqlite_sink: statement has " + std::to_string(parameters) +
                      " parameters and a record " + std::to_string(columns) +
                      " values, which are ?1, ?2, ... in their order: " + table.statement};
  return statement;
}

}  // namespace

class sqlite_writer::connection {
 public:
  connection(sqlite_table table, std::size_t columns)
      : table_{checked(std::move(table))},
        database_{opened(table_)},
        statement_{compiled(set_up(database_, table_), table_, columns)},
        commits_{database_, table_.stream},
        writer_{commits_.draw_writer()} {}

  sqlite_table const& table() const { return table_; }

  void start() {
    if (claimed_) return;
    sqlite_transaction change{database_};
    auto const found = commits_.find();
    if (found && found->batch.id != 0 && !table_.start_over) refuse_fresh_start(found->batch.id);
    commits_.put({{}, writer_});
    change.commit();
    claimed_ = true;
  }

  batch_id recover(batch_id committed) {
    sqlite_transaction change{database_};
    auto const newest = commits_.find().value_or(sqlite_commit{}).batch;
    if (newest.id > committed && newest.id - committed > table_.max_ahead)
      refuse_checkpoint(newest.id, committed);
    commits_.put({newest, writer_});
    change.commit();
    claimed_ = true;
    return std::max(newest.id, committed);
  }

  void commit(batch_ref const& batch, std::size_t records, bind_record const& bind) {
    sqlite_transaction change{database_};
    if (is_there(batch)) return;
    for (std::size_t index = 0; index != records; ++index) {
      sqlite_execution const done{statement_};
      sqlite_row row{statement_.handle()};
      bind(row, index);
      row.finish();
      while (statement_.step()) {
      }
    }
    commits_.put({batch, writer_});
    change.commit();
  }

 private:
  // A batch that is there has a number and a time up to those of the newest one. A number that is
  // used up at a later time belongs to another stream, which went on under the same name.
  bool is_there(batch_ref const& batch) {
    auto const found = commits_.find();
    if (!found || found->writer != writer_)
      throw runtime_failure{whose() +
                            " has been claimed by another output or process since; give "
                            "each output a name of its own, and let one process run at a time"};
    if (batch.id > found->batch.id) return false;
    if (batch.time > found->batch.time)
      throw runtime_failure{whose() + " has batch " + std::to_string(found->batch.id) +
                            " already, and it is older than this batch " +
                            std::to_string(batch.id) +
                            ", so that the two belong to different streams; give each stream " +
                            "its own name and its own sink"};
    return true;
  }

  [[noreturn]] void refuse_fresh_start(batch_id newest) const {
    throw runtime_failure{
        whose() + " has the batches up to " + std::to_string(newest) +
        " of a former stream, and this one starts at batch 1; start with the checkpoint "
        "directory that belongs to it, or give the output another stream name, "
        "or set start_over, or delete the row from sluice_commits"};
  }

  [[noreturn]] void refuse_checkpoint(batch_id newest, batch_id committed) const {
    throw runtime_failure{whose() + " has batch " + std::to_string(newest) +
                          " already, but the checkpoint directory knows of " +
                          std::to_string(committed) +
                          " committed batches only, which is more than max_ahead = " +
                          std::to_string(table_.max_ahead) +
                          " behind; start with the checkpoint directory that belongs to it"};
  }

  std::string whose() const {
    return "the SQLite database " + table_.path + ": stream " + in_quotes(table_.stream);
  }

  sqlite_table table_;
  sqlite_database database_;
  sqlite_statement statement_;
  sqlite_commits commits_;
  std::int64_t writer_;
  bool claimed_ = false;
};

sqlite_writer::sqlite_writer(sqlite_table table, std::size_t columns)
    : connection_{std::make_unique<connection>(std::move(table), columns)} {}

sqlite_writer::~sqlite_writer() = default;

void sqlite_writer::start() { connection_->start(); }

batch_id sqlite_writer::recover(batch_id committed) { return connection_->recover(committed); }

void sqlite_writer::commit(batch_ref const& batch, std::size_t records, bind_record const& bind) {
  connection_->commit(batch, records, bind);
}

sqlite_table const& sqlite_writer::table() const { return connection_->table(); }

}  // namespace sluice
