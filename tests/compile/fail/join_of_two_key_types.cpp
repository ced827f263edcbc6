// expect: a join needs the same key type on both sides
#include <sluice/operators/dstream.hpp>
#include <string>
#include <utility>

using left = sluice::dstream<std::pair<int, char>>;
#ifdef MISUSE
using right = sluice::dstream<std::pair<std::string, char>>;
#else
using right = sluice::dstream<std::pair<int, std::string>>;
#endif

auto use(left const& a, right const& b) { return a.join(b); }
