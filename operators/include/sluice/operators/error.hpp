/// The error model at the public edge: who is wrong decides the type.
///
/// Thread rule: plain values, safe everywhere. Promise: every message names the thing that is
/// wrong, the value it had and what to do about it.
#pragma once

#include <stdexcept>
#include <string>

namespace sluice {

/// Base of everything that this library throws.
class error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The program is wrong: an argument out of range, a call in the wrong state, a type without
/// meaning.
class usage_error : public error {
 public:
  using error::error;
};

/// The world is wrong: a directory that cannot be written, a port in use, a corrupt file.
class runtime_failure : public error {
 public:
  using error::error;
};

/// A user's function threw while a batch ran, or a part of the runtime died.
///
/// `what()` names operator, batch and cause; `std::rethrow_if_nested` gives the user's own
/// exception where there is one.
class stream_failure : public error {
 public:
  using error::error;
};

}  // namespace sluice
