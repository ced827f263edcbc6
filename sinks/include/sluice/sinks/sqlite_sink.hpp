/// An output into an SQLite database whose effect is there exactly once.
///
/// Thread rule: as `sink`. Promise: a batch and its number are committed in one transaction, so
/// that the database itself knows what it has, whenever the process ended. Files are written
/// directly, not through the context's world: no simulated crash reaches them.
#pragma once

#include <functional>
#include <map>
#include <sluice/operators/sink.hpp>
#include <sluice/sinks/sqlite_writer.hpp>
#include <string>
#include <utility>
#include <vector>

namespace sluice {

/// Executes a statement for each record; to be handed to `dstream::to`.
///
/// ```cpp
/// counts.to(std::make_shared<sluice::sqlite_sink<std::pair<std::string,
/// long>>>(sluice::sqlite_table{
///     .path = "counts.db",
///     .stream = "word-count",
///     .setup = "create table if not exists counts(word text primary key, n integer)",
///     .statement = "insert into counts values(?1, ?2) "
///                  "on conflict(word) do update set n = n + excluded.n"}));
/// ```
///
/// The records of a batch lie in memory until it is committed.
template <class T>
class sqlite_sink final : public sink<T> {
 public:
  /// Binds a record's values to the parameters of the statement.
  using binder = std::function<void(sqlite_row&, T const&)>;

  /// Binds the values of each record in their order: `std::pair{"a", 1}` is `?1`, `?2`.
  /// @throws usage_error, runtime_failure  as `sqlite_writer`
  explicit sqlite_sink(sqlite_table table) requires sqlite_bindable<T>
      : writer_{std::move(table), sqlite_columns<T>}, bind_{[](sqlite_row& row, T const& record) {
        row.add(record);
      }} {}
  /// Binds what `bind` adds to the row.
  sqlite_sink(sqlite_table table, binder bind)
      : writer_{std::move(table), 0}, bind_{std::move(bind)} {}

  void prepare(batch_ref const& batch, std::vector<T> records) override {
    writer_.start();
    prepared_.insert_or_assign(batch.id, std::move(records));
  }
  void commit(batch_ref const& batch) override {
    auto const found = prepared_.find(batch.id);
    if (found == prepared_.end()) return;  // it is committed already
    auto const& records = found->second;
    writer_.commit(batch, records.size(),
                   [&](sqlite_row& row, std::size_t index) { bind_(row, records[index]); });
    prepared_.erase(found);
  }
  void abort(batch_ref const& batch) override { prepared_.erase(batch.id); }
  batch_id recover(batch_id committed) override {
    prepared_.clear();
    return writer_.recover(committed);
  }
  delivery guarantee() const override { return delivery::exactly_once; }
  std::string describe() const override {
    return "sqlite_sink(" + writer_.table().path + ", " + writer_.table().stream + ")";
  }

 private:
  sqlite_writer writer_;
  binder bind_;
  std::map<batch_id, std::vector<T>> prepared_;  // and not committed
};

}  // namespace sluice
