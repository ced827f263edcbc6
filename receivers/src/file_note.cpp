#include "file_note.hpp"

#include <limits>

#include "versioned.hpp"

namespace sluice {
namespace {

// The first byte of both; raise it whenever their structs change.
constexpr std::uint8_t version = 1;

}  // namespace

std::uint64_t file_note::records() const {
  auto sum = std::uint64_t{0};
  for (auto const& span : spans) sum += span.records;
  return sum;
}

std::optional<std::string> file_position::move_by(file_note const& note) {
  for (auto const& name : note.found) {
    known[name] = std::nullopt;
    queue.push_back({name});
  }
  for (auto const& name : note.passed_over) known[name] = std::nullopt;
  for (auto const& name : note.forgotten) known.erase(name);
  for (auto const& span : note.spans) {
    if (queue.empty() || queue.front().name != span.name || queue.front().cut != span.first)
      return span.name + " from record " + std::to_string(span.first) + " is not what comes next";
    if (span.records > std::numeric_limits<std::uint64_t>::max() - span.first)
      return span.name + " has no " + std::to_string(span.records) + " records";
    queue.front().cut += span.records;
    if (!span.ended) continue;
    queue.pop_front();
    if (auto const found = known.find(span.name); found != known.end()) found->second = span.bytes;
  }
  return std::nullopt;
}

std::string encode_note(file_note const& note) { return versioned(version, note); }
std::string encode_position(file_position const& position) { return versioned(version, position); }

file_note decode_note(std::string_view bytes, std::string const& who) {
  return from_versioned<file_note>(version, bytes, who, "the note of a batch");
}

file_position decode_position(std::string_view bytes, std::string const& who) {
  return from_versioned<file_position>(version, bytes, who, "the saved position");
}

}  // namespace sluice
