#include <sluice/operators/kernels/raw_window.hpp>
#include <sluice/operators/ops/window_ops.hpp>
#include <sluice/operators/partition_codec.hpp>

namespace sluice::kernels {

namespace {

// How many multiples of `step` after `zero` lie at or before `t`.
std::int64_t steps_until(batch_time t, batch_time zero, duration step) {
  auto const elapsed = t - zero;
  auto const floor = elapsed / step;
  return elapsed < duration{0} && elapsed % step != duration{0} ? floor - 1 : floor;
}

}  // namespace

bool slide_clock::due(batch_context const& now) const {
  if (slide_ == duration{0}) return true;
  return steps_until(now.batch.time, now.zero, slide_) !=
         steps_until(last_.value_or(now.zero), now.zero, slide_);
}

std::uint64_t window_schema(std::uint64_t form, window_panes const& panes,
                            slide_clock const& clock) {
  for (auto time : {panes.length(), clock.slide()})
    form = detail::mix_word(form, static_cast<std::uint64_t>(time.count()));
  return form;
}

window_task::window_task(duration length, duration slide, partition_codec const* codec)
    : panes_{length}, clock_{slide} {
  if (!codec) return;
  constexpr auto form = detail::fingerprint_of("window", 1U);
  auto made = std::make_unique<saved_parts>(
      window_schema(detail::mix_word(form, codec->fingerprint), panes_, clock_));
  made->add(save_clock(clock_));
  made->add(save_panes(panes_, *codec));
  saved_ = std::move(made);
}

partition window_task::run(batch_context const& now, std::span<partition const> inputs) {
  now_ = now;
  if (!inputs[0].absent) panes_.add(now, inputs[0]);
  partition out;
  out.absent = !clock_.due(now);
  if (out.absent) return out;
  auto const gone = panes_.gone(now);
  for (auto const& p : panes_.all())
    if (p.time > gone) out.append(p.records);
  out.absent = false;
  return out;
}

void window_task::keep() {
  panes_.keep(panes_.gone(now_));
  clock_.passed(now_);
}

std::shared_ptr<kernel const> make_window_kernel(duration length, duration slide,
                                                 partition_codec const* codec) {
  return make_kernel_by(
      [=](std::size_t) { return std::make_unique<window_task>(length, slide, codec); });
}

}  // namespace sluice::kernels

namespace sluice::detail {

namespace {

void check_multiple(char const* kind, char const* what, duration value, duration slide) {
  auto const us = std::to_string(value.count()) + " us";
  if (value <= duration{0})
    throw usage_error{std::string{kind} + ": a " + what + " is " + us + "; it must be positive"};
  if (slide != duration{0} && value % slide != duration{0})
    throw usage_error{std::string{kind} + ": a " + what + " of " + us +
                      " is no multiple of the parent's slide of " + std::to_string(slide.count()) +
                      " us"};
}

}  // namespace

void ask_for_checkpoints(graph& owner, node const& of, duration interval) {
  auto const slide = of.slide != duration{0} ? of.slide : owner.interval().value_or(duration{0});
  check_multiple("checkpoint", "checkpoint interval", interval, slide);
  owner.ask_for_checkpoints(interval);
}

window_times check_window(char const* kind, graph const& owner, node const& parent, duration length,
                          std::optional<duration> slide) {
  auto const step =
      parent.slide != duration{0} ? parent.slide : owner.interval().value_or(duration{0});
  check_multiple(kind, "length", length, step);
  if (slide) check_multiple(kind, "slide", *slide, step);
  auto const own = slide && *slide != step;
  return {length, slide.value_or(parent.slide), own ? slide : std::nullopt};
}

}  // namespace sluice::detail
