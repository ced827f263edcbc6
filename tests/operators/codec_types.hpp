/// Record types of users, for the tests of the codecs.
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <sluice/operators/codec.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codec_types {

enum class color : std::uint16_t { red = 1, green = 500 };

struct nothing {
  bool operator==(nothing const&) const = default;
};

struct order {
  std::int64_t id = 0;
  std::string customer;
  std::vector<std::pair<std::string, double>> items;
  std::optional<color> tint;
  bool operator==(order const&) const = default;
};

/// What a C program would send.
struct quote {
  char symbol[4];
  std::array<std::string, 2> venues;
  double price;
  bool operator==(quote const&) const = default;
};

/// A field that cannot be left out.
class money {
 public:
  explicit money(std::int64_t cents) : cents_{cents} {}
  [[nodiscard]] std::int64_t cents() const { return cents_; }
  bool operator==(money const&) const = default;

 private:
  std::int64_t cents_;
};
struct payment {
  money amount;
  int account;
  bool operator==(payment const&) const = default;
};

class account {
 public:
  account() = default;
  account(std::string owner, std::int64_t balance) : owner_{std::move(owner)}, balance_{balance} {}
  bool operator==(account const&) const = default;

 private:
  std::string owner_;
  std::int64_t balance_ = 0;
  BOOST_DESCRIBE_CLASS(account, (), (), (), (owner_, balance_))
};

class savings : public account {
 public:
  savings() = default;
  savings(std::string owner, std::int64_t balance, double rate)
      : account{std::move(owner), balance}, rate_{rate} {}
  bool operator==(savings const&) const = default;

 private:
  double rate_ = 0;
  BOOST_DESCRIBE_CLASS(savings, (account), (), (), (rate_))
};

/// Two described structs of one layout, whose members have changed places.
struct from_to {
  int from = 0;
  int to = 0;
};
BOOST_DESCRIBE_STRUCT(from_to, (), (from, to))
struct to_from {
  int to = 0;
  int from = 0;
};
BOOST_DESCRIBE_STRUCT(to_from, (), (to, from))

/// A view type of a user, whose owned form is written in its own way.
class label {
 public:
  explicit label(std::string letters) : letters_{std::move(letters)} {}
  [[nodiscard]] std::string const& letters() const { return letters_; }
  bool operator==(label const&) const = default;

 private:
  std::string letters_;
};
struct label_view {
  std::string_view letters;
  int length;
};

class opaque {
 public:
  explicit opaque(int value) : value_{value} {}

 private:
  int value_;
};

/// A codec that writes nothing, which is against the rules of a list.
class ghost {
 public:
  ghost() {}  // not an aggregate
};

/// A container that holds more than its elements.
struct titled_list : std::vector<int> {
  std::string title;
};

}  // namespace codec_types

template <>
struct sluice::codec<codec_types::money> {
  static constexpr std::uint32_t version = 1;
  static constexpr std::string_view name = "money";
  static void encode(byte_writer& out, codec_types::money const& value) {
    sluice::encode(out, value.cents());
  }
  static codec_types::money decode(byte_reader& in) {
    return codec_types::money{sluice::decode<std::int64_t>(in)};
  }
};

template <>
struct sluice::owned_type<codec_types::label_view> {
  using type = codec_types::label;
  static type own(codec_types::label_view const& view) { return type{std::string{view.letters}}; }
};

template <>
struct sluice::codec<codec_types::label> {
  static constexpr std::uint32_t version = 2;
  static void encode(byte_writer& out, codec_types::label const& value) {
    out.put_text(value.letters());
  }
  static codec_types::label decode(byte_reader& in) {
    return codec_types::label{sluice::decode<std::string>(in)};
  }
};

template <>
struct sluice::codec<codec_types::ghost> {
  static constexpr std::uint32_t version = 1;
  static void encode(byte_writer&, codec_types::ghost const&) {}
  static codec_types::ghost decode(byte_reader&) { return {}; }
};
