#include <algorithm>
#include <sluice/testkit/experiment.hpp>

namespace sluice::testkit {

// A failure is kept if any run of the smaller script fails, for whatever reason: what is left then
// is a failure as well, and an easier one.
bool experiment::fails(fault_script const& script, reduced_failure& best) {
  if (best.runs >= options_.max_reductions) return false;
  ++best.runs;
  auto result = run(best.seed, schedule::fifo, script, ~std::uint64_t{0}, false);
  if (!result.failure) return false;
  best.script = script;
  best.failure = *result.failure;
  best.steps = std::move(result.steps);
  return true;
}

reduced_failure experiment::reduce(run_result const& failed) {
  reduced_failure best{failed.seed,
                       failed.script,
                       options_.max_batches,
                       failed.failure.value_or("nothing has failed"),
                       0,
                       failed.steps};
  auto const full = options_.max_batches;
  auto const wanted = expected_;
  // Of all lines the turns are the most, and often none of them matters.
  auto without_turns = failed.script;
  std::erase_if(without_turns.faults,
                [](fault const& f) { return f.action.what == fault_kind::hold; });
  if (!fails(without_turns, best) && !fails(failed.script, best)) {
    best.failure += " (the script does not repeat it: seed " + std::to_string(failed.seed) +
                    " with schedule " + to_string(failed.how) + " does)";
    return best;
  }
  for (std::size_t before = ~std::size_t{0}; best.script.faults.size() < before;) {
    before = best.script.faults.size();
    drop_lines(best);
    shorten(best, failed.longest_input);
  }
  drop_pairs(best);
  lessen_holds(best);
  options_.max_batches = full;
  expected_ = wanted;
  return best;
}

// Zeller, Hildebrandt, "Simplifying and isolating failure-inducing input", 2002: parts of the
// lines are left out, large ones first.
void experiment::drop_lines(reduced_failure& best) {
  for (auto part = std::max<std::size_t>(1, best.script.faults.size() / 2); part != 0;) {
    bool dropped = false;
    for (std::size_t from = 0; from < best.script.faults.size();) {
      auto smaller = best.script;
      auto const begin = smaller.faults.begin() + static_cast<std::ptrdiff_t>(from);
      auto const n = std::min(part, smaller.faults.size() - from);
      smaller.faults.erase(begin, begin + static_cast<std::ptrdiff_t>(n));
      if (fails(smaller, best))
        dropped = true;
      else
        from += n;
    }
    if (!dropped || part > best.script.faults.size()) part /= 2;
  }
}

// Of two lines each may need the other, and the failure neither.
void experiment::drop_pairs(reduced_failure& best) {
  for (std::size_t a = 0; a < best.script.faults.size(); ++a)
    for (std::size_t b = a + 1; b < best.script.faults.size(); ++b) {
      auto smaller = best.script;
      smaller.faults.erase(smaller.faults.begin() + static_cast<std::ptrdiff_t>(b));
      smaller.faults.erase(smaller.faults.begin() + static_cast<std::ptrdiff_t>(a));
      if (!fails(smaller, best)) continue;
      drop_lines(best);
      a = 0;
      b = 0;
    }
}

void experiment::shorten(reduced_failure& best, std::size_t longest) {
  auto const before = options_.max_batches;
  for (std::size_t batches = 1; batches < std::min(before, longest); batches *= 2) {
    options_.max_batches = batches;
    expected_.reset();
    try {
      static_cast<void>(expected());
    } catch (falsified const&) {
      break;  // so short that it fails by itself
    }
    if (fails(best.script, best)) {
      best.max_batches = batches;
      return;
    }
  }
  options_.max_batches = before;
  expected_.reset();
  static_cast<void>(expected());
}

void experiment::lessen_holds(reduced_failure& best) {
  for (std::size_t i = 0; i != best.script.faults.size(); ++i) {
    while (best.script.faults[i].action.what == fault_kind::hold &&
           best.script.faults[i].action.amount > 1) {
      auto smaller = best.script;
      smaller.faults[i].action.amount /= 2;
      if (!fails(smaller, best)) break;
    }
  }
}

std::string reduced_failure::text() const {
  auto const limited = max_batches != ~std::size_t{0};
  auto out = "the pipeline does not keep what it promises: " + failure + "\n  seed " +
             std::to_string(seed) + ", reduced in " + std::to_string(runs) + " runs" +
             (limited ? " and to " + std::to_string(max_batches) + " batches of each input" : "") +
             " to\n\n" + (script.faults.empty() ? "# no fault at all\n" : script.text()) +
             "\n  as a test:\n\n" + "sluice::testkit::experiment_options o;  // as before\n";
  if (limited) out += "o.max_batches = " + std::to_string(max_batches) + ";\n";
  return out + "sluice::testkit::replay(R\"(\n" + script.text() + ")\", " + std::to_string(seed) +
         ", build, o);\n";
}

}  // namespace sluice::testkit
