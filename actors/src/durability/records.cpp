#include "records.hpp"

#include <sluice/operators/codec.hpp>

namespace sluice {

namespace {

constexpr std::uint8_t format = 3;

template <class T>
std::string with_format(T const& value) {
  byte_writer out;
  out.put_byte(format);
  encode(out, value);
  return std::string{out.text()};
}

byte_reader behind_format(std::string_view bytes, char const* subject) {
  byte_reader in{std::as_bytes(std::span{bytes}), subject};
  if (auto const found = in.get_byte("format"); found != format)
    in.fail("format", std::to_string(found) + " is not " + std::to_string(format) +
                          ": written by another version");
  return in;
}

template <class T>
T read(std::string_view bytes, char const* subject) {
  auto in = behind_format(bytes, subject);
  auto value = decode<T>(in);
  in.expect_end(subject);
  return value;
}

}  // namespace

entry_bytes to_bytes(log_entry entry) {
  entry_bytes result;
  auto* const batch = std::get_if<logged_batch>(&entry);
  if (batch && !batch->shares.empty()) result.body = std::exchange(batch->shares.back().second, {});
  byte_writer out;
  out.put_byte(format);
  encode(out, entry);
  result.head = out.text();
  if (result.body.empty()) return result;
  // The note of the last share is what an entry ends with: its length, 0 so far, then its bytes.
  result.head.pop_back();
  byte_writer length;
  length.put_varint(result.body.size());
  result.head += length.text();
  return result;
}
log_entry log_entry_from(std::string_view bytes) {
  return read<log_entry>(bytes, "an entry of the batch log");
}

std::string head_of(saved_state const& state) {
  byte_writer out;
  out.reserve(state.op.size() + 32);
  out.put_byte(format);
  encode(out, state.checkpoint);
  encode(out, state.op);
  encode(out, state.partition);
  encode(out, state.is_last);
  out.put_varint(state.bytes.size());
  return std::string{out.text()};
}
saved_state saved_state_from(std::string_view bytes) {
  constexpr auto subject = "an entry of the state log";
  auto in = behind_format(bytes, subject);
  saved_state state;
  state.checkpoint = decode<std::uint64_t>(in);
  state.op = decode<std::string>(in);
  state.partition = decode<std::uint64_t>(in);
  state.is_last = decode<bool>(in);
  auto const size = in.get_count(1, subject);
  state.bytes = bytes.substr(in.offset(), size);
  static_cast<void>(in.get_bytes(size, subject));
  in.expect_end(subject);
  return state;
}

std::string to_bytes(checkpoint_contents const& contents) { return with_format(contents); }
checkpoint_contents checkpoint_contents_from(std::string_view bytes) {
  return read<checkpoint_contents>(bytes, "the contents of a checkpoint");
}

}  // namespace sluice
