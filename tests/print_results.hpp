// Lets doctest print an io_result, whatever its value type. Include after doctest.
#pragma once

#include <doctest/doctest.h>
#include <sluice/supervision/io_result.hpp>

namespace doctest {

template <class T>
struct StringMaker<sluice::io_result<T>> {
  static String convert(sluice::io_result<T> const& result) {
    return result ? String{"a value"} : String{result.error().message().c_str()};
  }
};

}  // namespace doctest
