// expect: K = std::pair<int, const char
// expect: Pointers cannot: key by what they point to.
#include <sluice/operators/hash.hpp>
#include <utility>

#ifdef MISUSE
using key = std::pair<int, char const**>;
#else
using key = std::pair<int, char const*>;  // a C string is text, not an address
#endif

std::size_t use(key const& k) { return sluice::key_hash<key>{}(k); }
