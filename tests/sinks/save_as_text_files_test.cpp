#include "tests/operators/table.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;
using testkit::storage_operation;

namespace {

/// The times of the first batches in a simulation that cuts every hour.
std::string const first = "1577840400000";
std::string const second = "1577844000000";
std::string const third = "1577847600000";

struct fixture {
  testkit::simulation sim{1};
  testkit::sim_storage& files = sim.outside().storage();
  streaming_context ssc{with_parallelism(2), sim.where()};

  void run() {
    ssc.start();
    ssc.run_until_idle();
    ssc.stop();
  }

  std::vector<std::string> names(std::string const& directory) {
    std::vector<std::string> result;
    auto const entries = files.list(directory);
    REQUIRE_MESSAGE(entries.has_value(), directory, " is missing");
    for (auto const& entry : *entries) result.push_back(entry.name);
    return result;
  }
};

using list = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(fixture, "save_as_text_files writes one directory per batch, named by its time") {
  ssc.queue_stream<int>({{1, 2, 3}, {}, {4}}).save_as_text_files("out/numbers", "txt");
  run();
  CHECK(names("out") == list{"numbers-" + first + ".txt", "numbers-" + second + ".txt",
                             "numbers-" + third + ".txt"});
  auto const directory = "out/numbers-" + first + ".txt";
  CHECK(names(directory) == list{"_SUCCESS", "part-00000", "part-00001"});
  CHECK(files.contents(directory + "/part-00000") == "1\n");
  CHECK(files.contents(directory + "/part-00001") == "2\n3\n");
  CHECK(files.contents(directory + "/_SUCCESS") == "");
  CHECK(files.contents("out/numbers-" + third + ".txt/part-00001") == "4\n");
}

TEST_CASE_FIXTURE(fixture, "save_as_text_files leaves out dash and dot with what they belong to") {
  auto const in = ssc.queue_stream<int>({{1}});
  in.save_as_text_files("counts");
  in.save_as_text_files("", "txt");
  run();
  CHECK(names(".") == list{first + ".txt", "counts-" + first});
}

TEST_CASE_FIXTURE(fixture, "save_as_text_files writes empty files for an empty batch") {
  ssc.queue_stream(table<int>{{}}).save_as_text_files("out");
  run();
  CHECK(names("out-" + first) == list{"_SUCCESS", "part-00000", "part-00001"});
  CHECK(files.contents("out-" + first + "/part-00000") == "");
}

TEST_CASE_FIXTURE(fixture, "save_as_text_files writes one file per partition") {
  ssc.queue_stream<int>({{1, 2, 3, 4, 5}}).repartition(11).save_as_text_files("out");
  run();
  auto const all = names("out-" + first);
  CHECK(all.size() == 12);
  CHECK(all.back() == "part-00010");
}

TEST_CASE_FIXTURE(fixture, "save_as_text_files writes records as print shows them") {
  using record = std::pair<std::string, std::vector<int>>;
  ssc.queue_stream(table<record>{{{"a", {1, 2}}}}).repartition(1).save_as_text_files("out");
  run();
  std::string expected;
  show_to(expected, record{"a", {1, 2}});
  CHECK(files.contents("out-" + first + "/part-00000") == expected + "\n");
}

TEST_CASE_FIXTURE(fixture, "save_as_text_files of a window writes at the window's times only") {
  ssc.queue_stream<int>({{1}, {2}, {3}}).window(2h, 2h).repartition(1).save_as_text_files("out");
  run();
  CHECK(names(".") == list{"out-" + second});
}

TEST_CASE_FIXTURE(fixture, "save_as_text_files replaces what an earlier attempt has left") {
  auto const directory = "out-" + first;
  files.put(directory + "/_SUCCESS", "");
  files.put(directory + "/part-00000", "old\n");
  files.put(directory + "/part-00007", "old\n");
  files.put(directory + "/.part-00001", "half of");
  ssc.queue_stream<int>({{1}}).save_as_text_files("out");
  run();
  CHECK(names(directory) == list{"_SUCCESS", "part-00000", "part-00001"});
  CHECK(files.contents(directory + "/part-00000") == "");
  CHECK(files.contents(directory + "/part-00001") == "1\n");
}

TEST_CASE_FIXTURE(fixture, "save_as_text_files says which file is in the way of its directory") {
  files.put("out-" + first, "a file");
  ssc.queue_stream<int>({{1}}).save_as_text_files("out");
  ssc.start();
  check_says(message_of([&] { ssc.run_until_idle(); }),
             {"'save_as_text_files#2'", "batch 1", "out-" + first});
  CHECK(files.contents("out-" + first) == "a file");
}

TEST_CASE_FIXTURE(fixture, "save_as_text_files without prefix and suffix is a usage_error") {
  auto const in = ssc.queue_stream<int>({{1}});
  check_says(message_of([&] { in.save_as_text_files(""); }),
             {"save_as_text_files", "prefix and suffix are both empty"});
}

TEST_CASE_FIXTURE(fixture,
                  "save_as_text_files stops the stream at a batch that cannot be written") {
  files.inject(
      {storage_operation::append, "out-" + second + "/*", std::errc::no_space_on_device, 1, 0});
  ssc.queue_stream<int>({{1}, {2}, {3}}).save_as_text_files("out");
  ssc.start();
  check_says(message_of([&] { ssc.run_until_idle(); }),
             {"'save_as_text_files#2'", "batch 2", "cannot write", "out-" + second + "/"});
  CHECK(files.contents("out-" + first + "/_SUCCESS") == "");
  CHECK_FALSE(files.contents("out-" + second + "/_SUCCESS").has_value());
  CHECK_FALSE(files.contents("out-" + second + "/part-00001").has_value());
  CHECK_FALSE(files.list("out-" + third).has_value());
}

TEST_CASE_FIXTURE(fixture,
                  "save_as_text_files writes nothing of a batch in which a function threw") {
  ssc.queue_stream<int>({{1}, {2}})
      .map([](int x) { return x == 2 ? throw std::runtime_error{"two"} : x; })
      .save_as_text_files("out");
  ssc.start();
  check_says(message_of([&] { ssc.run_until_idle(); }), {"'map#2'", "batch 2", "two"});
  CHECK(names(".") == list{"out-" + first});
}
