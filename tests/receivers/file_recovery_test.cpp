#include <doctest/doctest.h>
#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
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

using shares = std::vector<text_list>;  // the records of each partition

struct format {
  std::string name;
  std::function<std::unique_ptr<input>(file_options)> make;
  bool views = true;
};

std::optional<std::string> parse_line(std::string_view line) {
  if (line.starts_with("#")) return std::nullopt;
  return "parsed " + std::string{line};
}

text_list parse_contents(std::string_view contents) {
  auto records = text_list{};
  for_each_line(contents, [&](std::string_view line) { records.emplace_back(line); });
  return records;
}

std::unique_ptr<input> make_lines(file_options how) {
  return std::make_unique<text_file_input>("in", how);
}

std::vector<format> const& all_formats() {
  static auto const formats = std::vector<format>{
      {"lines", make_lines},
      {"short lines, split",
       [](file_options how) {
         how.max_line_bytes = 8;
         return make_lines(how);
       }},
      {"short lines, dropped",
       [](file_options how) {
         how.max_line_bytes = 8;
         how.long_line = long_line::drop;
         return make_lines(how);
       }},
      {"parsed lines",
       [](file_options how) { return make_file_input<std::string>("in", parse_line, how); }, false},
      {"parsed contents",
       [](file_options how) { return make_file_input<std::string>("in", parse_contents, how); },
       false},
      {"binary records",
       [](file_options how) { return std::make_unique<binary_records_input>("in", 3, how); }}};
  return formats;
}

/// What is left of a batch when its process has ended, and its records.
struct noted {
  shares records;
  std::string note;
  std::string position;
};

/// A directory, and processes that read it one after the other.
struct scene : simulation {
  explicit scene(format read_as, file_options how = {}, buffer_limits limits = {},
                 std::size_t partitions = 1)
      : simulation{limits, partitions},
        what{std::move(read_as)},
        options{std::move(how)},
        most{limits},
        parts{partitions} {
    world.storage().create_directories("in").value();
    made = what.make(options);
  }
  ~scene() { source().stop(); }

  input& source() { return *made; }
  void put(std::string const& name, std::string_view text) {
    world.storage().put("in/" + name, text);
  }
  void start() {
    source().before_start(world);
    source().start(host);
    settle();
  }
  void end_process() {
    source().stop();
    host = std::make_shared<fake_host>(world, most, parts);
    made = what.make(options);
  }
  void go_on(std::string const& position) {
    end_process();
    source().before_start(world);
    if (!position.empty()) source().go_on_from(position);
    source().start(host);
    settle();
  }
  noted cut(batch_id batch, std::uint64_t max_records = everything) {
    return kept(batch, source().cut({batch, {}}, max_records));
  }
  noted cut_again(batch_id batch, std::string const& note) {
    if (note.empty()) return {shares(parts), note, source().position()};
    return kept(batch, source().cut_again({batch, {}}, note));
  }
  noted kept(batch_id batch, input_cut made_cut) {
    auto result = noted{{}, made_cut.note, source().position()};
    for (auto const& part : made_cut.parts)
      result.records.push_back(what.views ? lines_of({part}) : records_of<std::string>({part}));
    source().committed(batch);
    return result;
  }
  std::uint64_t counter(std::string const& name) { return source().counters().at(name); }

  format what;
  file_options options;
  buffer_limits most;
  std::size_t parts;
  std::unique_ptr<input> made;
};

text_list all_of(shares const& records) {
  auto all = text_list{};
  for (auto const& part : records) all.insert(all.end(), part.begin(), part.end());
  return all;
}

text_list all_of(std::vector<noted> const& batches, std::size_t from = 0) {
  auto all = text_list{};
  for (; from < batches.size(); ++from)
    for (auto const& record : all_of(batches[from].records)) all.push_back(record);
  return all;
}

file_options old_ones_too() { return {.new_files_only = false}; }

// Files of all kinds: small ones that share a chunk, none, an empty one, long lines, no last line
// end.
void put_examples(scene& s) {
  s.put("1", "one\ntwo\n");
  s.put("2", "three\n#skipped\nfour\n");
  s.put("3", "");
  s.put("4", "five, which is longer than eight\nsix\n\nseven");
  s.put("5", "#all\n#skipped\n");
  s.put("6", "eight\nnine\nten\n");
}

std::string many_lines(std::size_t count) {
  auto text = std::string{};
  for (std::size_t i = 0; i < count; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}

}  // namespace

TEST_CASE("file inputs give batches again, from any position, and go on behind them") {
  for (auto const& what : all_formats()) {
    CAPTURE(what.name);
    auto undisturbed = std::vector<noted>{};
    scene first{what, old_ones_too()};
    put_examples(first);
    first.start();
    for (batch_id batch = 1; batch <= 12; ++batch) undisturbed.push_back(first.cut(batch, 2));
    REQUIRE(all_of(undisturbed).size() >= 5);
    for (std::size_t from = 0; from <= 12; ++from) {
      for (auto ended = from; ended <= 12; ++ended) {
        CAPTURE(from);
        CAPTURE(ended);
        first.go_on(from == 0 ? "" : undisturbed[from - 1].position);
        for (auto i = from; i < ended; ++i)
          REQUIRE(first.cut_again(i + 1, undisturbed[i].note).records == undisturbed[i].records);
        for (auto i = ended; i < 12; ++i)
          REQUIRE(first.cut(i + 1, 2).records == undisturbed[i].records);
        CHECK(first.counter("vanished_files") == 0);
      }
    }
  }
}

TEST_CASE("text file input has nothing to note of a batch without files, but of the first one") {
  scene s{all_formats()[0]};
  s.start();
  CHECK_FALSE(s.cut(1).note.empty());
  CHECK(s.cut(2).note.empty());
  s.put("a", "one\n");
  CHECK_FALSE(s.cut(3).note.empty());
  CHECK(s.cut(4).note.empty());
}

TEST_CASE("text file input reads what appeared while no process ran, and nothing old") {
  for (auto const with_position : {true, false}) {
    CAPTURE(with_position);
    scene s{all_formats()[0]};
    s.put("old", "old\n");
    s.start();
    auto const first = s.cut(1);
    s.put("a", "one\n");
    auto const second = s.cut(2);
    CHECK(all_of(second.records) == text_list{"one"});
    s.source().stop();
    s.put("b", "two\n");
    s.go_on(with_position ? first.position : "");
    s.put("c", "three\n");
    if (!with_position) CHECK(all_of(s.cut_again(1, first.note).records).empty());
    CHECK(all_of(s.cut_again(2, second.note).records) == text_list{"one"});
    CHECK(all_of(s.cut(3).records) == text_list{"two", "three"});
    CHECK(s.host->count(receiver_event::type::error) == 0);
  }
}

TEST_CASE("text file input goes on by itself when no batch comes again") {
  scene s{all_formats()[0]};
  s.start();
  s.put("a", "one\ntwo\nthree\n");
  auto const position = s.cut(1, 1).position;
  s.go_on(position);
  CHECK(s.source().status(false).records == 0);
  CHECK_FALSE(s.source().status(false).idle);
  s.advance(200ms);
  CHECK(s.source().status(false).records == 2);
  CHECK(all_of(s.cut(2).records) == text_list{"two", "three"});
  CHECK(s.source().status(true).idle);
}

TEST_CASE("text file input has batches again that come late") {
  scene s{all_formats()[0]};
  s.start();
  s.put("a", "one\ntwo\nthree\n");
  auto const first = s.cut(1, 1);
  auto const second = s.cut(2, 1);
  s.go_on(first.position);
  s.advance(5s);
  CHECK(s.source().status(false).records == 2);
  CHECK(s.cut_again(2, second.note).records == second.records);
  s.advance(5s);
  CHECK(all_of(s.cut(3).records) == text_list{"three"});
  CHECK(s.counter("files") == 1);
}

TEST_CASE("text file input does not miss a file that was read to its end and is gone") {
  scene s{all_formats()[0]};
  s.start();
  s.put("a", "one\n");
  s.put("b", "two\nthree\n");
  auto const position = s.cut(1, 2).position;
  s.world.storage().remove("in/a").value();
  s.go_on(position);
  CHECK(all_of(s.cut(2).records) == text_list{"three"});
  CHECK(s.host->count(receiver_event::type::error) == 0);
  CHECK(s.counter("vanished_files") == 0);
}

TEST_CASE("text file input tells of a file that went before all of it was read") {
  scene s{all_formats()[0]};
  s.start();
  s.put("a", "one\ntwo\n");
  auto const position = s.cut(1, 1).position;
  s.world.storage().remove("in/a").value();
  s.go_on(position);
  CHECK(all_of(s.cut(2).records).empty());
  CHECK(s.counter("vanished_files") == 1);
  CHECK(s.host->reasons(receiver_event::type::error) ==
        text_list{"in/a was listed and is gone; 1 records of it were read by the process before"});
}

TEST_CASE("text file input cannot have a batch again whose file is gone, shorter or other") {
  scene s{all_formats()[0]};
  s.start();
  s.put("a", "one\ntwo\n");
  auto const note = s.cut(1).note;
  auto const again = [&] {
    s.go_on("");
    return s.cut_again(1, note);
  };
  CHECK_NOTHROW(again());
  s.put("a", "one\ntwo\nthree\n");
  CHECK(all_of(again().records) == text_list{"one", "two"});
  s.put("a", "one\n");
  CHECK_THROWS_WITH_AS(again(),
                       "text_file in: batch 1 cannot be read again: in/a has 4 bytes now and had "
                       "8; a file must stay as it is until a checkpoint covers the batches that "
                       "have its records",
                       stream_failure);
  s.put("a", "one line\n");
  CHECK_THROWS_WITH_AS(again(), doctest::Contains("in/a has 1 records now, and the batch has"),
                       stream_failure);
  s.world.storage().remove("in/a").value();
  CHECK_THROWS_WITH_AS(again(), doctest::Contains("batch 1 cannot be read again: in/a"),
                       stream_failure);
}

TEST_CASE("text file input reads a file once for all batches that have it") {
  auto const limits = buffer_limits{.bytes = std::size_t{256} << 10};  // pieces of 16 KiB
  scene s{all_formats()[0], {}, limits};
  s.start();
  s.put("a", many_lines(10'000));
  auto batches = std::vector<noted>{};
  for (batch_id batch = 1; batch <= 100; ++batch) batches.push_back(s.cut(batch, 100));
  REQUIRE(all_of(batches).size() == 10'000);
  s.go_on("");
  auto reads = 0;
  s.world.storage().set_probe([&](storage_operation what, std::string const&) {
    reads += what == storage_operation::read;
    return std::optional<std::errc>{};
  });
  for (batch_id batch = 1; batch <= 100; ++batch) {
    CHECK(s.cut_again(batch, batches[batch - 1].note).records == batches[batch - 1].records);
    if (batch == 10) CHECK(reads == 1);
  }
  CHECK(reads <= 10);
  s.world.storage().set_probe({});
}

TEST_CASE("text file input leaves to the next process what a drain kept it from reading") {
  scene s{all_formats()[0]};
  s.start();
  s.put("a", "one\n");
  s.cut(1);
  s.put("b", "two\n");
  s.source().status(false);
  s.host->run();
  s.put("c", "three\n");
  s.source().drain();
  auto const last = s.cut(2);
  s.go_on(last.position);
  auto rest = all_of(last.records);
  for (auto const& record : all_of(s.cut(3).records)) rest.push_back(record);
  CHECK(rest == text_list{"two", "three"});
}

TEST_CASE("file inputs name the file and line that a parser throws at when a batch comes again") {
  auto broken = false;
  auto const parse = [&broken](std::string_view line) {
    if (broken) throw std::runtime_error{"broken"};
    return std::string{line};
  };
  scene s{{"throwing",
           [&](file_options how) { return make_file_input<std::string>("in", parse, how); },
           false}};
  s.start();
  s.put("a", "one\n");
  auto const note = s.cut(1).note;
  s.go_on("");
  broken = true;
  CHECK_THROWS_WITH_AS(s.cut_again(1, note), "in/a, line 1: the parsing function threw: broken",
                       stream_failure);
}

TEST_CASE("file input gives records that cannot be copied again by whole chunks, or says why not") {
  using record = std::unique_ptr<std::string>;
  auto const parse = [](std::string_view line) { return std::make_unique<std::string>(line); };
  auto const make = [&] { return make_file_input<record>("in", parse, old_ones_too()); };
  auto sim = simulation{};
  sim.world.storage().put("in/a", "one\ntwo\n");
  auto before = make();
  before->start(sim.host);
  auto const note = before->cut({1, {}}, everything).note;
  before->stop();
  auto after = make();
  after->start(sim.host);
  CHECK(after->cut_again({1, {}}, note).records == 2);
  after->stop();

  auto copied = make_file_input<std::string>("in", parse_line, old_ones_too());
  copied->start(sim.host);
  auto const half = copied->cut({1, {}}, 1).note;
  copied->stop();
  auto not_parted = make();
  not_parted->start(sim.host);
  CHECK_THROWS_WITH_AS(not_parted->cut_again({1, {}}, half),
                       doctest::Contains("records of a type that cannot be copied"),
                       stream_failure);
  not_parted->stop();
}

TEST_CASE("file inputs refuse notes and positions that are damaged, and never crash") {
  scene s{all_formats()[0], {}, {}, 2};
  s.put("old", "old\n");
  s.start();
  s.put("a", "one\ntwo\nthree\n");
  s.put("b", "four\n");
  auto const position = s.cut(1, 2).position;
  auto const note = s.cut(2).note;
  auto const try_with = [&](std::string const& from, std::string const& with) {
    try {
      s.go_on(from);
      s.cut_again(2, with);
      s.cut(3);
    } catch (error const&) {
    }
  };
  try_with(position, note);
  for (auto const& [from, with] : {std::pair{true, false}, std::pair{false, true}}) {
    auto const whole = from ? position : note;
    for (std::size_t i = 0; i <= whole.size(); ++i) {
      auto const cut_off = whole.substr(0, i);
      try_with(from ? cut_off : position, with ? cut_off : note);
      for (auto bit = 0; i != whole.size() && bit != 8; ++bit) {
        auto flipped = whole;
        flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
        try_with(from ? flipped : position, with ? flipped : note);
      }
    }
  }
  s.end_process();
  CHECK_THROWS_AS(s.source().go_on_from("nonsense"), runtime_failure);
}

namespace {

/// A stream of random files and cuts: the same for each scene with the same seed.
struct script {
  explicit script(std::uint64_t seed) : choice{random_for(seed, "script")} {
    what = all_formats()[choice.below(all_formats().size())];
    options.new_files_only = choice.below(2) == 0;
    // With little room it depends on what was read when how much a batch without bound has.
    roomy = choice.below(3) != 0;
    if (!roomy) limits.bytes = std::size_t{96} << 10;
    partitions = 1 + choice.below(3);
    for (auto n = 3 + choice.below(10); n > 0; --n) steps.push_back(make_step());
  }

  struct step {
    std::vector<std::string> files;
    bool settles = false;
    std::uint64_t max_records = everything;
  };

  step make_step() {
    auto made = step{};
    for (auto n = choice.below(4); n > 0; --n) made.files.push_back(make_file());
    made.settles = choice.below(2) == 0;
    if (choice.below(3) != 0) made.max_records = 1 + choice.below(30);
    return made;
  }
  std::string make_file() {
    auto text = std::string{};
    auto const lines = choice.below(8) == 0 ? choice.below(4'000) : choice.below(20);
    for (auto n = lines; n > 0; --n) {
      if (choice.below(4) == 0) text += '#';
      text += std::to_string(choice.below(1'000'000));
      if (choice.below(16) == 0) text += std::string(choice.below(40), 'x');
      text += '\n';
    }
    if (!text.empty() && choice.below(3) == 0) text.pop_back();
    return text;
  }

  void put_files(scene& s, std::size_t i) const {
    for (std::size_t n = 0; n != steps[i].files.size(); ++n)
      s.put(std::to_string(100 + i) + "-" + std::to_string(n), steps[i].files[n]);
  }

  random_stream choice;
  format what;
  file_options options;
  buffer_limits limits;
  std::size_t partitions = 1;
  bool roomy = true;
  std::vector<step> steps;
};

/// Runs a script; its processes may end.
struct run {
  explicit run(script const& plan)
      : of{plan}, s{plan.what, plan.options, plan.limits, plan.partitions} {
    s.put("000-old", "1234\n5678\n");
    s.start();
  }

  void step() {
    auto const i = batches.size();
    if (!put_before) of.put_files(s, i);
    put_before = false;
    if (of.steps[i].settles) s.settle();
    batches.push_back(s.cut(i + 1, of.steps[i].max_records));
  }
  /// The process ends; the next one goes on from what the newest batch that may be in a checkpoint
  /// has left.
  void end(random_stream& chance) {
    auto const from = checkpoint + chance.below(batches.size() - checkpoint + 1);
    checkpoint = from;
    s.source().stop();
    if (batches.size() < of.steps.size() && chance.below(2) == 0) {
      of.put_files(s, batches.size());
      put_before = true;
    }
    s.go_on(from == 0 ? "" : batches[from - 1].position);
    for (auto i = from; i != batches.size(); ++i) {
      if (chance.below(4) == 0) s.advance(std::chrono::milliseconds{chance.below(300)});
      auto again = s.cut_again(i + 1, batches[i].note);
      REQUIRE(again.records == batches[i].records);
      batches[i].position = std::move(again.position);
    }
  }

  script const& of;
  scene s;
  std::vector<noted> batches = {};
  std::size_t checkpoint = 0;
  bool put_before = false;
};

}  // namespace

TEST_CASE("law: file inputs give the same batches, wherever their processes have ended") {
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    CAPTURE(seed);
    auto const what = script{seed};
    CAPTURE(what.what.name);
    auto chance = random_for(seed, "ends");
    run undisturbed{what};
    run disturbed{what};
    for (std::size_t i = 0; i != what.steps.size(); ++i) {
      undisturbed.step();
      disturbed.step();
      if (what.roomy)
        REQUIRE(all_of(disturbed.batches.back().records) ==
                all_of(undisturbed.batches.back().records));
      if (chance.below(3) == 0) disturbed.end(chance);
    }
    for (batch_id batch = 1'000; batch != 1'200; ++batch) {
      undisturbed.batches.push_back(undisturbed.s.cut(batch));
      disturbed.batches.push_back(disturbed.s.cut(batch));
      if (undisturbed.s.source().status(true).idle && disturbed.s.source().status(true).idle) break;
    }
    REQUIRE(all_of(disturbed.batches) == all_of(undisturbed.batches));
  }
}
