#include <sluice/operators/op.hpp>

namespace sluice {

std::string op::name() const {
  return given_name.empty() ? kind + '#' + std::to_string(number) : given_name;
}

std::string describe(std::exception_ptr const& cause) {
  if (!cause) return "no cause given";
  try {
    std::rethrow_exception(cause);
  } catch (std::exception const& e) {
    return e.what();
  } catch (operator_failure const& failed) {
    return failed.who()->name() + ": " + describe(failed.cause());
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

void rethrow_as_failure_of(op_ptr const& who) {
  try {
    throw;
  } catch (operator_failure const&) {
    throw;
  } catch (...) {
    throw operator_failure{who, std::current_exception()};
  }
}

}  // namespace sluice
