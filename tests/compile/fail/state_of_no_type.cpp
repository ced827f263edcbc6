// expect: state_spec: the last parameter of the function must be state<S>&
#include <sluice/operators/dstream.hpp>
#include <utility>

namespace {

#ifdef MISUSE
int count(int const&, std::optional<char>, int seen) { return seen; }
#else
int count(int const&, std::optional<char>, sluice::state<int>& seen) {
  seen.update(seen.get_option().value_or(0) + 1);
  return seen.get();
}
#endif

}  // namespace

auto use(sluice::dstream<std::pair<int, char>> const& in) {
  return in.map_with_state(sluice::state_spec(count));
}
