// Values behind a byte that tells their version: what receivers leave in a checkpoint.
#pragma once

#include <sluice/operators/codec.hpp>
#include <string>

namespace sluice {

template <class T>
std::string versioned(std::uint8_t version, T const& value) {
  auto out = byte_writer{};
  out.put_byte(version);
  encode(out, value);
  return std::string{out.text()};
}

/// @throws runtime_failure  naming `who` and `what`, if the bytes are not those of one `T`
template <class T>
T from_versioned(std::uint8_t version, std::string_view bytes, std::string const& who,
                 char const* what) {
  auto in = byte_reader{std::as_bytes(std::span{bytes}), who + ": " + what};
  if (in.get_byte(what) != version)
    in.fail(what, "it is of another version; go on with the program that wrote it");
  auto value = decode<T>(in);
  in.expect_end(what);
  return value;
}

}  // namespace sluice
