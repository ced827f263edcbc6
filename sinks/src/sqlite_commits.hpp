/// The table `sluice_commits`: which batch of which stream is the newest in the database.
///
/// Thread rule: one thread at a time, inside a transaction. Promise: as the transaction's.
#pragma once

#include <cstdint>
#include <optional>
#include <sluice/operators/time.hpp>
#include <string>

#include "sqlite_database.hpp"

namespace sluice {

/// A stream's row.
struct sqlite_commit {
  batch_ref batch{};        ///< number 0: none yet
  std::int64_t writer = 0;  ///< who has claimed the stream's name, a random number
};

class sqlite_commits {
 public:
  /// Makes the table if it is missing.
  sqlite_commits(sqlite_database& database, std::string stream);

  std::optional<sqlite_commit> find();
  void put(sqlite_commit const& row);
  /// A number that no other writer has.
  std::int64_t draw_writer();

 private:
  sqlite_database& database_;
  std::string stream_;
  sqlite_statement find_;
  sqlite_statement put_;
};

}  // namespace sluice
