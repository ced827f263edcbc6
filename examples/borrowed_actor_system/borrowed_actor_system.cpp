// A program that has actors already: the stream runs on the host's own actor system, next to the
// host's actors, and sends them what it finds.

#include <algorithm>
#include <caf/all.hpp>
#include <functional>
#include <iostream>
#include <sluice/actors/interop.hpp>
#include <sluice/sluice.hpp>

namespace {

using tell_atom = caf::atom_constant<caf::atom("tell")>;

/// An actor of the host: keeps the highest level that it was sent.
caf::behavior gauge(caf::stateful_actor<long>* self, long lowest) {
  self->state = lowest;
  return {
      [=](long level) { self->state = std::max(self->state, level); },
      [=](tell_atom) { return self->state; },
  };
}

}  // namespace

int main() {
  caf::actor_system_config config;
  // Actors take turns after so many messages; CAF's own default lets a busy one keep its thread.
  config.set("scheduler.max-throughput", std::size_t{50});
  caf::actor_system host{config};
  auto const highest = host.spawn(gauge, 0L);

  {
    sluice::streaming_context ssc{{.app_name = "borrowed"}, sluice::borrowed(host)};
    ssc.queue_stream<long>({{3, 8, 5}, {12, 1}, {7}})
        .reduce([](long a, long b) { return std::max(a, b); })
        .foreach_rdd([highest](sluice::rdd<long> const& levels) {
          for (auto level : levels.collect()) caf::anon_send(highest, level);
        });
    ssc.start();
    ssc.run_until_idle();
  }  // the context has ended and left nothing behind; the host's actors live on

  caf::scoped_actor self{host};
  self->request(highest, caf::infinite, tell_atom::value)
      .receive([](long level) { std::cout << "the highest level was " << level << '\n'; },
               [&](caf::error const& failed) { std::cout << host.render(failed) << '\n'; });
  self->send_exit(highest, caf::exit_reason::user_shutdown);
}
