// Every operator of a stream, with the inputs on which operators differ: no batch, an empty one,
// one record, many, a time without batch, the end of the input, a function that throws.

#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

using pair = std::pair<int, int>;
using pairs = dstream<pair>;
using texts = dstream<std::string>;

/// An operator on pairs, what it gives as text, and what that is for a batch without records.
struct named_operator {
  std::string name;
  std::function<texts(pairs)> apply;
  std::vector<std::string> of_nothing = {};
};

auto const text = [](auto const& stream) -> texts {
  return stream.map([](auto const& record) { return show(record); });
};
auto const add = [](int a, int b) { return a + b; };
auto const subtract = [](int a, int b) { return a - b; };
auto const total = [](std::span<int const> news, std::optional<int> old) {
  int sum = old.value_or(0);
  for (auto n : news) sum += n;
  return std::optional{sum};
};
auto const count_up = [](int const& key, std::optional<int> value, state<int>& s) {
  s.update((s.exists() ? s.get() : 0) + value.value_or(0));
  return std::pair{key, s.get()};
};

std::vector<named_operator> narrow_operators() {
  return {
      {"map", [](pairs s) { return text(s.map([](pair p) { return p.second; })); }},
      {"flat_map",
       [](pairs s) { return text(s.flat_map([](pair p) { return std::vector(2, p.first); })); }},
      {"filter", [](pairs s) { return text(s.filter([](pair p) { return p.first == 1; })); }},
      {"map_values", [](pairs s) { return text(s.map_values([](int x) { return -x; })); }},
      {"flat_map_values",
       [](pairs s) { return text(s.flat_map_values([](int x) { return std::vector(2, x); })); }},
      {"map_partitions",
       [](pairs s) {
         return text(s.repartition(1).map_partitions(
             [](std::vector<pair> const& all) { return std::vector{all.size()}; }));
       },
       {"0"}},
      {"glom", [](pairs s) { return text(s.repartition(1).glom()); }, {"[]"}},
      {"repartition", [](pairs s) { return text(s.repartition(2)); }},
      {"partition_by", [](pairs s) { return text(s.partition_by(2)); }},
      {"union_with", [](pairs s) { return text(s.union_with(s)); }},
      {"cache", [](pairs s) { return text(s.cache()); }},
      {"transform",
       [](pairs s) { return text(s.transform([](rdd<pair> const& r) { return r.values(); })); }},
      {"transform_with",
       [](pairs s) {
         return text(s.transform_with(
             s, [](rdd<pair> const& a, rdd<pair> const& b) { return a.union_with(b); }));
       }},
  };
}

std::vector<named_operator> combining_operators() {
  return {
      {"reduce", [](pairs s) { return text(s.map([](pair p) { return p.second; }).reduce(add)); }},
      {"count", [](pairs s) { return text(s.count()); }, {"0"}},
      {"count_by_value", [](pairs s) { return text(s.count_by_value()); }},
      {"reduce_by_key", [](pairs s) { return text(s.reduce_by_key(add)); }},
      {"group_by_key", [](pairs s) { return text(s.group_by_key()); }},
      {"combine_by_key",
       [](pairs s) { return text(s.combine_by_key([](int x) { return x; }, add, add)); }},
      {"cogroup", [](pairs s) { return text(s.cogroup(s)); }},
      {"join", [](pairs s) { return text(s.join(s)); }},
      {"left_outer_join", [](pairs s) { return text(s.left_outer_join(s)); }},
      {"right_outer_join", [](pairs s) { return text(s.right_outer_join(s)); }},
      {"full_outer_join", [](pairs s) { return text(s.full_outer_join(s)); }},
  };
}

std::vector<named_operator> remembering_operators() {
  return {
      {"window", [](pairs s) { return text(s.window(4h)); }},
      {"reduce_by_window",
       [](pairs s) {
         return text(s.map([](pair p) { return p.second; }).reduce_by_window(add, 4h, 2h));
       }},
      {"reduce_by_window with an inverse",
       [](pairs s) {
         return text(
             s.map([](pair p) { return p.second; }).reduce_by_window(add, subtract, 4h, 2h));
       }},
      {"count_by_window", [](pairs s) { return text(s.count_by_window(4h, 2h)); }},
      {"count_by_value_and_window",
       [](pairs s) { return text(s.count_by_value_and_window(4h, 2h)); }},
      {"group_by_key_and_window", [](pairs s) { return text(s.group_by_key_and_window(4h, 2h)); }},
      {"reduce_by_key_and_window",
       [](pairs s) { return text(s.reduce_by_key_and_window(add, 4h, 2h)); }},
      {"reduce_by_key_and_window with an inverse",
       [](pairs s) { return text(s.reduce_by_key_and_window(add, subtract, 4h, 2h)); }},
      {"update_state_by_key", [](pairs s) { return text(s.update_state_by_key(total)); }},
      {"map_with_state", [](pairs s) { return text(s.map_with_state(state_spec(count_up))); }},
      {"state_snapshots",
       [](pairs s) { return text(s.map_with_state(state_spec(count_up)).state_snapshots()); }},
  };
}

std::vector<named_operator> all_operators() {
  auto all = narrow_operators();
  for (auto& more : {combining_operators(), remembering_operators()})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// What the operator gives for the batches, the same in every way there is.
table<std::string> results(named_operator const& op, table<pair> const& in,
                           std::function<pairs(pairs)> const& before = nullptr) {
  auto const build = [&](streaming_context& ssc) {
    pairs stream = ssc.queue_stream(in);
    return collect(op.apply(before ? before(stream) : stream));
  };
  auto const ways = testkit::run_everywhere(build, with_parallelism(3), schedules);
  for (auto const& way : ways) {
    CAPTURE(way.way);
    check_same(way.batches, ways.front().batches);
  }
  return ways.front().batches;
}

table<pair> const many = {{{1, 2}, {1, 3}, {2, 4}}, {}, {{3, 5}, {1, 6}}, {{2, 7}}};

}  // namespace

TEST_CASE("every operator gives no batch for no batch") {
  for (auto const& op : all_operators()) {
    CAPTURE(op.name);
    CHECK(results(op, {}).empty());
  }
}

TEST_CASE("every operator gives what is documented for a batch without records") {
  for (auto const& op : all_operators()) {
    CAPTURE(op.name);
    for (auto const& batch : results(op, {{}, {}}))
      check_same<std::string>({batch}, {op.of_nothing});
  }
}

TEST_CASE("every operator gives something for one record, up to the end of the input") {
  for (auto const& op : all_operators()) {
    CAPTURE(op.name);
    std::size_t records = 0;
    for (auto const& batch : results(op, {{{1, 2}}, {{1, 3}}})) records += batch.size();
    CHECK(records >= 1);
  }
}

TEST_CASE("every operator gives the same for many records in every way to run") {
  for (auto const& op : all_operators()) {
    CAPTURE(op.name);
    CHECK(!results(op, many).empty());
  }
}

TEST_CASE("every operator has its batches where its input has none in between") {
  for (auto const& op : all_operators()) {
    CAPTURE(op.name);
    auto const sparse = results(op, many, [](pairs s) -> pairs { return s.window(2h, 2h); });
    CHECK(sparse.size() == 2);
  }
}

TEST_CASE("every operator lets a failure before it through, naming who failed") {
  for (auto const& op : all_operators()) {
    CAPTURE(op.name);
    in_every_way([&](execution where) {
      streaming_context ssc{with_parallelism(2), std::move(where)};
      auto const fragile = ssc.queue_stream(many).map([](pair p) {
        if (p.second == 5) throw std::runtime_error{"five"};
        return p;
      });
      auto const out = collect(op.apply(fragile.named("fragile")));
      ssc.start();
      check_says(message_of([&] { ssc.run_until_idle(); }), {"fragile", "five", "batch 3"});
      CHECK(out->batches().size() <= 2);
    });
  }
}
