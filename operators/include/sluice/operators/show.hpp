/// Records as text: what `print()` and `save_as_text_files` write.
///
/// Thread rule: pure functions, safe everywhere. Promise: Spark's forms, independent of locale and
/// of stream flags; numbers are written so that reading them gives the same value.
#pragma once

#include <concepts>
#include <ostream>
#include <sluice/operators/detail/shape.hpp>
#include <string>
#include <string_view>
#include <type_traits>

namespace sluice {

namespace detail {

void append_number(std::string& out, long long value);
void append_number(std::string& out, unsigned long long value);
void append_number(std::string& out, float value);
void append_number(std::string& out, double value);
void append_number(std::string& out, long double value);

/// The unit of a duration: "ms", or "[num/den]s" for one without a name.
void append_unit(std::string& out, long long num, long long den);

/// Appends what `put` writes of `value` to a stream.
void append_streamed(std::string& out, void const* value, void (*put)(std::ostream&, void const*));

void write_text(std::ostream& out, std::string_view text);

template <class T>
concept streamable = !address_like<T> && requires(std::ostream & out, T const& value) {
  out << value;
};

template <class T>
concept range_shape = requires(T const& value) {
  typename T::value_type;
  value.begin() != value.end();
  { *value.begin() } -> std::convertible_to<typename T::value_type const&>;
};

/// The other character types are no numbers, and what they print as is not for us to say.
template <class T>
concept number = std::floating_point<T> ||
    (std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> &&
     !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> && !std::same_as<T, char16_t> &&
     !std::same_as<T, char32_t>);

/// How a value of type `T` is appended to text; `usable` says whether it can be.
template <class T>
struct show_of;

template <class T>
inline constexpr bool is_showable = show_of<std::remove_cvref_t<T>>::usable;

template <class T>
void append_shown(std::string& out, T const& value) {
  show_of<T>::append(out, value);
}

/// "open a separator b separator c close".
class list_writer {
 public:
  list_writer(std::string& out, char open, std::string_view separator) noexcept
      : out_{out}, separator_{separator}, mark_{open} {}

  template <class T>
  void add(T const& value) {
    start_element();
    append_shown<T>(out_, value);
  }

  void close(char mark) {
    if (first_) out_ += mark_;
    out_ += mark;
  }

 private:
  void start_element() {
    if (first_)
      out_ += mark_;
    else
      out_ += separator_;
    first_ = false;
  }

  std::string& out_;
  std::string_view separator_;
  char mark_;
  bool first_ = true;
};

/// Whatever has an operator<< shows itself, and a range without one shows its elements.
template <class T>
struct show_of {
  [[nodiscard]] static consteval bool is_usable() {
    if constexpr (streamable<T>)
      return true;
    else if constexpr (range_shape<T> && !text_shape<T>)
      return is_showable<typename T::value_type>;
    else
      return false;
  }
  static constexpr bool usable = is_usable();

  static void append(std::string& out, T const& value) {
    if constexpr (streamable<T>) {
      append_streamed(out, &value, [](std::ostream& stream, void const* untyped) {
        stream << *static_cast<T const*>(untyped);
      });
    } else {
      list_writer list{out, '[', ", "};
      for (auto const& element : value) list.add<typename T::value_type>(element);
      list.close(']');
    }
  }
};

template <>
struct show_of<bool> {
  static constexpr bool usable = true;
  static void append(std::string& out, bool value) { out += value ? "true" : "false"; }
};

template <>
struct show_of<char> {
  static constexpr bool usable = true;
  static void append(std::string& out, char value) { out += value; }
};

template <number T>
struct show_of<T> {
  static constexpr bool usable = true;
  static void append(std::string& out, T value) {
    if constexpr (std::floating_point<T>)
      append_number(out, value);
    else if constexpr (std::signed_integral<T>)
      append_number(out, static_cast<long long>(value));
    else
      append_number(out, static_cast<unsigned long long>(value));
  }
};

template <char_text T>
struct show_of<T> {
  static constexpr bool usable = true;
  static void append(std::string& out, T const& value) { out += text_of(value); }
};

template <duration_shape T>
struct show_of<T> {
  static constexpr bool usable = is_showable<typename T::rep>;
  static void append(std::string& out, T const& value) {
    append_shown(out, value.count());
    append_unit(out, T::period::num, T::period::den);
  }
};

template <time_point_shape T>
struct show_of<T> {
  static constexpr bool usable = is_showable<typename T::duration>;
  static void append(std::string& out, T const& value) {
    append_shown(out, value.time_since_epoch());
  }
};

template <class First, class Second>
struct show_of<std::pair<First, Second>> {
  static constexpr bool usable = is_showable<First> && is_showable<Second>;
  static void append(std::string& out, std::pair<First, Second> const& value) {
    list_writer list{out, '(', ","};
    list.add(value.first);
    list.add(value.second);
    list.close(')');
  }
};

template <class... Ts>
struct show_of<std::tuple<Ts...>> {
  static constexpr bool usable = (is_showable<Ts> && ...);
  static void append(std::string& out, std::tuple<Ts...> const& value) {
    list_writer list{out, '(', ","};
    std::apply([&list](auto const&... element) { (list.add(element), ...); }, value);
    list.close(')');
  }
};

template <class T>
struct show_of<std::optional<T>> {
  static constexpr bool usable = is_showable<T>;
  static void append(std::string& out, std::optional<T> const& value) {
    if (!value) {
      out += "None";
      return;
    }
    out += "Some(";
    append_shown(out, *value);
    out += ')';
  }
};

template <>
struct show_of<std::monostate> {
  static constexpr bool usable = true;
  static void append(std::string& out, std::monostate) { out += "()"; }
};

template <class... Ts>
struct show_of<std::variant<Ts...>> {
  static constexpr bool usable = (is_showable<Ts> && ...);
  static void append(std::string& out, std::variant<Ts...> const& value) {
    if (value.valueless_by_exception())
      out += "valueless";
    else
      std::visit([&out](auto const& held) { append_shown(out, held); }, value);
  }
};

}  // namespace detail

/// A type that has a text form: numbers, text, pairs, tuples, optionals, variants, durations,
/// ranges of such, and every type with an operator<<.
template <class T>
concept showable = detail::is_showable<std::decay_t<T>>;

/// Fails to compile, with the type in the message, if `T` has no text form.
template <class T>
constexpr void require_showable() {
  static_assert(showable<T>,
                "sluice: this record type has no operator<<; give it "
                "std::ostream& operator<<(std::ostream&, T const&) in its own namespace, or map "
                "the record to text, a pair or a tuple before it is printed or saved.");
}

/// Appends the text form of `value`: `(a,1)` for pairs and tuples, `[a, b]` for ranges, `Some(x)`
/// and `None` for optionals, `true` and `false`, `1500ms` for durations (of a time point: since its
/// clock's epoch); text as it is; a variant as what it holds.
template <class T>
void show_to(std::string& out, T const& value) {
  require_showable<T>();
  if constexpr (showable<T>) detail::append_shown<std::decay_t<T const&>>(out, value);
}

/// The text form of `value`, as `show_to` appends it.
template <class T>
[[nodiscard]] std::string show(T const& value) {
  std::string out;
  show_to(out, value);
  return out;
}

/// Writes the text form of `value`; the flags, width and locale of `out` make no difference.
template <class T>
void show(std::ostream& out, T const& value) {
  detail::write_text(out, show(value));
}

}  // namespace sluice
