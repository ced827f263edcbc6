// expect: T = std::pair<int, order>
// expect: sluice: this record type has no operator<<; give it std::ostream&
// operator<<(std::ostream&, T const&)
#include <sluice/operators/show.hpp>

struct order {
  int id;
#ifndef MISUSE
  friend std::ostream& operator<<(std::ostream& out, order const& value) { return out << value.id; }
#endif
};

std::string use(order const& o) { return sluice::show(std::pair{1, o}); }
