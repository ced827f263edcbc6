// How records become parameters.
#include <limits>
#include <optional>
#include <tuple>

#include "sqlite_scene.hpp"

using namespace sluice;
using namespace sluice::tests;

namespace {

enum class colour : std::uint8_t { red = 1, blue = 7 };

struct place {
  double latitude;
  double longitude;
};

struct reading {
  std::string sensor;
  std::optional<int> value;
  std::optional<place> where;
  colour shown;
  bool good;
};

struct handle {
  void* address;
};

static_assert(sqlite_columns<int> == 1);
static_assert(sqlite_columns<std::pair<std::string, std::tuple<int, double, char>>> == 4);
static_assert(sqlite_columns<reading> == 6);
static_assert(!sqlite_bindable<handle>);
static_assert(!sqlite_bindable<std::vector<int>>);
static_assert(!sqlite_bindable<std::pair<int, handle>>);
static_assert(!std::is_constructible_v<sqlite_sink<handle>, sqlite_table>);

struct binding_scene : sqlite_scene {
  /// What is in the columns a, b, ... after one batch of these records.
  template <class T>
  std::string stored(std::vector<T> records, typename sqlite_sink<T>::binder bind = nullptr,
                     int columns = static_cast<int>(sqlite_columns<T>)) {
    std::string names = "a";
    std::string marks = "?1";
    std::string shown = "typeof(a), quote(a)";
    for (int c = 1; c < columns; ++c) {
      auto const name = std::string(1, static_cast<char>('a' + c));
      names += ", " + name;
      marks += ", ?" + std::to_string(c + 1);
      shown += ", quote(" + name + ')';
    }
    sqlite_table const into{.path = path,
                            .stream = "s",
                            .setup = "create table t(" + names + ")",
                            .statement = "insert into t values(" + marks + ")"};
    auto const sink = made<T>(into, std::move(bind));
    sink->prepare(batch(1), std::move(records));
    sink->commit(batch(1));
    return ask("select " + shown + " from t");
  }

 private:
  template <class T>
  static std::unique_ptr<sqlite_sink<T>> made(sqlite_table const& into,
                                              typename sqlite_sink<T>::binder bind) {
    if constexpr (sqlite_bindable<T>)
      if (!bind) return std::make_unique<sqlite_sink<T>>(into);
    return std::make_unique<sqlite_sink<T>>(into, std::move(bind));
  }
};

}  // namespace

TEST_CASE_FIXTURE(binding_scene, "sqlite_sink binds whole numbers to their limits") {
  using limits = std::numeric_limits<std::int64_t>;
  CHECK(stored<std::int64_t>({limits::min(), -1, 0, limits::max()}) ==
        "integer|-9223372036854775808 integer|-1 integer|0 integer|9223372036854775807 ");
}

TEST_CASE_FIXTURE(binding_scene,
                  "sqlite_sink binds unsigned numbers and refuses what is too large") {
  auto const largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  CHECK(stored<std::uint64_t>({0, largest}) == "integer|0 integer|9223372036854775807 ");
  sqlite_sink<std::uint64_t> sink{
      {.path = path, .stream = "large", .statement = "insert into t values(?1)"}};
  sink.prepare(batch(1), {largest + 1});
  check_text(error_of<runtime_failure>([&] { sink.commit(batch(1)); }),
             {"9223372036854775808", "?1", "insert into t", "as text"});
}

TEST_CASE_FIXTURE(binding_scene, "sqlite_sink binds real numbers exactly, NaN as NULL") {
  CHECK(stored<double>({0.1, -0.0, std::numeric_limits<double>::quiet_NaN()}) ==
        "real|0.1 real|0.0 null|NULL ");
}

TEST_CASE_FIXTURE(binding_scene,
                  "sqlite_sink binds text as it is, also empty and with a zero byte") {
  CHECK(stored<std::string>({"", "it's", "gr\xc3\xbc\xc3\x9f"}) ==
        "text|'' text|'it''s' text|'gr\xc3\xbc\xc3\x9f' ");
  sqlite_sink<std::string> sink{
      {.path = path, .stream = "zero", .statement = "insert into t values(?1)"}};
  sink.prepare(batch(1), {std::string{"a\0b", 3}});
  sink.commit(batch(1));
  CHECK(ask("select hex(a) from t where rowid = 4") == "610062 ");
}

TEST_CASE_FIXTURE(binding_scene, "sqlite_sink binds bytes as a blob") {
  using bytes = std::vector<std::byte>;
  CHECK(stored<bytes>({{}, {std::byte{0}, std::byte{0xff}}}) == "blob|X'' blob|X'00FF' ");
}

TEST_CASE_FIXTURE(binding_scene, "sqlite_sink binds truth, characters and enums") {
  CHECK(stored<std::tuple<bool, char, colour>>({{true, 'x', colour::blue}}) == "integer|1|'x'|7 ");
}

TEST_CASE_FIXTURE(binding_scene,
                  "sqlite_sink binds the fields of nested records from left to right") {
  CHECK(stored<reading>(
            {{"s1", 5, place{1.5, 2.5}, colour::red, true}, {"s2", {}, {}, colour::blue, false}}) ==
        "text|'s1'|5|1.5|2.5|1|1 text|'s2'|NULL|NULL|NULL|7|0 ");
}

TEST_CASE_FIXTURE(binding_scene, "sqlite_sink binds what a function of the program adds") {
  CHECK(stored<handle>(
            {handle{}},
            [](sqlite_row& row, handle const& h) {
              row.add(h.address ? "set" : "null");
              row.add(std::pair{1, 2.5});
              row.add_null();
            },
            4) == "text|'null'|1|2.5|NULL ");
}

TEST_CASE_FIXTURE(binding_scene,
                  "sqlite_sink refuses a function that adds too few or too many values") {
  for (int const adds : {1, 3}) {
    sqlite_sink<int> sink{{.path = path,
                           .stream = std::to_string(adds),
                           .setup = "create table if not exists t(a, b)",
                           .statement = "insert into t values(?1, ?2)"},
                          [adds](sqlite_row& row, int value) {
                            for (int n = 0; n != adds; ++n) row.add(value);
                          }};
    sink.prepare(batch(1), {1});
    check_text(error_of<usage_error>([&] { sink.commit(batch(1)); }),
               {std::to_string(adds) + " values", "2 parameters", "insert into t"});
    CHECK(ask("select count(*) from t") == "0 ");
  }
}
