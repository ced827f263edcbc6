#include <algorithm>
#include <set>
#include <sluice/testkit/outcome.hpp>

namespace sluice::testkit {

namespace {

using by_key = std::map<std::string, std::vector<seen_record>>;

by_key grouped(seen_output const& output) {
  by_key groups;
  for (auto const& r : output.records) groups[r.key].push_back(r);
  return groups;
}

std::string text_of(std::vector<seen_record> const& records, std::size_t index) {
  return index < records.size() ? "'" + records[index].text + "'" : "nothing";
}

std::optional<std::string> sequence_differs(std::vector<seen_record> const& expected,
                                            std::vector<seen_record> const& found) {
  auto const n = std::max(expected.size(), found.size());
  for (std::size_t i = 0; i != n; ++i)
    if (i >= expected.size() || i >= found.size() || !(expected[i] == found[i]))
      return "record " + std::to_string(i + 1) + " is " + text_of(found, i) + " instead of " +
             text_of(expected, i) + " (" + std::to_string(found.size()) + " records instead of " +
             std::to_string(expected.size()) + ')';
  return std::nullopt;
}

std::optional<std::string> sequences_differ(seen_output const& expected, seen_output const& found) {
  auto const wanted = grouped(expected);
  auto had = grouped(found);
  for (auto const& [key, records] : wanted) {
    if (auto const what = sequence_differs(records, had[key]))
      return (key.empty() ? "" : "for the key of " + text_of(records, 0) + ": ") + *what;
    had.erase(key);
  }
  for (auto const& [key, records] : had)
    if (!records.empty()) return text_of(records, 0) + " was not to come";
  return std::nullopt;
}

// What is in one and not in the other.
std::optional<std::string> missing_in(seen_output const& from, seen_output const& in,
                                      char const* why) {
  std::set<std::string> known;
  for (auto const& r : in.records) known.insert(r.bytes);
  for (auto const& r : from.records)
    if (!known.contains(r.bytes)) return "'" + r.text + "' " + why;
  return std::nullopt;
}

std::optional<std::string> output_differs(seen_output const& expected, seen_output const& found) {
  auto const lost = [&] { return missing_in(expected, found, "is missing"); };
  auto const foreign = [&] { return missing_in(found, expected, "was not to come"); };
  switch (expected.guarantee) {
    case delivery::exactly_once: return sequences_differ(expected, found);
    case delivery::at_least_once: {
      auto const what = lost();
      return what ? what : foreign();
    }
    case delivery::at_most_once: return foreign();
  }
  return std::nullopt;
}

std::string first_line_that_differs(std::string const& expected, std::string const& found) {
  auto const [a, b] = std::mismatch(expected.begin(), expected.end(), found.begin(), found.end());
  auto const line = 1 + std::count(expected.begin(), a, '\n');
  return "differs from line " + std::to_string(line) + " on: " + std::to_string(found.size()) +
         " bytes instead of " + std::to_string(expected.size());
}

std::optional<std::string> files_differ(outcome const& expected, outcome const& found) {
  for (auto const& [path, bytes] : expected.files) {
    auto const there = found.files.find(path);
    if (there == found.files.end()) return "file '" + path + "' is missing";
    if (there->second != bytes)
      return "file '" + path + "' " + first_line_that_differs(bytes, there->second);
  }
  for (auto const& [path, bytes] : found.files)
    if (!expected.files.contains(path)) return "file '" + path + "' was not to come";
  return std::nullopt;
}

// Nothing vanishes: what was taken in is committed, passed over or a dead letter.
std::optional<std::string> counts_differ(outcome const& expected, outcome const& found) {
  auto const count = [](char const* what, std::uint64_t e,
                        std::uint64_t f) -> std::optional<std::string> {
    if (e == f) return std::nullopt;
    return std::to_string(f) + ' ' + what + " instead of " + std::to_string(e);
  };
  if (!expected.counted || !found.counted) return std::nullopt;
  if (auto const what = count("records taken in", expected.records_in, found.records_in))
    return what;
  if (auto const what = count("records skipped", expected.skipped, found.skipped)) return what;
  return count("dead letters", expected.dead_letters, found.dead_letters);
}

}  // namespace

std::optional<std::string> difference(outcome const& expected, outcome const& found) {
  for (auto const& [name, output] : expected.outputs) {
    auto const there = found.outputs.find(name);
    auto const what =
        output_differs(output, there == found.outputs.end() ? seen_output{} : there->second);
    if (what) return "output '" + name + "': " + *what;
  }
  if (auto const what = files_differ(expected, found)) return what;
  return counts_differ(expected, found);
}

}  // namespace sluice::testkit
