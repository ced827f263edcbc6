#include <sluice/actors/trigger.hpp>
#include <sluice/operators/error.hpp>
#include <string>

namespace sluice {

trigger every(duration interval) {
  if (interval <= duration{0})
    throw usage_error{"every: an interval of " + std::to_string(interval.count()) +
                      " us; it must be positive"};
  trigger t;
  t.what = trigger::kind::every;
  t.interval = interval;
  return t;
}

trigger on_demand(std::uint64_t max_batch_records, duration linger) {
  return on_demand({max_batch_records, linger, duration{0}});
}

trigger on_demand(demand how) {
  if (how.max_batch_records == 0)
    throw usage_error{"on_demand: max_batch_records is 0; a batch must be able to hold a record"};
  auto const not_negative = [](char const* what, duration d) {
    if (d < duration{0})
      throw usage_error{std::string{"on_demand: a "} + what + " of " + std::to_string(d.count()) +
                        " us; it must not be negative"};
  };
  not_negative("linger", how.linger);
  not_negative("target", how.target);
  trigger t;
  t.what = trigger::kind::on_demand;
  t.max_records = how.max_batch_records;
  t.linger = how.linger;
  t.target = how.target;
  return t;
}

trigger size(std::uint64_t records) {
  if (records == 0) throw usage_error{"size: 0 records; a batch must hold at least one"};
  trigger t;
  t.what = trigger::kind::size;
  t.max_records = records;
  return t;
}

trigger available_now() {
  trigger t;
  t.what = trigger::kind::available_now;
  return t;
}

trigger once() {
  trigger t;
  t.what = trigger::kind::once;
  return t;
}

}  // namespace sluice
