#include <doctest/doctest.h>

#include <sluice/operators/steps/emitted_type.hpp>
#include <string>
#include <string_view>

using namespace sluice;

namespace {

struct says_it_itself {
  using emits = double;
  template <class Emit>
  void operator()(int x, Emit&& emit) const {
    emit(x);
  }
};

struct called_with {
  void operator()(int x, std::function<void(std::string const&)> const& emit) const {
    emit(std::to_string(x));
  }
};

void plain_function(int x, emitter<long> emit) { emit(x); }

template <class T, class Expected, class F>
constexpr bool emits(F const&) {
  return std::is_same_v<emitted_t<F, T>, Expected>;
}

}  // namespace

TEST_CASE("emitted_t is what a function object says of itself") {
  static_assert(emits<int, double>(says_it_itself{}));
}

TEST_CASE("emitted_t reads the signature of a function that is no template") {
  static_assert(emits<int, std::string>(called_with{}));
  static_assert(emits<int, long>(&plain_function));
  auto const lambda = [](int x, emitter<std::string_view> emit) { emit(x != 0 ? "yes" : "no"); };
  static_assert(emits<int, std::string_view>(lambda));
  auto counting = [n = 0](int, emitter<int> emit) mutable { emit(n++); };
  static_assert(emits<int, int>(counting));
}

TEST_CASE("emitted_t finds what a generic lambda hands to emit, without reference and const") {
  auto const text = [](std::string const& line, auto&& emit) { emit(std::string_view{line}); };
  static_assert(emits<std::string, std::string_view>(text));
  auto const same = [](auto const& record, auto&& emit) { emit(record); };
  static_assert(emits<int, int>(same));
  static_assert(emits<std::string, std::string>(same));
  auto const conditional = [](int x, auto&& emit) {
    if (x > 0) emit(x * 0.5);
    for (int i = 0; i != x; ++i) emit(double{1});
  };
  static_assert(emits<int, double>(conditional));
}

TEST_CASE("emitted_t finds nothing in a signature without an emitter") {
  auto const two_numbers = [](int, int) {};
  static_assert(emits<int, void>(two_numbers));
}

TEST_CASE("emitter hands every result on, whatever takes it") {
  std::string all;
  auto take = [&](std::string word) { all += word + ' '; };
  emitter<std::string> emit{take};
  emit("to");
  emit(std::string{"be"});
  auto const copy = emit;
  copy("or");
  CHECK(all == "to be or ");
}
