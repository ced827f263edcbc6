// Totals in an SQLite database, which stay right when the process is killed in the middle: a batch
// and its number are one transaction.

#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <sluice/sinks/sqlite_sink.hpp>
#include <sluice/sluice.hpp>

using payment = std::pair<std::string, long>;

namespace {

void print_totals(std::string const& path) {
  sqlite3* database = nullptr;
  sqlite3_open(path.c_str(), &database);
  auto const print = [](void*, int, char** values, char**) {
    std::cout << values[0] << ' ' << values[1] << '\n';
    return 0;
  };
  sqlite3_exec(database, "select customer, amount from totals order by 1", print, nullptr, nullptr);
  sqlite3_close(database);
}

}  // namespace

int main() {
  auto const directory = std::filesystem::temp_directory_path() /
                         ("sluice-example-database-" + std::to_string(::getpid()));
  std::filesystem::create_directory(directory);
  auto const path = directory / "totals.db";

  sluice::streaming_context ssc{{.app_name = "database", .parallelism = 1}};

  sluice::sqlite_table const totals{
      .path = path,
      .stream = "payments",
      .setup = "create table if not exists totals(customer text primary key, amount integer)",
      .statement =
          "insert into totals values(?1, ?2) "
          "on conflict(customer) do update set amount = amount + excluded.amount"};
  ssc.queue_stream<payment>({{{"ada", 10}, {"ben", 5}}, {{"ada", 7}}, {{"cleo", 3}}})
      .to(std::make_shared<sluice::sqlite_sink<payment>>(totals));

  ssc.start();
  ssc.run_until_idle();
  print_totals(path);
  std::filesystem::remove_all(directory);
}
