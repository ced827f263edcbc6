/// The name of a type, for messages and for fingerprints.
///
/// Compile time only. Promise: the name as the compiler writes it in its own messages.
#pragma once

#include <string_view>

namespace sluice::detail {

template <class T>
[[nodiscard]] consteval std::string_view type_name() {
  // g++: "... [with T = int; ...]", clang: "... [T = int]".
  std::string_view const text = __PRETTY_FUNCTION__;
  auto const start = text.find("T = ") + 4;
  // A type's name may hold brackets, but a semicolon it does not.
  auto const end = text.find(';', start);
  return text.substr(start, (end == text.npos ? text.size() - 1 : end) - start);
}

}  // namespace sluice::detail
