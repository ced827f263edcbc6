/// The writer of `sample`: a random part of each partition.
#pragma once

#include <cstdint>
#include <memory>
#include <sluice/operators/kernels/prototype.hpp>
#include <sluice/operators/owned.hpp>

namespace sluice::kernels {

/// @throws usage_error
void check_fraction(bool with_replacement, double fraction);

/// Draws how often each record of a partition is taken.
class sampler {
 public:
  virtual ~sampler() = default;
  virtual unsigned times() = 0;
};

/// Seeded by the sample's seed and the partition's index, so that a job repeats itself.
std::unique_ptr<sampler> make_sampler(bool with_replacement, double fraction, std::uint64_t seed,
                                      std::size_t partition_index);

template <class Pipe>
class sample_writer final : public edge_writer {
 public:
  sample_writer(Pipe pipe, bool with_replacement, double fraction, std::uint64_t seed)
      : pipe_{std::move(pipe)}, again_{with_replacement}, fraction_{fraction}, seed_{seed} {}
  void bind(std::size_t partition_index) { partition_index_ = partition_index; }

  void write(partition const& in, std::span<partition> buckets) override {
    auto const drawn = make_sampler(again_, fraction_, seed_, partition_index_);
    std::vector<owned_t<typename Pipe::value>> taken;
    run_pipe(pipe_, in, [&](auto&& x) {
      for (auto n = drawn->times(); n != 0; --n) taken.push_back(to_owned(x));
    });
    if (!taken.empty()) buckets[0].chunks.push_back(make_chunk(std::move(taken)));
  }

 private:
  Pipe pipe_;
  bool again_;
  double fraction_;
  std::uint64_t seed_;
  std::size_t partition_index_ = 0;
};

}  // namespace sluice::kernels
