#include <sluice/operators/error.hpp>
#include <sluice/supervision/io_result.hpp>

namespace sluice {

void throw_exception_from_error(io_error const& failed, boost::source_location const&) {
  throw runtime_failure{failed.message()};
}

}  // namespace sluice
