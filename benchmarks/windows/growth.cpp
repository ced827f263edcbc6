// Windows that grow while the records stay the same. A record is a key with 1; there are few keys,
// so that what is emitted does not hide what is computed.

#include <chrono>
#include <memory>

#include "cases.hpp"
#include "hand.hpp"
#include "harness/block_stream.hpp"
#include "harness/keys.hpp"

namespace bench {

namespace {

constexpr std::uint64_t keys = 1'000;
constexpr std::uint32_t blocks_per_batch = 4;

/// What a window must give: a key's weight times its count, summed; each window has every key.
struct window_sums {
  std::uint64_t records = 0;
  std::uint64_t checksum = 0;
  bool operator==(window_sums const&) const = default;
};

struct windowed_keys {
  explicit windowed_keys(std::size_t batches)
      : blocks{make_keys(batches * blocks_per_batch, keys)}, of_batch(batches) {
    for (std::size_t b = 0; b != blocks.size(); ++b)
      for (auto key : blocks[b]) {
        ++of_batch[b / blocks_per_batch].records;
        of_batch[b / blocks_per_batch].checksum += key;
      }
  }
  std::uint64_t records() const { return blocks.size() * keys_per_block; }
  /// The sums of a full window that ends with a batch; the batches go round and round.
  window_sums expected(std::size_t newest, std::size_t length) const {
    window_sums sums;
    auto const n = of_batch.size();
    for (std::size_t age = 0; age != length; ++age) {
      auto const& one = of_batch[(newest + length * n - age) % n];
      sums.records += one.records;
      sums.checksum += one.checksum;
    }
    return sums;
  }
  /// How often all batches must pass until a window is full.
  std::size_t passes_to_fill(std::size_t length) const {
    return (length + of_batch.size() - 1) / of_batch.size();
  }

  std::vector<key_block> blocks;
  std::vector<window_sums> of_batch;
};

template <class Rows>
void check_window(windowed_keys const& given, std::size_t newest, std::size_t length,
                  Rows const& for_each) {
  std::uint64_t rows = 0;
  window_sums found;
  for_each([&](std::pair<std::uint64_t, long> const& pair) {
    ++rows;
    found.records += static_cast<std::uint64_t>(pair.second);
    found.checksum += pair.first * static_cast<std::uint64_t>(pair.second);
  });
  auto const should = given.expected(newest, length);
  expect("the number of keys in a window", keys, rows);
  expect("the number of records in a window", should.records, found.records);
  expect("the checksum of a window", should.checksum, found.checksum);
}

/// What the windows of a stream are.
struct shape {
  std::vector<std::size_t> lengths;
  std::size_t slide = 1;
  bool inverse = true;
  bool shared = false;  ///< the windows are declared on batches that are reduced by key first
};

class hand_windows {
 public:
  hand_windows(windowed_keys const& given, shape const& form) : given_{given}, form_{form} {
    for (auto length : form_.lengths) windows_.emplace_back(length);
    for (std::size_t i = 0; i != given.passes_to_fill(form_.lengths.back()); ++i) run_to(false);
  }
  void run() { run_to(true); }

 private:
  void run_to(bool check) {
    for (std::size_t b = 0; b != given_.blocks.size(); ++b) {
      for (auto key : given_.blocks[b]) counts_.count(key);
      if ((b + 1) % blocks_per_batch != 0) continue;
      auto const pane = std::make_shared<hand_counts<std::uint64_t>::pairs const>(counts_.take());
      auto const due = ++batches_ % form_.slide == 0;
      for (std::size_t w = 0; w != windows_.size(); ++w) {
        windows_[w].slide(pane);
        if (!check || !due) continue;
        auto const rows = windows_[w].template result<std::uint64_t>();
        check_window(given_, batches_ - 1, form_.lengths[w], [&](auto&& f) {
          for (auto const& row : rows) f(row);
        });
      }
    }
  }

  windowed_keys const& given_;
  shape form_;
  std::size_t batches_ = 0;
  hand_counts<std::uint64_t> counts_;
  std::vector<hand_window<std::uint64_t>> windows_;
};

class window_streams {
 public:
  window_streams(windowed_keys const& given, shape const& form)
      : given_{given}, form_{form}, stream_{stepped_options(1), [&](auto const& batches) {
                                              build(batches);
                                            }} {
    for (std::size_t i = 0; i != given.passes_to_fill(form_.lengths.back()); ++i) pass();
    full_ = true;
  }
  void run() {
    auto const before = windows_;
    pass();
    expect("the number of windows", given_.of_batch.size() / form_.slide * form_.lengths.size(),
           windows_ - before);
  }

 private:
  void build(auto const& batches) {
    batches.foreach_rdd([this](auto const&, sluice::batch_time time) {
      if (!first_) first_ = time;
    });
    auto const ones = batches.template flat_map<std::pair<std::uint64_t, long>>(
        [&given = given_](std::uint32_t at, auto&& emit) {
          for (auto key : given.blocks[at]) emit(std::pair{key, 1L});
        });
    if (form_.shared)
      open_windows(ones.reduce_by_key(std::plus<>{}));
    else
      open_windows(ones);
  }
  void open_windows(auto const& ones) {
    auto const slide = form_.slide * step;
    for (auto length : form_.lengths) {
      auto const check = [this, length](auto const& rows, sluice::batch_time time) {
        take(rows, time, length);
      };
      if (form_.inverse)
        ones.reduce_by_key_and_window(std::plus<>{}, std::minus<>{}, length * step, slide)
            .foreach_rdd(check);
      else
        ones.reduce_by_key_and_window(std::plus<>{}, length * step, slide).foreach_rdd(check);
    }
  }
  void take(auto const& rows, sluice::batch_time time, std::size_t length) {
    ++windows_;
    if (full_)
      check_window(given_, static_cast<std::size_t>((time - *first_) / step), length,
                   [&](auto&& f) { rows.foreach (f); });
  }
  void pass() { stream_.run(static_cast<std::uint32_t>(given_.blocks.size()), blocks_per_batch); }

  windowed_keys const& given_;
  shape form_;
  bool full_ = false;
  std::size_t windows_ = 0;
  std::optional<sluice::batch_time> first_;
  block_stream stream_;
};

/// Contenders over the same keys, kept alive as long as the experiment.
class field {
 public:
  explicit field(report& results)
      : passes_{results.how().quick ? 1U : 5U}, given_{results.how().quick ? 20U : 100U} {
    work.records = passes_ * given_.records();
    work.bytes = work.records * sizeof(std::uint64_t);
  }
  void add_hand(std::string name, shape const& form) { add(hands_, std::move(name), form); }
  void add_stream(std::string name, shape const& form) { add(streams_, std::move(name), form); }

  experiment work;

 private:
  template <class Contenders>
  void add(Contenders& all, std::string name, shape const& form) {
    using one = typename Contenders::value_type::element_type;
    auto& made = *all.emplace_back(std::make_unique<one>(given_, form));
    work.contenders.push_back({std::move(name), [this, &made] {
                                 for (std::size_t i = 0; i != passes_; ++i) made.run();
                               }});
  }

  std::size_t passes_;  ///< of all batches in one run
  windowed_keys given_;
  std::vector<std::unique_ptr<hand_windows>> hands_;
  std::vector<std::unique_ptr<window_streams>> streams_;
};

void note_records(report& results) {
  results.note("1,000 keys at random, batches of " +
               std::to_string(blocks_per_batch * keys_per_block) + " records");
}

}  // namespace

void window_length(report& results) {
  field all{results};
  all.add_hand("hand, 10 batches", {{10}});
  all.add_hand("hand, 100 batches", {{100}});
  all.add_stream("inverse, 10 batches", {{10}});
  all.add_stream("inverse, 100 batches", {{100}});
  all.add_stream("no inverse, 10 batches", {{10}, 1, false});
  all.add_stream("no inverse, 100 batches", {{100}, 1, false});
  all.work.comparisons = {{"inverse, 100 batches", "hand, 100 batches"},
                          {"no inverse, 100 batches", "hand, 100 batches"}};
  all.work.growths = {{"inverse, 100 batches", "inverse, 10 batches", 1.05},
                      {"no inverse, 100 batches", "no inverse, 10 batches", 1.3},
                      {"hand, 100 batches", "hand, 10 batches"}};
  results.interleave(all.work);
  note_records(results);
}

void window_slide(report& results) {
  field all{results};
  all.add_hand("hand, slide 10", {{100}, 10});
  all.add_hand("hand, slide 1", {{100}, 1});
  all.add_stream("inverse, slide 10", {{100}, 10});
  all.add_stream("inverse, slide 1", {{100}, 1});
  all.add_stream("no inverse, slide 10", {{100}, 10, false});
  all.add_stream("no inverse, slide 1", {{100}, 1, false});
  all.work.comparisons = {{"inverse, slide 1", "hand, slide 1"},
                          {"no inverse, slide 1", "hand, slide 1"}};
  all.work.growths = {{"inverse, slide 1", "inverse, slide 10", 1.1},
                      {"no inverse, slide 1", "no inverse, slide 10", 1.1},
                      {"hand, slide 1", "hand, slide 10"}};
  results.interleave(all.work);
  note_records(results);
  results.note("a window of 100 batches, emitted with every batch and with every tenth");
}

void window_concurrent(report& results) {
  std::vector<std::size_t> const ten{10, 20, 30, 40, 50, 60, 70, 80, 90, 100};
  field all{results};
  all.add_hand("hand, 1 window", {{100}});
  all.add_hand("hand, 10 windows", {ten});
  all.add_stream("1 window", {{100}});
  all.add_stream("10 windows", {ten});
  all.add_stream("1 window, reduced first", {{100}, 1, true, true});
  all.add_stream("10 windows, reduced first", {ten, 1, true, true});
  all.work.comparisons = {{"1 window", "hand, 1 window"}, {"10 windows", "hand, 10 windows"}};
  all.work.growths = {{"10 windows", "1 window", 3.0},
                      {"10 windows, reduced first", "1 window, reduced first", 3.0},
                      {"hand, 10 windows", "hand, 1 window"}};
  results.interleave(all.work);
  note_records(results);
  results.note(
      "windows of 10, 20, ... 100 batches on one stream, each emitted with every batch; "
      "`reduced first`: they are declared on what reduce_by_key gives");
}

}  // namespace bench
