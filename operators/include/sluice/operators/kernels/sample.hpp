/// The writer of `sample`: a random part of each partition.
#pragma once

#include <boost/random/mersenne_twister.hpp>
#include <boost/random/poisson_distribution.hpp>
#include <boost/random/uniform_01.hpp>
#include <sluice/operators/kernels/prototype.hpp>
#include <sluice/operators/owned.hpp>

namespace sluice::kernels {

/// @throws usage_error
void check_fraction(bool with_replacement, double fraction);

/// Seeded by the sample's seed and the partition's index, so that a job repeats itself.
template <class Pipe>
class sample_writer final : public edge_writer {
 public:
  sample_writer(Pipe pipe, bool with_replacement, double fraction, std::uint64_t seed)
      : pipe_{std::move(pipe)}, again_{with_replacement}, fraction_{fraction}, seed_{seed} {}
  void bind(std::size_t partition_index) { partition_index_ = partition_index; }

  void write(partition const& in, std::span<partition> buckets) override {
    boost::random::mt19937_64 random{seed_ + 0x9e3779b97f4a7c15U * (partition_index_ + 1)};
    std::vector<owned_t<typename Pipe::value>> taken;
    for_each_record<typename Pipe::source>(in, [&](auto const& record) {
      pipe_(record, [&](auto&& x) {
        for (auto n = times(random); n != 0; --n) taken.push_back(to_owned(x));
      });
    });
    if (!taken.empty()) buckets[0].chunks.push_back(make_chunk(std::move(taken)));
  }

 private:
  unsigned times(boost::random::mt19937_64& random) const {
    if (fraction_ <= 0) return 0;
    if (again_) return boost::random::poisson_distribution<unsigned, double>{fraction_}(random);
    return boost::random::uniform_01<double>{}(random) < fraction_ ? 1 : 0;
  }

  Pipe pipe_;
  bool again_;
  double fraction_;
  std::uint64_t seed_;
  std::size_t partition_index_ = 0;
};

}  // namespace sluice::kernels
