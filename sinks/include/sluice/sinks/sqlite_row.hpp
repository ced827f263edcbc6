/// The values of one record, on their way into the parameters of an SQL statement.
///
/// Thread rule: one thread at a time, only while the statement is being bound. Promise: a value
/// arrives unchanged, or it is an error; only NaN, which SQLite does not have, becomes NULL.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <sluice/operators/detail/plain_struct.hpp>
#include <sluice/operators/detail/shape.hpp>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

struct sqlite3_stmt;

namespace sluice {

namespace detail {

template <class T>
concept sqlite_integer =
    std::integral<T> && !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> &&
    !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

/// What is one value in SQLite.
template <class T>
concept sqlite_value = sqlite_integer<T> || std::is_enum_v<T> || std::floating_point<T> ||
    char_text<T> || std::same_as<T, std::vector<std::byte>>;

template <class T>
[[nodiscard]] consteval std::size_t count_sqlite_columns();

template <class... Ts>
[[nodiscard]] consteval std::size_t sum_sqlite_columns(type_list<Ts...>) {
  return ((count_sqlite_columns<Ts>() != 0) && ...)
             ? (std::size_t{0} + ... + count_sqlite_columns<Ts>())
             : 0;
}

template <class T>
struct tuple_types;
template <class First, class Second>
struct tuple_types<std::pair<First, Second>> {
  using type = type_list<First, Second>;
};
template <class... Ts>
struct tuple_types<std::tuple<Ts...>> {
  using type = type_list<Ts...>;
};

template <class T>
[[nodiscard]] consteval std::size_t count_sqlite_columns() {
  if constexpr (sqlite_value<T>)
    return 1;
  else if constexpr (optional_shape<T>)
    return count_sqlite_columns<typename T::value_type>();
  else if constexpr (pair_shape<T> || tuple_shape<T>)
    return sum_sqlite_columns(typename tuple_types<T>::type{});
  else if constexpr (plain_struct<T>)
    return sum_sqlite_columns(field_list<T>{});
  else
    return 0;
}

}  // namespace detail

/// How many parameters a record of this type fills; 0 if it cannot be bound as it is.
template <class T>
inline constexpr std::size_t sqlite_columns = detail::count_sqlite_columns<T>();

/// Numbers, enums, text and bytes (`std::vector<std::byte>`), and optionals, pairs, tuples and
/// plain structs of them.
template <class T>
concept sqlite_bindable = sqlite_columns<T>
!= 0;

/// Binds the values of a record to `?1`, `?2`, ... in the order in which they are added.
class sqlite_row {
 public:
  /// @param statement  outlives the row; its parameters are empty
  explicit sqlite_row(sqlite3_stmt* statement);
  sqlite_row(sqlite_row const&) = delete;
  sqlite_row& operator=(sqlite_row const&) = delete;

  /// Binds all values of `value`, from left to right; an empty optional is NULL.
  template <sqlite_bindable T>
  void add(T const& value) {
    if constexpr (std::is_enum_v<T>)
      add(static_cast<std::underlying_type_t<T>>(value));
    else if constexpr (std::same_as<T, char>)
      add_text({&value, 1});
    else if constexpr (std::unsigned_integral<T>)
      add_unsigned(value);
    else if constexpr (std::integral<T>)
      add_integer(value);
    else if constexpr (std::floating_point<T>)
      add_real(static_cast<double>(value));
    else if constexpr (detail::char_text<T>)
      add_text(detail::text_of(value));
    else if constexpr (detail::vector_shape<T>)
      add_blob(value);
    else
      add_fields(value);
  }

  void add_null();
  void add_integer(std::int64_t value);
  /// @throws runtime_failure  if it is larger than the largest integer of SQLite, 2^63 - 1
  void add_unsigned(std::uint64_t value);
  void add_real(double value);
  void add_text(std::string_view value);
  void add_blob(std::span<std::byte const> value);

  /// @throws usage_error  if not all parameters have a value
  void finish() const;

 private:
  template <class T>
  void add_fields(T const& value) {
    auto const add_all = [this](auto const&... field) { (add(field), ...); };
    if constexpr (detail::optional_shape<T>) {
      if (value) return add(*value);
      for (std::size_t n = 0; n != sqlite_columns<T>; ++n) add_null();
    } else if constexpr (detail::pair_shape<T> || detail::tuple_shape<T>) {
      std::apply(add_all, value);
    } else {
      detail::with_fields(value, add_all);
    }
  }
  int next();
  void check(int code) const;

  sqlite3_stmt* statement_;
  int bound_ = 0;
};

}  // namespace sluice
