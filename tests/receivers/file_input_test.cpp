#include <doctest/doctest.h>
#include <charconv>
#include <sluice/operators/error.hpp>
#include <sluice/receivers/file_input.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/receivers/fake_host.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;
using testkit::storage_operation;

namespace {

constexpr auto an_error = receiver_event::type::error;

struct fixture : simulation {
  explicit fixture(buffer_limits limits = {}) : simulation{limits} {
    world.storage().create_directories("in").value();
  }
  ~fixture() {
    if (source) source->stop();
  }

  void start(std::unique_ptr<input> made) {
    source = std::move(made);
    source->start(host);
    settle();
  }
  void start(file_options how = {}) { start(std::make_unique<text_file_input>("in", how)); }
  void put(std::string const& name, std::string_view text) {
    world.storage().put("in/" + name, text);
  }
  template <class T>
  std::vector<T> next_records(std::uint64_t most = everything) {
    auto const cut = source->cut({++batch, {}}, most);
    source->committed(batch);
    return records_of<T>(cut.parts);
  }
  text_list next() { return next_lines(*source, ++batch); }
  std::uint64_t counter(std::string const& name) const { return source->counters().at(name); }

  std::unique_ptr<input> source;
  batch_id batch = 0;
};

bool mentions(std::string const& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

text_list lines_of(std::string_view text) {
  auto lines = text_list{};
  for_each_line(text, [&](std::string_view line) { lines.emplace_back(line); });
  return lines;
}

std::string many_lines(std::size_t count) {
  auto text = std::string{};
  for (std::size_t i = 0; i < count; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}

int to_number(std::string_view text) {
  auto number = 0;
  auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || end != text.data() + text.size())
    throw std::invalid_argument{"not a number: " + std::string{text}};
  return number;
}

}  // namespace

TEST_CASE("text file input takes for new what comes after its context began to start it") {
  auto f = fixture{};
  f.put("old", "before\n");
  auto made = std::make_unique<text_file_input>("in");
  made->before_start(f.world);
  f.put("new", "after\n");
  f.start(std::move(made));
  CHECK(f.next() == text_list{"after"});
  CHECK(f.counter("old_files") == 1);
}

TEST_CASE("text file input reads files that are put into the directory, and each once") {
  auto f = fixture{};
  f.start();
  f.put("a", "one\ntwo\n");
  f.settle();
  CHECK(f.source->status(false).records == 2);
  auto const cut = f.source->cut({1, {}}, everything);
  CHECK(lines_of(cut.parts) == text_list{"one", "two"});
  CHECK(cut.description == "a");
  f.source->committed(1);
  f.advance(5s);
  f.put("b", "three");
  f.settle();
  CHECK(lines_of(f.source->cut({2, {}}, everything).parts) == text_list{"three"});
  CHECK(f.counter("files") == 2);
  CHECK(f.counter("records") == 3);
  CHECK(f.counter("bytes_read") == 13);
  CHECK(f.counter("partial_lines") == 0);
}

TEST_CASE("text file input leaves alone what was there before the start unless it is told to") {
  auto f = fixture{};
  f.put("old", "old\n");
  f.advance(1s);
  f.start();
  f.put("new", "new\n");
  f.settle();
  CHECK(f.next() == text_list{"new"});
  CHECK(f.counter("old_files") == 1);

  auto all = fixture{};
  all.put("old", "old\n");
  all.start({.new_files_only = false});
  CHECK(all.next() == text_list{"old"});
}

TEST_CASE("text file input reads a file that is renamed into the directory, however old it is") {
  auto f = fixture{};
  f.world.storage().put("elsewhere", "old but new here\n");
  f.advance(1h);
  f.start();
  f.world.storage().rename("elsewhere", "in/new").value();
  f.settle();
  CHECK(f.next() == text_list{"old but new here"});
}

TEST_CASE("text file input takes files in the order of modification, then name") {
  auto f = fixture{};
  f.start();
  f.put("z", "1\n");
  f.advance(0ms);
  f.world.clock().advance(1ms);
  f.put("b", "2b\n");
  f.put("a", "2a\n");
  f.world.clock().advance(1ms);
  f.put("c", "3\n");
  f.settle();
  CHECK(f.next() == text_list{"1", "2a", "2b", "3"});
}

TEST_CASE("text file input passes over names that begin with a dot or an underscore") {
  auto f = fixture{};
  f.start();
  f.put(".hidden", "x\n");
  f.put("_SUCCESS", "x\n");
  f.put("in/nested", "x\n");
  f.put("data", "y\n");
  f.settle();
  CHECK(f.next() == text_list{"y"});

  auto filtered = fixture{};
  filtered.start({.filter = [](std::string_view name) { return name.ends_with(".csv"); }});
  filtered.put("a.txt", "x\n");
  filtered.put("b.csv", "y\n");
  filtered.settle();
  CHECK(filtered.next() == text_list{"y"});
}

TEST_CASE("text file input finds by probing, cutting and rescanning what no watch announced") {
  auto const without_watch = [](fixture& f) {
    f.world.storage().inject({storage_operation::watch, "*", std::errc::no_space_on_device, 1000});
    f.start();
    f.put("a", "x\n");
  };
  auto probed = fixture{};
  without_watch(probed);
  CHECK(probed.source->status(false).idle);
  auto const status = probed.source->status(true);
  CHECK(status.records == 1);
  CHECK_FALSE(status.idle);

  auto cut = fixture{};
  without_watch(cut);
  CHECK(cut.next() == text_list{"x"});

  auto rescanned = fixture{};
  without_watch(rescanned);
  rescanned.settle();
  CHECK(rescanned.source->status(false).idle);
  rescanned.advance(1s);
  CHECK(rescanned.source->status(false).records == 1);
  CHECK(rescanned.host->changes > 0);
}

TEST_CASE("text file input ignores and counts files beyond their age") {
  auto f = fixture{};
  f.world.storage().put("elsewhere", "too old\n");
  f.advance(1min);
  f.start({.max_age = 30s});
  f.world.storage().rename("elsewhere", "in/old").value();
  f.put("young", "young\n");
  f.settle();
  CHECK(f.next() == text_list{"young"});
  CHECK(f.counter("ignored_old_files") == 1);
}

TEST_CASE("text file input counts a file that vanishes between listing and reading and goes on") {
  auto f = fixture{};
  f.start();
  f.put("a", "x\n");
  f.put("b", "y\n");
  f.world.storage().inject(
      {storage_operation::open_read, "in/a", std::errc::no_such_file_or_directory});
  f.settle();
  CHECK(f.next() == text_list{"y"});
  CHECK(f.counter("vanished_files") == 1);
  CHECK(f.host->reasons(an_error) ==
        text_list{"in/a was listed and is gone; nothing of it was read"});
}

TEST_CASE("text file input names a file that it may not read and goes on") {
  auto f = fixture{};
  f.start();
  f.put("a", "x\n");
  f.put("b", "y\n");
  f.world.storage().inject({storage_operation::open_read, "in/a", std::errc::permission_denied});
  f.settle();
  CHECK(f.next() == text_list{"y"});
  CHECK(f.counter("unreadable_files") == 1);
  REQUIRE(f.host->count(an_error) == 1);
  CHECK(mentions(f.host->reasons(an_error)[0], "in/a: Permission denied"));
}

TEST_CASE("text file input delivers what came before a read error and drops the broken line") {
  auto f = fixture{{.bytes = 64 * 1024}};
  f.start();
  auto text = many_lines(5000);
  f.put("a", text);
  f.world.storage().inject({.operation = storage_operation::read,
                            .path = "in/a",
                            .code = std::errc::io_error,
                            .after = 1});
  f.settle();
  auto const got = f.next();
  CHECK(!got.empty());
  CHECK(got.front() == "line 0");
  CHECK(f.counter("unreadable_files") == 1);
  CHECK(f.counter("partial_lines") == 1);
  REQUIRE(f.host->count(an_error) == 1);
  CHECK(mentions(f.host->reasons(an_error)[0], "in/a: Input/output error at offset 4096"));
  CHECK(f.source->status(true).idle);
}

TEST_CASE(
    "text file input waits for a directory that is missing and reads all that comes with it") {
  auto f = fixture{};
  f.start(std::make_unique<text_file_input>("later"));
  REQUIRE(f.host->count(an_error) == 1);
  CHECK(mentions(f.host->reasons(an_error)[0], "later: No such file or directory"));
  CHECK(mentions(f.host->reasons(an_error)[0], "every 1000 ms"));
  f.advance(5s);
  CHECK(f.host->count(an_error) == 1);
  CHECK(f.counter("listing_errors") >= 5);
  f.world.storage().put("later/a", "x\n");
  f.advance(1s);
  CHECK(f.next() == text_list{"x"});
  f.world.storage().put("later/b", "y\n");
  f.settle();
  CHECK(f.next() == text_list{"y"});
}

TEST_CASE("text file input tells old files from new ones when the first listing fails") {
  auto f = fixture{};
  f.put("old", "old\n");
  f.advance(1s);
  f.world.storage().inject({storage_operation::list, "in", std::errc::permission_denied, 2});
  f.start();
  CHECK(mentions(f.host->reasons(an_error).at(0), "in: Permission denied"));
  f.world.clock().advance(10ms);
  f.put("new", "new\n");
  f.advance(3s);
  CHECK(f.next() == text_list{"new"});
  CHECK(f.counter("old_files") == 1);
}

TEST_CASE("text file input reads only as far as there is room") {
  auto f = fixture{{.bytes = 64 * 1024}};
  f.start();
  auto const text = many_lines(50'000);
  f.put("a", text);
  f.settle();
  CHECK(f.counter("bytes_read") <= 64 * 1024);
  CHECK(f.source->status(true).bytes <= 64 * 1024);
  CHECK_FALSE(f.source->status(false).idle);
  auto got = text_list{};
  while (!f.source->status(true).idle) {
    auto const lines = f.next();
    got.insert(got.end(), lines.begin(), lines.end());
  }
  CHECK(got == lines_of(text));
}

TEST_CASE("text file input lists the directory again when it has begun all files it knows") {
  auto f = fixture{{.bytes = 64 * 1024}};
  f.start();
  auto const text = many_lines(50'000);
  f.put("a", text);
  f.put("b", "b\n");
  f.settle();
  auto listings = 0;
  f.world.storage().set_probe([&](storage_operation operation, std::string const&) {
    if (operation == storage_operation::list) ++listings;
    return std::optional<std::errc>{};
  });
  for (auto const name : {"c", "d", "e"}) {
    f.put(name, std::string{name} + "\n");
    f.settle();
  }
  CHECK(listings == 0);
  auto got = text_list{};
  while (!f.source->status(false).idle) {
    auto const lines = f.next();
    got.insert(got.end(), lines.begin(), lines.end());
    f.settle();
  }
  CHECK(listings > 0);
  CHECK(got == lines_of(text + "b\nc\nd\ne\n"));
}

TEST_CASE("text file input reads in pieces, and a cut sees all that there is room for") {
  auto f = fixture{};
  f.start();
  f.put("a", std::string(1'000'000, '\n'));
  // The watch, then one piece of work for each piece of the file.
  while (f.world.events().run_one(f.choice)) {
  }
  CHECK(f.host->run_one());
  CHECK(f.host->run_one());
  CHECK(f.counter("bytes_read") == 256 * 1024);
  CHECK(f.host->run_one());
  CHECK(f.counter("bytes_read") == 512 * 1024);
  CHECK(f.next().size() == 1'000'000);
}

TEST_CASE("text file input cuts exactly as many lines as it is asked for") {
  auto f = fixture{};
  f.start();
  f.put("a", many_lines(5));
  f.put("b", many_lines(5));
  f.settle();
  CHECK(next_lines(*f.source, 1, 7).size() == 7);
  CHECK(next_lines(*f.source, 2, 7) == text_list{"line 2", "line 3", "line 4"});
}

TEST_CASE("text file input tells and counts a file that changed after it was read") {
  auto f = fixture{};
  f.start();
  f.put("a", "one\n");
  f.settle();
  CHECK(f.next() == text_list{"one"});
  f.put("a", "one\ntwo\n");
  f.settle();
  f.advance(5s);
  CHECK(f.next().empty());
  CHECK(f.counter("changed_files") == 1);
  REQUIRE(f.host->count(an_error) == 1);
  CHECK(mentions(f.host->reasons(an_error)[0], "in/a has 8 bytes now and had 4 when it was read"));
}

TEST_CASE("text file input reads a name again once it was gone") {
  auto f = fixture{};
  f.start();
  f.put("a", "one\n");
  f.settle();
  CHECK(f.next() == text_list{"one"});
  f.world.storage().remove("in/a").value();
  f.advance(1s);
  f.put("a", "two\n");
  f.settle();
  CHECK(f.next() == text_list{"two"});
  CHECK(f.counter("changed_files") == 0);
}

TEST_CASE("text file input takes an empty file for one that is still to be written") {
  auto f = fixture{};
  f.start();
  f.put("a", "");
  f.settle();
  CHECK(f.source->status(true).idle);
  f.put("a", "now\n");
  f.settle();
  CHECK(f.next() == text_list{"now"});
  CHECK(f.counter("changed_files") == 0);
}

TEST_CASE("text file input reads a file that it has begun to its end when it is drained") {
  auto f = fixture{{.bytes = 64 * 1024}};
  f.start();
  auto const text = many_lines(20'000);
  f.put("a", text);
  f.put("b", "never begun\n");
  f.settle();
  f.source->drain();
  f.put("c", "too late\n");
  auto got = std::size_t{0};
  while (!f.source->status(false).idle) {
    got += f.next().size();
    f.settle();
  }
  CHECK(got == 20'000);
  CHECK(f.counter("left_files") == 1);
  f.advance(5s);
  CHECK(f.next().empty());
}

TEST_CASE("text file input does nothing after its end") {
  auto f = fixture{};
  f.start();
  f.put("a", std::string(1'000'000, '\n'));
  f.host->run_one();
  f.source->stop();
  f.advance(5s);
  f.source.reset();
  f.put("b", "x\n");
  f.advance(5s);
}

TEST_CASE("text file input fails at a line above the bound if it is told to") {
  auto f = fixture{};
  f.start({.max_line_bytes = 10, .long_line = long_line::fail});
  f.put("a", "ok\n0123456789abc\nnot read\n");
  f.put("b", "never\n");
  f.settle();
  CHECK(f.next() == text_list{"ok"});
  REQUIRE(f.host->count(an_error) == 1);
  CHECK(mentions(f.host->reasons(an_error)[0], "in/a: a line is longer than max_line_bytes = 10"));
  CHECK(f.host->count(receiver_event::type::stopped) == 1);
  CHECK(f.source->status(true).idle);
}

TEST_CASE("text file input describes a batch by the files begun, with a bound") {
  auto f = fixture{};
  f.start();
  for (auto i = 10; i < 25; ++i) f.put("f" + std::to_string(i), "x\n");
  f.settle();
  auto const cut = f.source->cut({1, {}}, everything);
  CHECK(cut.description == "f10, f11, f12, f13, f14, f15, f16, f17, f18, f19 and 5 more");
  CHECK(f.source->cut({2, {}}, everything).description.empty());
}

TEST_CASE("file input parses each line") {
  auto f = fixture{};
  f.start(make_file_input<int>("in", to_number));
  f.put("a", "1\n2\n3");
  f.settle();
  CHECK(f.next_records<int>(2) == std::vector<int>{1, 2});
  CHECK(f.next_records<int>() == std::vector<int>{3});
  CHECK(f.counter("records") == 3);
}

TEST_CASE("file input leaves out and counts the lines that parse to nothing") {
  auto f = fixture{};
  f.start(make_file_input<int>("in", [](std::string_view line) -> std::optional<int> {
    if (line.starts_with('#')) return std::nullopt;
    return to_number(line);
  }));
  f.put("a", "# comment\n1\n#\n2\n");
  f.settle();
  CHECK(f.next_records<int>() == std::vector<int>{1, 2});
  CHECK(f.counter("skipped_lines") == 2);
}

TEST_CASE("file input parses whole contents into a range of records") {
  auto f = fixture{};
  f.start(make_file_input<std::string>("in", [](std::string_view contents) {
    return std::vector<std::string>{std::to_string(contents.size()),
                                    std::string{contents.substr(0, 3)}};
  }));
  auto const large = std::string(700'000, 'x');
  f.put("a", "abcdef");
  f.put("b", large);
  f.settle();
  CHECK(f.next_records<std::string>() == std::vector<std::string>{"6", "abc", "700000", "xxx"});
}

TEST_CASE("file input refuses to parse contents that are larger than its buffer") {
  auto f = fixture{{.bytes = 64 * 1024}};
  f.start(make_file_input<int>("in", [](std::string_view contents) {
    return std::vector<int>{static_cast<int>(contents.size())};
  }));
  f.put("a", std::string(65'537, 'x'));
  f.put("b", std::string(65'536, 'x'));
  f.settle();
  CHECK(f.next_records<int>() == std::vector<int>{65'536});
  CHECK(f.counter("oversized_files") == 1);
  REQUIRE(f.host->count(an_error) == 1);
  CHECK(
      mentions(f.host->reasons(an_error)[0], "in/a is larger than the receiver's buffer of 65536"));
}

TEST_CASE("file input throws what the parsing function threw, with file and line") {
  auto f = fixture{};
  f.source = make_file_input<int>("in", to_number);
  f.source->start(f.host);
  f.settle();
  f.put("good", "1\n2\n");
  f.world.clock().advance(1ms);
  f.put("bad", "3\nfour\n5\n");
  while (f.world.events().run_one(f.choice)) {
  }
  auto message = std::string{};
  auto nested = std::string{};
  try {
    f.host->run();
  } catch (stream_failure const& e) {
    message = e.what();
    try {
      std::rethrow_if_nested(e);
    } catch (std::invalid_argument const& own) {
      nested = own.what();
    }
  }
  CHECK(message == "in/bad, line 2: the parsing function threw: not a number: four");
  CHECK(nested == "not a number: four");
  CHECK(f.host->reasons(an_error) == text_list{message});
  CHECK(f.next_records<int>() == std::vector<int>{1, 2});
}

TEST_CASE("file input throws what the filter threw") {
  auto f = fixture{};
  f.put("a", "x\n");
  auto const made = std::make_unique<text_file_input>(
      "in",
      file_options{.filter = [](std::string_view) -> bool { throw std::runtime_error{"no"}; }});
  CHECK_THROWS_WITH_AS(made->start(f.host), doctest::Contains("filter threw: no"), stream_failure);
  made->stop();
}

TEST_CASE("binary records input delivers records of a fixed length") {
  auto f = fixture{};
  f.start(std::make_unique<binary_records_input>("in", 4));
  f.put("a", "aaaabbbb");
  f.put("b", std::string("c\nc\0", 4) + "dd");
  f.settle();
  CHECK(next_lines(*f.source, 1, 1) == text_list{"aaaa"});
  CHECK(next_lines(*f.source, 2) == text_list{"bbbb", std::string("c\nc\0", 4)});
  CHECK(f.counter("incomplete_files") == 1);
  CHECK(f.counter("dropped_bytes") == 2);
  REQUIRE(f.host->count(an_error) == 1);
  CHECK(
      mentions(f.host->reasons(an_error)[0], "in/b: its last 2 bytes are not a record of 4 bytes"));
}

TEST_CASE(
    "binary records input delivers many records over many blocks, in order and accounted for") {
  auto f = fixture{{.bytes = 64 * 1024}};
  f.start(std::make_unique<binary_records_input>("in", 7));
  auto bytes = std::string{};
  for (auto i = 0; i < 30'000; ++i) {
    auto number = std::to_string(i);
    bytes += std::string(7 - number.size(), ' ') + number;
  }
  f.put("a", bytes);
  auto got = std::string{};
  while (!f.source->status(true).idle) {
    CHECK(f.source->status(false).bytes <= 64 * 1024);
    for (auto const& record : f.next()) got += record;
  }
  CHECK(got == bytes);
}

TEST_CASE("file inputs name an option that is wrong") {
  CHECK_THROWS_WITH_AS((binary_records_input{"in", 0}), doctest::Contains("record_length is 0"),
                       usage_error);
  CHECK_THROWS_WITH_AS(text_file_input{""}, doctest::Contains("directory is empty"), usage_error);
  CHECK_THROWS_WITH_AS((text_file_input{"in", {.rescan_interval = 0ms}}),
                       doctest::Contains("rescan_interval is 0 ms"), usage_error);
  CHECK_THROWS_WITH_AS((text_file_input{"in", {.max_age = -1s}}),
                       doctest::Contains("max_age is -1000000 us"), usage_error);
  CHECK_THROWS_WITH_AS((text_file_input{"in", {.max_line_bytes = 0}}),
                       doctest::Contains("max_line_bytes is 0"), usage_error);
  auto f = fixture{{.bytes = 100}};
  auto too_long = binary_records_input{"in", 101};
  CHECK_THROWS_WITH_AS(too_long.start(f.host), doctest::Contains("record_length is 101"),
                       usage_error);
}
