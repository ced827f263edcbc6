#include "bench.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <iostream>
#include <new>
#include <stdexcept>

#include "allocations.hpp"
#include "output.hpp"

namespace bench {

namespace {

constexpr auto usage = R"(usage: %s [--quick] [--case NAME]... [--rounds N] [--json FILE]
  --quick       little data: shows that the program works, its numbers mean little
  --case NAME   only this case; may be repeated
  --rounds N    measured turns of each contender (default 7, 2 with --quick)
  --json FILE   append one line per result
  --list        name the cases and their questions
)";

struct arguments {
  settings how;
  bool list = false;
  bool help = false;
  std::vector<std::string> cases;
  std::string json;
};

arguments parse(int argc, char** argv) {
  arguments given;
  std::optional<std::size_t> rounds;
  auto value = [&](int& i) -> std::string {
    if (i + 1 == argc)
      throw std::invalid_argument{std::string{argv[i]} + " needs a value; see --help"};
    return argv[++i];
  };
  for (int i = 1; i < argc; ++i) {
    std::string const option = argv[i];
    if (option == "--quick")
      given.how.quick = true;
    else if (option == "--list")
      given.list = true;
    else if (option == "--help")
      given.help = true;
    else if (option == "--case")
      given.cases.push_back(value(i));
    else if (option == "--json")
      given.json = value(i);
    else if (option == "--rounds")
      rounds = std::stoul(value(i));
    else
      throw std::invalid_argument{"unknown option '" + option + "'; see --help"};
  }
  if (rounds == std::size_t{0}) throw std::invalid_argument{"--rounds 0: at least 1 is needed"};
  given.how.rounds = rounds.value_or(given.how.quick ? 2 : 7);
  return given;
}

std::vector<bench_case> chosen(std::vector<bench_case> const& all,
                               std::vector<std::string> const& names) {
  if (names.empty()) return all;
  std::vector<bench_case> result;
  for (auto const& name : names) {
    auto const found =
        std::find_if(all.begin(), all.end(), [&](bench_case const& c) { return c.name == name; });
    if (found == all.end())
      throw std::invalid_argument{"there is no case '" + name + "'; --list names them"};
    result.push_back(*found);
  }
  return result;
}

double median(std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  auto const half = samples.size() / 2;
  return samples.size() % 2 == 1 ? samples[half] : (samples[half - 1] + samples[half]) / 2;
}

using turns = std::map<std::string, std::vector<cost>>;

struct kind_of_time {
  char const* name;
  double cost::*value;
};

kind_of_time kind_of(by time) {
  switch (time) {
    case by::wall: return {"wall", &cost::wall};
    case by::busiest: return {"thread", &cost::busiest};
    case by::cpu: break;
  }
  return {"cpu", &cost::cpu};
}

finding compare(comparison const& which, by time, experiment const& work, turns const& costs) {
  auto const& product = costs.at(which.product);
  auto const& baseline = costs.at(which.baseline);
  auto const kind = kind_of(time);
  auto const of = [kind](cost const& c) { return c.*kind.value; };
  finding result{which.product + " / " + which.baseline, kind.name, {}};
  if (time == which.time) {
    result.bar = which.bar;
    result.aim = which.aim;
  }
  std::vector<double> own, hand, foreign, allocated;
  for (std::size_t i = 0; i != product.size(); ++i) {
    result.samples.push_back(of(baseline[i]) / of(product[i]));
    own.push_back(of(product[i]));
    hand.push_back(of(baseline[i]));
    foreign.push_back(std::max(product[i].foreign, baseline[i].foreign));
    allocated.push_back(static_cast<double>(product[i].allocations));
  }
  auto const records = static_cast<double>(work.records);
  result.data = {{"records", records},
                 {"bytes", static_cast<double>(work.bytes)},
                 {"product_records_per_second", records / median(own)},
                 {"baseline_records_per_second", records / median(hand)},
                 {"foreign_load", median(foreign)},
                 {"peak_rss_bytes", static_cast<double>(peak_resident_bytes())}};
  if (work.records != 0)
    result.data["product_allocations_per_record"] = median(allocated) / records;
  return result;
}

finding grown(growth const& which, experiment const& work, turns const& costs) {
  auto const& larger = costs.at(which.larger);
  auto const& smaller = costs.at(which.smaller);
  finding result{which.larger + " : " + which.smaller, "growth", {}, which.bar, true, which.aim};
  std::vector<double> foreign;
  for (std::size_t i = 0; i != larger.size(); ++i) {
    result.samples.push_back(larger[i].cpu / smaller[i].cpu);
    foreign.push_back(std::max(larger[i].foreign, smaller[i].foreign));
  }
  result.data = {{"records", static_cast<double>(work.records)},
                 {"foreign_load", median(foreign)},
                 {"peak_rss_bytes", static_cast<double>(peak_resident_bytes())}};
  return result;
}

// Not so under a tool that puts an `operator new` of its own in the place of the harness's.
bool allocations_are_counted() {
  auto const before = heap_allocations();
  ::operator delete(::operator new(1));
  return heap_allocations() != before;
}

finding allocated_per(allocations const& which, char const* per, std::uint64_t parts,
                      turns const& costs) {
  finding result{which.product + ", allocations per " + per, "heap", {}};
  result.at_most = true;
  for (auto const& each : costs.at(which.product))
    result.samples.push_back(static_cast<double>(each.allocations) / static_cast<double>(parts));
  return result;
}

}  // namespace

void report::interleave(experiment const& work) {
  turns costs;
  for (auto const& each : work.contenders) each.run();  // warms memory, caches and tables
  for (std::size_t round = 0; round != how_.rounds; ++round)
    for (auto const& each : work.contenders) {
      stopwatch const watch;
      each.run();
      costs[each.name].push_back(watch.passed());
    }
  for (auto const& which : work.comparisons) {
    add(compare(which, which.time, work, costs));
    if (which.time == by::cpu) add(compare(which, by::wall, work, costs));
    if (which.time == by::wall) add(compare(which, by::cpu, work, costs));
  }
  for (auto const& which : work.growths) add(grown(which, work, costs));
  if (!work.heap.empty() && !allocations_are_counted()) {
    note("allocations are not counted: a tool has replaced operator new");
    return;
  }
  for (auto const& which : work.heap) {
    auto per_record = allocated_per(which, "record", work.records, costs);
    per_record.bar = which.bar;
    add(std::move(per_record));
    if (which.batches == 0) continue;
    auto per_batch = allocated_per(which, "batch", which.batches, costs);
    per_batch.aim = 0;
    add(std::move(per_batch));
  }
}

finding at_most(std::string what, std::string of, std::vector<double> const& product,
                std::vector<double> const& baseline, std::optional<double> bar) {
  finding result{std::move(what), std::move(of), {}, bar, true};
  for (std::size_t i = 0; i != product.size(); ++i)
    result.samples.push_back(product[i] / baseline[i]);
  return result;
}

void expect(std::string const& what, std::uint64_t expected, std::uint64_t found) {
  if (expected != found)
    throw std::runtime_error{"wrong result: " + what + " is " + std::to_string(found) +
                             " but must be " + std::to_string(expected)};
}

int run_program(int argc, char** argv, std::vector<bench_case> const& cases) try {
  auto const given = parse(argc, argv);
  if (given.help) {
    std::printf(usage, argv[0]);
    return 0;
  }
  if (given.list) {
    for (auto const& each : cases) std::cout << each.name << ": " << each.question << '\n';
    return 0;
  }
  for (auto const& each : chosen(cases, given.cases)) {
    report results{given.how};
    each.run(results);
    print_table(std::cout, each, results);
    if (!given.json.empty()) append_json(given.json, each, results);
  }
  return 0;
} catch (std::exception const& failed) {
  std::cerr << argv[0] << ": " << failed.what() << '\n';
  return 1;
}

}  // namespace bench
