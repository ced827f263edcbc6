// Two streams that meet by key: against a hand-written hash join.

#include <boost/unordered/unordered_flat_map.hpp>
#include <unordered_map>

#include "harness/bench.hpp"
#include "harness/block_stream.hpp"
#include "harness/keys.hpp"

namespace bench {

namespace {

using record = std::pair<std::uint64_t, std::uint64_t>;
using joined = std::pair<std::uint64_t, record>;
using record_block = std::vector<record>;

/// The value of the record at a place of its side.
std::uint64_t value_at(std::size_t place) { return place % 1000 + 1; }

std::vector<record_block> with_values(std::vector<key_block> const& keys) {
  std::vector<record_block> all;
  std::size_t place = 0;
  for (auto const& block : keys) {
    auto& made = all.emplace_back();
    for (auto key : block) made.emplace_back(key, value_at(place++));
  }
  return all;
}

/// Both sides of every batch; block i of one meets block i of the other.
struct two_sides {
  two_sides(std::size_t batches, std::uint32_t blocks_in_batch, std::uint64_t left_keys,
            std::uint64_t right_keys)
      : blocks_per_batch{blocks_in_batch} {
    struct books {
      std::uint64_t lefts = 0, left_sum = 0, rights = 0, right_sum = 0;
    };
    for (std::size_t batch = 0; batch != batches; ++batch) {
      auto const left = with_values(make_keys(blocks_in_batch, left_keys, 2 * batch + 1));
      auto const right = with_values(make_keys(blocks_in_batch, right_keys, 2 * batch + 2));
      std::unordered_map<std::uint64_t, books> of_key;
      for (auto const& block : left)
        for (auto const& [key, v] : block) ++of_key[key].lefts, of_key[key].left_sum += v;
      for (auto const& block : right)
        for (auto const& [key, w] : block) ++of_key[key].rights, of_key[key].right_sum += w;
      for (auto const& [key, b] : of_key) {
        rows += b.lefts * b.rights;
        products += b.left_sum * b.right_sum;
      }
      lefts.insert(lefts.end(), left.begin(), left.end());
      rights.insert(rights.end(), right.begin(), right.end());
    }
  }
  void check(std::uint64_t found_rows, std::uint64_t found_products) const {
    expect("the number of matches", rows, found_rows);
    expect("the sum of the matches' products", products, found_products);
  }

  std::uint32_t blocks_per_batch;
  std::vector<record_block> lefts, rights;
  std::uint64_t rows = 0;
  std::uint64_t products = 0;  ///< left value * right value of all matches
};

/// A table of the right side with chains for keys that come more than once, probed by the left.
class hand_join {
 public:
  std::vector<joined> join(std::span<record_block const> lefts,
                           std::span<record_block const> rights) {
    newest_.clear();
    rights_.clear();
    for (auto const& block : rights)
      for (auto const& [key, w] : block) {
        auto const at = static_cast<std::uint32_t>(rights_.size());
        auto const [found, fresh] = newest_.try_emplace(key, at);
        rights_.push_back({w, fresh ? end : std::exchange(found->second, at)});
      }
    std::vector<joined> results;
    for (auto const& block : lefts)
      for (auto const& [key, v] : block) {
        auto const found = newest_.find(key);
        if (found == newest_.end()) continue;
        for (auto at = found->second; at != end; at = rights_[at].next)
          results.push_back({key, {v, rights_[at].value}});
      }
    return results;
  }

 private:
  static constexpr auto end = ~std::uint32_t{0};
  struct link {
    std::uint64_t value;
    std::uint32_t next;
  };
  boost::unordered_flat_map<std::uint64_t, std::uint32_t, sluice::key_hash<std::uint64_t>> newest_;
  std::vector<link> rights_;
};

contender hand(two_sides const& given) {
  return {"hand", [&given, join = hand_join{}]() mutable {
            std::uint64_t rows = 0, products = 0;
            for (std::size_t at = 0; at != given.lefts.size(); at += given.blocks_per_batch) {
              auto const matches =
                  join.join(std::span{given.lefts}.subspan(at, given.blocks_per_batch),
                            std::span{given.rights}.subspan(at, given.blocks_per_batch));
              rows += matches.size();
              for (auto const& [key, both] : matches) products += both.first * both.second;
            }
            given.check(rows, products);
          }};
}

class joined_stream {
 public:
  explicit joined_stream(two_sides const& given, std::size_t parallelism = 1)
      : given_{given}, stream_{stepped_options(parallelism), [&](auto const& indices) {
                                 side(indices, given.lefts)
                                     .join(side(indices, given.rights))
                                     .foreach_rdd([this](auto const& matches) { take(matches); });
                               }} {}
  void run() {
    all_ = {};
    stream_.run(static_cast<std::uint32_t>(given_.lefts.size()), given_.blocks_per_batch);
    given_.check(all_.rows, all_.products);
  }

 private:
  static auto side(auto const& indices, std::vector<record_block> const& blocks) {
    return indices.template flat_map<record>([&blocks](std::uint32_t at, auto&& emit) {
      for (auto const& one : blocks[at]) emit(one);
    });
  }
  struct sums {
    std::uint64_t rows = 0;
    std::uint64_t products = 0;
  };
  // Partitions are added up on their own, at the same time.
  void take(auto const& matches) {
    auto const one = [](joined const& match) {
      return sums{1, match.second.first * match.second.second};
    };
    auto const merge = [](sums a, sums b) {
      return sums{a.rows + b.rows, a.products + b.products};
    };
    all_ = merge(all_, matches.map(one).reduce(merge));
  }

  two_sides const& given_;
  sums all_;
  block_stream stream_;
};

void compare(report& results, two_sides const& given) {
  joined_stream one{given};
  joined_stream two{given, 2};
  experiment work;
  work.records = 2 * given.lefts.size() * keys_per_block;
  work.bytes = work.records * sizeof(record);
  work.contenders = {
      hand(given), {"join", [&] { one.run(); }}, {"join, two workers", [&] { two.run(); }}};
  work.comparisons = {{"join", "hand", 0.30}, {"join, two workers", "hand", {}, by::busiest}};
  results.interleave(work);
  results.note("each batch: " + std::to_string(given.blocks_per_batch * keys_per_block) +
               " records on either side, " +
               std::to_string(given.rows / (given.lefts.size() / given.blocks_per_batch)) +
               " matches");
}

void few_keys(report& results) {
  auto const quick = results.how().quick;
  compare(results, two_sides{quick ? 2U : 8U, quick ? 1U : 4U, 16'000, 16'000});
}

void many_keys(report& results) {
  auto const quick = results.how().quick;
  auto const keys = quick ? 32'000U : 500'000U;
  compare(results, two_sides{quick ? 2U : 4U, quick ? 2U : 32U, keys, keys});
}

}  // namespace

}  // namespace bench

int main(int argc, char** argv) {
  return bench::run_program(
      argc, argv,
      {{"stream_join", "two streams joined batch by batch against a hash join, 16,000 keys",
        bench::few_keys},
       {"stream_join_500k", "the same with 500,000 keys (32,000 with --quick)", bench::many_keys}});
}
