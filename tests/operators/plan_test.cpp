#include "table.hpp"

#include <sluice/operators/plan_runner.hpp>

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

struct fixture {
  streaming_context ssc{with_parallelism(3)};
  dstream<int> in = ssc.queue_stream<int>({{1}});
  plan lowered() const { return make_plan(in.position().owner->outputs()); }
};

auto const keyed = [](int x) { return std::pair{x % 2, x}; };
auto const same = [](int x) { return x; };

std::vector<std::string> nodes_of(stage const& s) {
  std::vector<std::string> names;
  for (auto const& n : s.nodes) names.push_back(n->who->name());
  return names;
}

using names = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(fixture, "plan without outputs has no stage") {
  in.map(same).count();
  CHECK(lowered().stages.empty());
}

TEST_CASE_FIXTURE(fixture, "plan cuts a stage at every exchange, and nowhere else") {
  collect(in.map(keyed).reduce_by_key(std::plus<>{}, 5).window(2h).cache().map_values(same));
  auto const p = lowered();
  REQUIRE(p.stages.size() == 3);
  CHECK(nodes_of(p.stages[0]) == names{"queue#1"});
  CHECK(nodes_of(p.stages[1]) == names{"reduce_by_key#3", "window#4", "cache#5"});
  CHECK(nodes_of(p.stages[2]) == names{"collect_into#7"});
  CHECK(p.stages[0].partitions == 3);
  CHECK(p.stages[1].partitions == 5);
  CHECK(p.stages[2].partitions == 1);
  CHECK(p.stages[0].input_index == 0);
  CHECK(p.output_stages == std::vector<std::size_t>{2});
  CHECK(p.stages[2].output_index == 0);
}

TEST_CASE_FIXTURE(fixture, "plan links the two ends of every exchange") {
  collect(in.map(keyed).reduce_by_key(std::plus<>{}).repartition(2).count());
  auto const p = lowered();
  REQUIRE(p.stages.size() == 5);
  std::vector<exchange> kinds;
  for (auto const& s : p.stages)
    for (std::size_t o = 0; o != s.outs.size(); ++o) {
      auto const& out = s.outs[o];
      auto const& port = p.stages.at(out.to_stage).ports.at(out.to_port);
      kinds.push_back(out.kind);
      CHECK(port.kind == out.kind);
      CHECK(port.from_stage == s.id);
      CHECK(port.from_out == o);
      CHECK(port.upstream_partitions == s.partitions);
      CHECK(out.downstream_partitions == p.stages[out.to_stage].partitions);
    }
  CHECK(kinds ==
        std::vector{exchange::hash, exchange::rebalance, exchange::gather, exchange::gather});
}

TEST_CASE_FIXTURE(fixture, "plan keeps stages in an order in which they can run") {
  auto const other = ssc.queue_stream<int>({{2}}).repartition(7);
  collect(in.repartition(2).union_with(other).map(keyed).reduce_by_key(std::plus<>{}));
  in.count().print();
  auto const p = lowered();
  for (auto const& s : p.stages) {
    CHECK(&s == &p.stages[s.id]);
    for (auto const& port : s.ports) CHECK(port.from_stage < s.id);
    for (auto const& out : s.outs) CHECK(out.to_stage > s.id);
  }
}

TEST_CASE_FIXTURE(fixture, "plan has a node once that several outputs use") {
  auto const kept = in.map(same).cache();
  collect(kept);
  collect(kept.map(same));
  auto const p = lowered();
  REQUIRE(p.stages.size() == 3);
  CHECK(nodes_of(p.stages[0]) == names{"queue#1", "cache#3"});
  CHECK(p.stages[0].outs.size() == 2);
  CHECK(p.output_stages == std::vector<std::size_t>{1, 2});
}

TEST_CASE_FIXTURE(fixture, "plan leaves out inputs and operators that feed no output") {
  ssc.queue_stream<int>({{2}}).map(keyed).reduce_by_key(std::plus<>{});
  collect(in);
  auto const p = lowered();
  REQUIRE(p.stages.size() == 2);
  CHECK(nodes_of(p.stages[0]) == names{"queue#1"});
}

TEST_CASE_FIXTURE(fixture,
                  "plan unites streams of one stage in that stage, others in one of their own") {
  collect(in.union_with(in.map(same)));
  auto const alone = lowered();
  REQUIRE(alone.stages.size() == 2);
  CHECK(nodes_of(alone.stages[0]) == names{"queue#1", "union_with#3"});
  collect(in.union_with(ssc.queue_stream<int>({{2}})));
  auto const p = lowered();
  REQUIRE(p.stages.size() == 5);
  CHECK(nodes_of(p.stages[3]) == names{"union_with#6"});
  CHECK(p.stages[3].ports.size() == 2);
}

TEST_CASE("senders_to and receivers_of are each other's opposite, for every exchange") {
  for (auto kind : {exchange::forward, exchange::hash, exchange::rebalance, exchange::gather})
    for (std::size_t up : {1, 2, 3, 7})
      for (std::size_t down : {1, 2, 3, 7}) {
        if (kind == exchange::gather && down != 1) continue;
        CAPTURE(to_string(kind));
        CAPTURE(up);
        CAPTURE(down);
        stage_port const port{0, 0, 0, 0, kind, up};
        stage_out const out{0, nullptr, kind, 1, 0, up, down};
        std::size_t links = 0;
        for (std::size_t r = 0; r != down; ++r)
          for (auto s : senders_to(port, r, down)) {
            auto const to = receivers_of(out, s);
            CHECK(std::count(to.begin(), to.end(), r) == 1);
            ++links;
          }
        std::size_t sent = 0;
        for (std::size_t s = 0; s != up; ++s) sent += receivers_of(out, s).size();
        CHECK(links == sent);
        CHECK(links >= up);
      }
}

TEST_CASE_FIXTURE(fixture, "plan_runner runs a plan batch by batch in the calling thread") {
  auto const out = collect(in.map(keyed).reduce_by_key(std::plus<>{}, 2).count());
  auto const p = lowered();
  plan_runner runner{p};
  auto const count_of = [&](std::vector<int> records) {
    auto const results = runner.run({{1, {}}, {}}, {slice_vector(std::move(records), 3)});
    REQUIRE(results.size() == 1);
    return to_vector<std::int64_t>(results[0].at(0));
  };
  CHECK(count_of({1, 2, 3, 4}) == std::vector<std::int64_t>{2});
  CHECK(count_of({}) == std::vector<std::int64_t>{0});
  CHECK(count_of({8}) == std::vector<std::int64_t>{1});
}
