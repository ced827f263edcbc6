#include <sluice/supervision/world.hpp>

namespace sluice {
namespace {

// FNV-1a, 64 bits, with its published constants: unlike std::hash it is the same in every build, so
// a recorded seed keeps its meaning.
std::uint64_t name_hash(std::string_view name) {
  auto hash = std::uint64_t{0xcbf29ce484222325};
  for (auto letter : name) {
    hash ^= static_cast<unsigned char>(letter);
    hash *= std::uint64_t{0x100000001b3};
  }
  return hash;
}

}  // namespace

random_stream random_for(std::uint64_t seed, std::string_view subsystem) {
  // The first draw mixes seed and name, so that neighbouring seeds do not give streams that are
  // shifted copies of each other.
  return random_stream{random_stream{seed ^ name_hash(subsystem)}()};
}

}  // namespace sluice
