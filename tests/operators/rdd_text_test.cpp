#include "table.hpp"

#include "tests/temporary_directory.hpp"

using namespace sluice;
using namespace sluice::tests;

namespace {

struct fixture {
  testkit::simulation sim{1};
  testkit::sim_storage& files = sim.outside().storage();
  streaming_context ssc{with_parallelism(2), sim.where()};
};

using lines = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(fixture, "text_file has the lines of a file, with or without a last newline") {
  files.put("poem.txt", "to be\n\nor not\nto be");
  files.put("list.txt", "one\ntwo\n");
  files.put("empty.txt", "");
  CHECK(ssc.text_file("poem.txt").collect() == lines{"to be", "", "or not", "to be"});
  CHECK(ssc.text_file("list.txt").collect() == lines{"one", "two"});
  CHECK(ssc.text_file("empty.txt").count() == 0);
  CHECK(ssc.text_file("poem.txt").num_partitions() == 2);
}

TEST_CASE_FIXTURE(fixture, "text_file of a directory has its visible files in order of name") {
  files.put("in/b.txt", "three");
  files.put("in/a.txt", "one\ntwo");
  files.put("in/.hidden", "no");
  files.put("in/_SUCCESS", "no");
  files.put("in/deeper/c.txt", "no");
  CHECK(ssc.text_file("in").collect() == lines{"one", "two", "three"});
}

TEST_CASE_FIXTURE(fixture, "text_file of a large file has all its lines in order") {
  std::string text;
  lines expected;
  for (int i = 0; i != 20'000; ++i) {
    expected.push_back("line number " + std::to_string(i));
    text += expected.back() + '\n';
  }
  files.put("large.txt", text);
  auto const read = ssc.text_file("large.txt");
  CHECK(read.collect() == expected);
  CHECK(read.count() == 20'000);
}

TEST_CASE_FIXTURE(fixture, "text_file that cannot be read is a runtime_failure naming the file") {
  CHECK_THROWS_AS(ssc.text_file("nowhere.txt"), runtime_failure);
  check_says(message_of([&] { ssc.text_file("nowhere.txt"); }), {"cannot read", "nowhere.txt"});
  files.put("in/a.txt", "one");
  files.inject({testkit::storage_operation::read, "in/a.txt", std::errc::io_error, 1, 0});
  check_says(message_of([&] { ssc.text_file("in"); }), {"cannot read", "in/a.txt"});
}

TEST_CASE_FIXTURE(fixture,
                  "save_as_text_file writes a file per partition and marks the directory") {
  using pair = std::pair<std::string, int>;
  ssc.parallelize(std::vector<pair>{{"a", 1}, {"b", 2}, {"c", 3}}, 2).save_as_text_file("out/x");
  CHECK(files.contents("out/x/part-00000") == "(a,1)\n");
  CHECK(files.contents("out/x/part-00001") == "(b,2)\n(c,3)\n");
  CHECK(files.contents("out/x/_SUCCESS") == "");
  CHECK(files.list("out/x").value().size() == 3);
}

TEST_CASE_FIXTURE(fixture, "save_as_text_file of nothing still writes its files") {
  ssc.parallelize(std::vector<int>{}, 2).save_as_text_file("none");
  CHECK(files.contents("none/part-00000") == "");
  CHECK(files.contents("none/_SUCCESS") == "");
}

TEST_CASE_FIXTURE(fixture, "save_as_text_file takes a path with a slash at its end") {
  ssc.parallelize(std::vector{1}, 1).save_as_text_file("a/b//");
  CHECK(files.contents("a/b/part-00000") == "1\n");
}

TEST_CASE_FIXTURE(fixture, "save_as_text_file leaves a directory that exists alone and says so") {
  files.put("out/mine.txt", "precious");
  auto const records = ssc.parallelize(std::vector{1, 2});
  CHECK_THROWS_AS(records.save_as_text_file("out"), runtime_failure);
  check_says(message_of([&] { records.save_as_text_file("out"); }), {"out exists already"});
  CHECK(files.list("out").value().size() == 1);
  CHECK(files.contents("out/mine.txt") == "precious");
}

TEST_CASE_FIXTURE(fixture, "save_as_text_file writes nothing if a function throws") {
  auto const failing = ssc.parallelize(std::vector{1, 2}).map([](int x) {
    return x == 2 ? throw std::runtime_error{"two"} : x;
  });
  check_says(message_of([&] { failing.save_as_text_file("out"); }), {"'map#2'", "two"});
  CHECK_FALSE(files.list("out").has_value());
}

TEST_CASE_FIXTURE(fixture, "save_as_text_file and text_file are each other's opposite") {
  for_seeds(20, [&](random_stream& random) {
    lines text;
    for (auto n = random.below(50); n != 0; --n)
      text.push_back(std::string(random.below(40), static_cast<char>('a' + random.below(26))));
    auto const path = "round/" + std::to_string(files.operations());
    ssc.parallelize(text, 1 + random.below(6)).save_as_text_file(path);
    CHECK(ssc.text_file(path).collect() == text);
  });
}

TEST_CASE("save_as_text_file and text_file use the real file system outside of simulations") {
  temporary_directory const place;
  streaming_context ssc{with_parallelism(2), in_calling_thread()};
  ssc.parallelize(lines{"a", "b", "c"}).save_as_text_file(place / "out");
  CHECK(ssc.text_file(place / "out").collect() == lines{"a", "b", "c"});
  check_says(message_of([&] { ssc.parallelize(lines{}).save_as_text_file(place / "out"); }),
             {place / "out", "exists already"});
}
