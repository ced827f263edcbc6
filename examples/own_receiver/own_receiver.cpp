// A source of one's own: a receiver stores records, and the stream cuts them into batches.

#include <functional>
#include <future>
#include <iostream>
#include <sluice/sluice.hpp>

namespace {

/// Stores the numbers from 1 to a last one.
class counting_receiver final : public sluice::receiver<int> {
 public:
  explicit counting_receiver(int last) : last_{last} {}

  // Runs on a thread of its own. `store` waits while the stream has no room, so that a source that
  // can wait needs no further care.
  void on_start(sluice::receiver_handle<int>& handle) override {
    for (int n = 1; n <= last_ && !handle.stopped(); ++n) handle.store(n);
    handle.stop("counted to " + std::to_string(last_));
  }
  // on_start returns by itself once the handle is stopped; there is nothing else to end.
  void on_stop() override {}

 private:
  int last_;
};

/// Ends the program's wait when the receiver has stored everything.
class end_of_input final : public sluice::streaming_listener {
 public:
  void on_receiver_stopped(sluice::receiver_info const& receiver) override {
    ended_.set_value(receiver.message);
  }
  std::string wait() { return ended_.get_future().get(); }

 private:
  std::promise<std::string> ended_;
};

}  // namespace

int main() {
  // A batch for every 400 numbers; the last one, of a drain, has what is left.
  sluice::streaming_context ssc{{.app_name = "own-receiver", .trigger = sluice::size(400)}};
  auto const sums = std::make_shared<sluice::collected<long>>();
  ssc.receiver_stream(std::make_unique<counting_receiver>(1'000))
      .map([](int n) { return long{n}; })
      .reduce(std::plus<>{})
      .collect_into(sums);
  auto const input = std::make_shared<end_of_input>();
  ssc.add_listener(input);

  ssc.start();
  std::cout << "the receiver has " << input->wait() << '\n';
  ssc.stop(sluice::stop_mode::drain);

  for (auto const& batch : sums->batches()) std::cout << "sum " << sluice::show(batch) << '\n';
}
