// The SQLite output against a real database file, call by call and behind a stream.
#include <sys/stat.h>
#include <unistd.h>

#include <sluice/sluice.hpp>
#include <sluice/testkit.hpp>

#include "sqlite_scene.hpp"
#include "tests/operators/table.hpp"

using namespace sluice;
using namespace sluice::tests;

using word_sink = sqlite_sink<word>;

TEST_CASE_FIXTURE(sqlite_scene, "sqlite_sink makes a batch visible with its commit, not before") {
  word_sink sink{table()};
  sink.prepare(batch(1), {{"a", 1}, {"b", 2}});
  CHECK(counts() == "");
  sink.prepare(batch(2), {{"a", 10}});
  sink.commit(batch(1));
  CHECK(counts() == "a|1 b|2 ");
  sink.commit(batch(2));
  CHECK(counts() == "a|11 b|2 ");
  CHECK(ask("select stream, batch, time from sluice_commits") == "word-count|2|1600000002000000 ");
}

TEST_CASE_FIXTURE(sqlite_scene,
                  "sqlite_sink commits an empty batch, of which only the number shows") {
  word_sink sink{table()};
  write(sink, 1, {});
  CHECK(counts() == "");
  CHECK(ask("select batch from sluice_commits") == "1 ");
}

TEST_CASE_FIXTURE(sqlite_scene, "sqlite_sink forgets a batch that is aborted") {
  word_sink sink{table()};
  sink.prepare(batch(1), {{"a", 1}});
  sink.abort(batch(1));
  sink.prepare(batch(1), {{"b", 1}});
  sink.commit(batch(1));
  CHECK(counts() == "b|1 ");
}

TEST_CASE_FIXTURE(sqlite_scene, "sqlite_sink does nothing for a batch that is committed already") {
  word_sink sink{table()};
  write(sink, 1, {{"a", 1}});
  write(sink, 2, {{"a", 1}});
  sink.commit(batch(2));
  write(sink, 2, {{"a", 1}});
  write(sink, 1, {{"a", 1}});
  CHECK(counts() == "a|2 ");
}

TEST_CASE_FIXTURE(sqlite_scene, "sqlite_sink that recovers tells what the database has") {
  {
    word_sink sink{table()};
    write(sink, 1, {{"a", 1}});
    write(sink, 2, {{"a", 1}});
    sink.prepare(batch(3), {{"a", 1}});
  }
  word_sink sink{table()};
  CHECK(sink.recover(1) == 2);
  write(sink, 3, {{"a", 1}});
  CHECK(counts() == "a|3 ");
}

TEST_CASE_FIXTURE(sqlite_scene, "sqlite_sink that recovers believes a record that is newer") {
  word_sink sink{table()};
  CHECK(sink.recover(7) == 7);  // the batches may all have been absent here
  write(sink, 8, {{"a", 1}});
  CHECK(ask("select batch from sluice_commits") == "8 ");
}

TEST_CASE_FIXTURE(sqlite_scene, "sqlite_sink refuses a fresh stream over batches of a former one") {
  {
    word_sink sink{table()};
    write(sink, 1, {{"a", 1}});
    write(sink, 2, {{"a", 1}});
  }
  word_sink sink{table()};
  for (int attempt = 0; attempt != 2; ++attempt)
    check_text(error_of<runtime_failure>([&] {
                 sink.prepare(batch(1), {{"a", 1}});
               }),
               {path, "\"word-count\"", "up to 2", "checkpoint directory", "another stream name",
                "start_over", "sluice_commits"});
  CHECK(counts() == "a|2 ");
}

TEST_CASE_FIXTURE(sqlite_scene, "sqlite_sink that starts over writes on under the old name") {
  {
    word_sink sink{table()};
    write(sink, 1, {{"a", 1}});
    write(sink, 2, {{"a", 1}});
  }
  auto again = table();
  again.start_over = true;
  {
    word_sink sink{again};
    sink.prepare(batch(1), {{"a", 10}});
  }
  // The process ended before it committed: what the old stream had done is forgotten for good.
  word_sink sink{again};
  CHECK(sink.recover(0) == 0);
  write(sink, 1, {{"a", 10}});
  CHECK(counts() == "a|12 ");
}

TEST_CASE_FIXTURE(sqlite_scene, "sqlite_sink takes over a name under which nothing was committed") {
  { word_sink{table()}.prepare(batch(1), {{"a", 1}}); }
  word_sink sink{table()};
  write(sink, 1, {{"a", 1}});
  CHECK(counts() == "a|1 ");
}

TEST_CASE_FIXTURE(sqlite_scene, "sqlite_sink refuses a checkpoint that is too far behind") {
  {
    word_sink sink{table()};
    for (batch_id id = 1; id != 8; ++id) write(sink, id, {});
  }
  auto narrow = table();
  narrow.max_ahead = 3;
  word_sink sink{narrow};
  check_text(error_of<runtime_failure>([&] { sink.recover(3); }),
             {path, "\"word-count\"", "batch 7", "knows of 3", "max_ahead = 3"});
  CHECK(sink.recover(4) == 7);
}

TEST_CASE_FIXTURE(sqlite_scene, "sqlite_sink keeps two outputs under one name from mixing") {
  word_sink first{table()};
  word_sink second{table()};
  first.prepare(batch(1), {{"a", 1}});
  second.prepare(batch(1), {{"b", 1}});
  check_text(error_of<runtime_failure>([&] { first.commit(batch(1)); }),
             {path, "\"word-count\"", "claimed by another"});
  second.commit(batch(1));
  CHECK(counts() == "b|1 ");
}

TEST_CASE_FIXTURE(sqlite_scene, "sqlite_sink does not swallow the batches of a second stream") {
  word_sink sink{table()};
  write(sink, 1, {{"a", 1}});
  batch_ref const later{1, batch(5).time};
  sink.prepare(later, {{"a", 1}});
  check_text(error_of<runtime_failure>([&] { sink.commit(later); }),
             {path, "different streams", "batch 1"});
}

TEST_CASE_FIXTURE(sqlite_scene, "sqlite_sink keeps streams of different names apart") {
  auto other = table();
  other.stream = "second";
  word_sink first{table()};
  word_sink second{other};
  write(first, 1, {{"a", 1}});
  write(second, 1, {{"a", 1}});
  write(first, 2, {{"a", 1}});
  CHECK(counts() == "a|3 ");
  CHECK(ask("select stream, batch from sluice_commits order by 1") == "second|1 word-count|2 ");
}

TEST_CASE_FIXTURE(sqlite_scene, "sqlite_sink that finds the database locked can be tried again") {
  word_sink sink{table()};
  sink.prepare(batch(1), {{"a", 1}});
  other_connection holder{path};
  holder.ask("begin immediate");
  check_text(error_of<runtime_failure>([&] { sink.commit(batch(1)); }),
             {path, "database is locked", "BEGIN IMMEDIATE", "busy_timeout"});
  holder.ask("commit");
  sink.commit(batch(1));
  CHECK(counts() == "a|1 ");
}

TEST_CASE_FIXTURE(sqlite_scene, "sqlite_sink that runs out of room leaves nothing of the batch") {
  // The limit stands for a full disk: SQLite gives the same error. It belongs to a connection.
  auto small = table();
  small.setup += "; create table if not exists blobs(bytes); pragma max_page_count = 40";
  small.statement = "insert into blobs values(zeroblob(?2) || ?1)";
  word_sink sink{small};
  sink.prepare(batch(1), {{"a", 1'000}, {"b", 1'000'000}});
  for (int attempt = 0; attempt != 2; ++attempt)
    check_text(error_of<runtime_failure>([&] { sink.commit(batch(1)); }),
               {path, "database or disk is full", "insert into blobs", "make room"});
  CHECK(ask("select count(*) from blobs") == "0 ");
  CHECK(ask("select batch from sluice_commits") == "0 ");
  sink.abort(batch(1));
  write(sink, 1, {{"a", 1'000}});
  CHECK(ask("select count(*) from blobs") == "1 ");
}

TEST_CASE_FIXTURE(sqlite_scene, "sqlite_sink rolls a batch back at a record that is refused") {
  auto strict = table();
  strict.statement = "insert into counts values(?1, ?2)";
  word_sink sink{strict};
  sink.prepare(batch(1), {{"a", 1}, {"a", 2}});
  check_text(error_of<runtime_failure>([&] { sink.commit(batch(1)); }),
             {path, "UNIQUE constraint failed: counts.word", "insert into counts"});
  CHECK(counts() == "");
}

TEST_CASE_FIXTURE(sqlite_scene, "sqlite_sink refuses wrong SQL while it is made") {
  auto wrong = table();
  wrong.setup = "create tabel counts(n)";
  check_text(error_of<usage_error>([&] { word_sink sink{wrong}; }),
             {"setup is wrong", "near \"tabel\": syntax error", wrong.setup});
  for (auto const& [statement, says] : std::vector<std::pair<std::string, std::string>>{
           {"insert into cuonts values(?1, ?2)", "no such table: cuonts"},
           {"insert into counts values(?1, ?2", "statement is wrong"},
           {"select ?1, ?2", "writes nothing"},
           {"delete from counts; insert into counts values(?1, ?2)", "one statement"},
           {"insert into counts values(?1, 1)", "1 parameters and a record 2 values"},
           {"", "statement is empty"}}) {
    wrong = table();
    wrong.statement = statement;
    check_text(error_of<usage_error>([&] { word_sink sink{wrong}; }), {says, statement});
  }
}

TEST_CASE_FIXTURE(sqlite_scene, "sqlite_sink without path or name is a usage_error") {
  auto wrong = table();
  wrong.path.clear();
  check_text(error_of<usage_error>([&] { word_sink sink{wrong}; }), {"path is empty"});
  wrong = table();
  wrong.stream.clear();
  check_text(error_of<usage_error>([&] { word_sink sink{wrong}; }), {"stream is empty"});
}

TEST_CASE_FIXTURE(sqlite_scene, "sqlite_sink names a database that it cannot open or write") {
  auto wrong = table();
  wrong.path = directory / "missing/counts.db";
  check_text(error_of<runtime_failure>([&] { word_sink sink{wrong}; }),
             {wrong.path, "unable to open database file", "directory must exist"});
  wrong.path = directory.path();
  check_text(error_of<runtime_failure>([&] { word_sink sink{wrong}; }), {wrong.path});
  if (::geteuid() == 0) return;  // who is root may write everywhere
  wrong = table();
  { word_sink sink{wrong}; }
  REQUIRE(::chmod(path.c_str(), 0400) == 0);
  check_text(error_of<runtime_failure>([&] { word_sink sink{wrong}; }), {path, "readonly"});
}

TEST_CASE_FIXTURE(sqlite_scene, "sqlite_sink names a file that is no database") {
  FILE* const file = std::fopen(path.c_str(), "w");
  std::fputs(std::string(4096, 'x').c_str(), file);
  std::fclose(file);
  check_text(error_of<runtime_failure>([&] { word_sink sink{table()}; }),
             {path, "file is not a database", "sound database"});
}

TEST_CASE_FIXTURE(sqlite_scene, "sqlite_sink says which guarantee it gives, and where it writes") {
  word_sink const sink{table()};
  CHECK(sink.guarantee() == delivery::exactly_once);
  CHECK(sink.describe() == "sqlite_sink(" + path + ", word-count)");
}

TEST_CASE_FIXTURE(sqlite_scene, "sqlite_sink is fed by a stream, batch by batch") {
  testkit::simulation sim{1};
  streaming_context ssc{with_parallelism(2), sim.where()};
  ssc.queue_stream<std::string>({{"to", "be"}, {}, {"to"}})
      .map([](std::string const& text) {
        return word{text, 1};
      })
      .reduce_by_key(std::plus<>{})
      .to(std::make_shared<word_sink>(table()));
  ssc.start();
  ssc.run_until_idle();
  ssc.stop();
  CHECK(counts() == "be|1 to|2 ");
  CHECK(ask("select batch from sluice_commits") == "3 ");
}
