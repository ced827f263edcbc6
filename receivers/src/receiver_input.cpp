#include <sluice/receivers/receiver_input.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <sluice/operators/error.hpp>
#include <sluice/supervision/world.hpp>
#include <thread>

#include "backoff_timer.hpp"
#include "overflow_buffer.hpp"
#include "versioned.hpp"

namespace sluice::detail {
namespace {

std::string what_of(std::exception_ptr const& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (std::exception const& e) {
    return e.what();
  } catch (...) {
    return "an exception that is not a std::exception";
  }
}

bool is_receiver_stopped(std::exception_ptr const& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (receiver_stopped const&) {
    return true;
  } catch (...) {
    return false;
  }
}

/// A position, for the process after.
struct saved_position {
  std::optional<std::uint64_t> at;
  std::uint64_t behind = 0;
};

// The first byte of it; raise it whenever the struct changes.
constexpr std::uint8_t position_version = 1;

/// Starts, restarts and ends a receiver.
///
/// The thread runs `on_start` and nothing else. It is joined when it has said that it is done, so
/// that the host waits for it only in `stop`.
class receiver_runner final : public input, public std::enable_shared_from_this<receiver_runner> {
 public:
  receiver_runner(receiver_calls calls, std::shared_ptr<receiver_core> core, chunk_splitter split,
                  partition_codec const* codec, receiver_options how)
      : calls_{std::move(calls)},
        core_{std::move(core)},
        split_{split},
        codec_{codec},
        how_{std::move(how)} {
    if (!calls_.on_start)
      throw usage_error{describe() + ": the receiver is a null pointer; give a receiver"};
    check_backoff(describe(), how_.backoff);
    check_overflow(describe(), {how_.overflow, how_.spill}, codec);
    if (how_.restart_delay.count() < 0) {
      throw usage_error{describe() + ": restart_delay is " +
                        std::to_string(how_.restart_delay.count()) + " ms; give 0 or more"};
    }
  }
  ~receiver_runner() override { stop(); }

  std::string_view kind() const override { return "receiver"; }
  std::string describe() const override {
    return how_.name.empty() ? "receiver" : "receiver " + how_.name;
  }

  void start(std::shared_ptr<input_host> host) override {
    host_ = std::move(host);
    auto& outside = host_->outside();
    backoff_.emplace(how_.backoff, outside.random("receiver"));
    auto wake = [weak = weak_from_this()] {
      if (auto const self = weak.lock()) self->woken();
    };
    core_->attach(host_, describe(), std::move(wake), {how_.overflow, how_.spill}, codec_);
    begin();
  }

  input_status status(bool) override {
    auto now = core_->status();
    // Until `on_start` has returned, it may still store what it holds.
    if (phase_ == phase::ending) now.idle = false;
    return now;
  }
  input_cut cut(batch_ref const& batch, std::uint64_t max_records) override {
    auto result = core_->cut(batch.id, max_records, split_);
    result.after = status(false);
    return result;
  }
  void committed(batch_id batch) override {
    core_->committed(batch);
    // What was on disk may be back.
    if (how_.overflow == overflow::spill && host_) host_->changed();
  }

  input_recovery recovery() const override {
    return how_.logged ? input_recovery::log : input_recovery::none;
  }
  delivery guarantee() const override {
    auto const keeps_all = how_.replayable && how_.logged && !drops_records(how_.overflow);
    return keeps_all ? delivery::exactly_once : delivery::at_most_once;
  }
  intake_rules intake() const override { return {how_.overflow, how_.max_rate, true}; }
  std::string position() const override {
    auto [at, behind] = core_->where_cut_ends();
    // Another source does not have again what it gave behind its position.
    if (!how_.replayable) behind = 0;
    return at || behind > 0 ? versioned(position_version, saved_position{at, behind})
                            : std::string{};
  }
  void go_on_from(std::string_view position) override {
    auto const [at, behind] = from_versioned<saved_position>(position_version, position, describe(),
                                                             "the saved position");
    core_->go_on_behind({at, how_.replayable ? behind : 0});
  }

  void drain() override {
    final_ = true;
    end(receiver_request::stop, "drained");
    host_->changed();
  }

  void stop() override {
    if (!host_) return;
    final_ = true;
    end(receiver_request::stop, "stopped");
    if (thread_.joinable()) thread_.join();
    core_->close();
    if (phase_ != phase::ended) finish(reason_);
    core_->detach();
    host_.reset();
  }

  std::map<std::string, std::uint64_t> counters() const override {
    auto counters = std::map<std::string, std::uint64_t>{{"records", 0},
                                                         {"restarts", restarts_},
                                                         {"failed_starts", failed_starts_},
                                                         {"errors_reported", errors_reported_},
                                                         {"dropped_reports", dropped_reports_}};
    core_->count(counters);
    return counters;
  }

 private:
  enum class phase { waiting, running, ending, ended };

  void begin() {
    phase_ = phase::running;
    core_->open();
    report(starts_++ == 0 ? receiver_event::type::started : receiver_event::type::restarted,
           std::exchange(reason_, {}));
    in_start_ = true;
    if (host_->outside().simulated()) return call_on_start(calls_.on_start, *core_);
    thread_ =
        std::thread{[on_start = calls_.on_start, core = core_] { call_on_start(on_start, *core); }};
  }

  static void call_on_start(std::function<void()> const& on_start, receiver_core& core) {
    auto thrown = std::exception_ptr{};
    try {
      on_start();
    } catch (...) {
      thrown = std::current_exception();
    }
    core.start_returned(std::move(thrown));
  }

  void woken() {
    if (!host_) return;
    auto const news = core_->take_news();
    for (auto const& reason : news.errors) report_error(reason);
    if (news.overflow) report(receiver_event::type::error, *news.overflow);
    dropped_reports_ += news.errors_dropped;
    if (news.stored_any) backoff_->reset();
    if (news.start_returned) start_returned(news.thrown);
    if (news.request) end(news.request->first, news.request->second);
    if (news.open_block != 0) seal_later(news.open_block);
    host_->changed();
  }

  void start_returned(std::exception_ptr const& thrown) {
    if (thread_.joinable()) thread_.join();
    in_start_ = false;
    auto const failed = thrown && !is_receiver_stopped(thrown);
    if (failed) {
      ++failed_starts_;
      report_error("on_start threw: " + what_of(thrown));
    }
    if (phase_ == phase::ending) return ended();
    if (!failed) return;
    delay_ = backoff_->next();
    end(receiver_request::restart, "after on_start threw");
  }

  void end(receiver_request how, std::string const& reason) {
    auto const is_final = how == receiver_request::stop;
    if (is_final) final_ = true;
    // A restart that waits for its time only has to be called off.
    if (phase_ == phase::waiting) return is_final ? finish(reason) : void();
    if (phase_ == phase::ended) return;
    if (is_final || phase_ == phase::running) reason_ = reason;
    if (phase_ == phase::ending) return;
    phase_ = phase::ending;
    core_->begin_ending();
    try {
      calls_.on_stop();
    } catch (...) {
      report_error("on_stop threw: " + what_of(std::current_exception()));
    }
    if (!in_start_) ended();
  }

  // Nothing of this start runs any more.
  void ended() {
    core_->close();
    if (final_) return finish(reason_);
    phase_ = phase::waiting;
    ++restarts_;
    auto const delay = std::exchange(delay_, std::nullopt).value_or(how_.restart_delay);
    host_->after(delay, [weak = weak_from_this()] {
      auto const self = weak.lock();
      if (self && self->phase_ == phase::waiting) self->begin();
    });
  }

  void finish(std::string const& reason) {
    phase_ = phase::ended;
    report(receiver_event::type::stopped, reason);
  }

  // One timer at a time: with a block open that is younger than the timer, it is set again.
  void seal_later(std::uint64_t open_block) {
    auto const now = host_->outside().clock().monotonic();
    if (open_block != open_block_) {
      open_block_ = open_block;
      open_since_ = now;
    }
    auto const interval = host_->block_interval();
    if (timer_set_ || interval.count() <= 0) return;
    timer_set_ = true;
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(open_since_ + interval - now);
    host_->after(std::max(left, std::chrono::milliseconds{1}), [weak = weak_from_this()] {
      if (auto const self = weak.lock()) self->block_interval_over();
    });
  }

  void block_interval_over() {
    timer_set_ = false;
    if (!host_) return;
    auto const age = host_->outside().clock().monotonic() - open_since_;
    if (age >= host_->block_interval()) core_->seal(open_block_);
    woken();
  }

  void report_error(std::string const& reason) {
    ++errors_reported_;
    report(receiver_event::type::error, reason);
  }
  void report(receiver_event::type what, std::string reason) {
    host_->report({what, std::move(reason)});
  }

  receiver_calls const calls_;
  std::shared_ptr<receiver_core> const core_;
  chunk_splitter const split_;
  partition_codec const* const codec_;
  receiver_options const how_;

  std::shared_ptr<input_host> host_;
  std::optional<backoff_timer> backoff_;
  std::thread thread_;
  phase phase_ = phase::waiting;
  bool in_start_ = false;  // `on_start` has not told that it returned
  bool final_ = false;
  std::string reason_;
  std::optional<std::chrono::milliseconds> delay_;

  std::uint64_t open_block_ = 0;
  std::chrono::nanoseconds open_since_{};
  bool timer_set_ = false;

  std::uint64_t starts_ = 0;
  std::uint64_t restarts_ = 0;
  std::uint64_t failed_starts_ = 0;
  std::uint64_t errors_reported_ = 0;
  std::uint64_t dropped_reports_ = 0;
};

}  // namespace

std::shared_ptr<input> make_receiver_input(receiver_calls calls,
                                           std::shared_ptr<receiver_core> core,
                                           chunk_splitter split, partition_codec const* codec,
                                           receiver_options how) {
  return std::make_shared<receiver_runner>(std::move(calls), std::move(core), split, codec,
                                           std::move(how));
}

}  // namespace sluice::detail
