#include <boost/random/mersenne_twister.hpp>
#include <boost/random/poisson_distribution.hpp>
#include <boost/random/uniform_01.hpp>
#include <sluice/operators/error.hpp>
#include <sluice/operators/kernels/sample.hpp>
#include <string>

namespace sluice::kernels {
namespace {

using engine = boost::random::mt19937_64;

class never final : public sampler {
 public:
  unsigned times() override { return 0; }
};

class once_or_not final : public sampler {
 public:
  once_or_not(engine const& random, double fraction) : random_{random}, fraction_{fraction} {}
  unsigned times() override {
    return boost::random::uniform_01<double>{}(random_) < fraction_ ? 1 : 0;
  }

 private:
  engine random_;
  double fraction_;
};

class again_and_again final : public sampler {
 public:
  again_and_again(engine const& random, double fraction) : random_{random}, times_{fraction} {}
  unsigned times() override { return times_(random_); }

 private:
  engine random_;
  boost::random::poisson_distribution<unsigned, double> times_;
};

}  // namespace

void check_fraction(bool with_replacement, double fraction) {
  auto const highest = with_replacement ? 1e6 : 1.0;
  if (fraction >= 0 && fraction <= highest) return;
  throw usage_error{"sample: a fraction of " + std::to_string(fraction) + " is not between 0 and " +
                    (with_replacement ? "1000000" : "1")};
}

std::unique_ptr<sampler> make_sampler(bool with_replacement, double fraction, std::uint64_t seed,
                                      std::size_t partition_index) {
  if (fraction <= 0) return std::make_unique<never>();
  engine const random{seed + 0x9e3779b97f4a7c15U * (partition_index + 1)};
  if (with_replacement) return std::make_unique<again_and_again>(random, fraction);
  return std::make_unique<once_or_not>(random, fraction);
}

}  // namespace sluice::kernels
