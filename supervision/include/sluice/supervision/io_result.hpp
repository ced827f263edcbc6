/// Errors of the outside world as values.
///
/// Thread rule: plain values. Promise: an `io_error` names the resource; it becomes a
/// `runtime_failure` only at the public edge.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <system_error>

namespace sluice {

/// What went wrong with which file, directory or peer.
struct io_error {
  std::error_code code;
  std::string resource;  ///< path or `host:port`

  /// `resource: message of the code`.
  std::string message() const { return resource + ": " + code.message(); }
};

/// Throws `runtime_failure`; found by `io_result<T>::value()`.
[[noreturn]] void throw_exception_from_error(io_error const& failed, boost::source_location const&);

/// A value or an `io_error`.
template <class T>
using io_result = boost::system::result<T, io_error>;

}  // namespace sluice
