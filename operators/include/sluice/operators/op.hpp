/// Who an operator is, and the one wrapper around every call of a user's function.
///
/// Thread rule: an `op` is written while the graph is built and only read after it is frozen.
/// Promise: an exception that leaves a user's function knows the operator it came from.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace sluice {

/// An operator of the graph: its verb, its number, and the name that the user gave it.
struct op {
  std::string kind;
  std::uint32_t number = 0;
  std::string given_name;

  /// The given name, else `kind#number`.
  std::string name() const;
};

using op_ptr = std::shared_ptr<op>;

/// A user's function threw inside an operator.
class operator_failure {
 public:
  operator_failure(op_ptr who, std::exception_ptr cause)
      : who_{std::move(who)}, cause_{std::move(cause)} {}
  op_ptr const& who() const { return who_; }
  std::exception_ptr const& cause() const { return cause_; }

 private:
  op_ptr who_;
  std::exception_ptr cause_;
};

/// `what()` of an exception, or a sentence for one that is no `std::exception`.
std::string describe(std::exception_ptr const& cause);

/// Converts the exception that is being handled; an `operator_failure` from further down passes.
[[noreturn]] void rethrow_as_failure_of(op_ptr const& who);

/// Calls a user's function on behalf of operator `who`. Inlined, because a call hands small records
/// over through memory.
template <class F, class... Args>
[[gnu::always_inline]] inline decltype(auto) call_user(op_ptr const& who, F& f, Args&&... args) {
  try {
    return std::invoke(f, std::forward<Args>(args)...);
  } catch (...) {
    rethrow_as_failure_of(who);
  }
}

/// Calls a user's function and hands each element of the range it returns to `take`. Reading is
/// part of the call, because a lazy range runs the user's code while it is read.
template <class F, class Take, class... Args>
void call_user_for_range(op_ptr const& who, F& f, Take take, Args&&... args) {
  auto read = [&] {
    for (auto&& element : std::invoke(f, std::forward<Args>(args)...))
      take(std::forward<decltype(element)>(element));
  };
  call_user(who, read);
}

}  // namespace sluice
