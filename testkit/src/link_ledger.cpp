#include "link_ledger.hpp"

#include <sluice/testkit/monitor.hpp>

namespace sluice::testkit {

namespace {

std::string text_of(flow::credit const& c) {
  return std::to_string(c.batches) + " batches, " + std::to_string(c.records) + " records, " +
         std::to_string(c.bytes) + " bytes";
}

std::string name_of(link_id link, epoch_number epoch) {
  return "link " + std::to_string(link) + " in epoch " + std::to_string(epoch);
}

bool exceeds(flow::credit const& a, flow::credit const& b) {
  return a.batches > b.batches || a.records > b.records || a.bytes > b.bytes;
}

}  // namespace

void link_ledger::delivered(caf::type_erased_tuple const& content) {
  if (content.match_elements<msg::link_data>())
    data(content.get_as<msg::link_data>(0));
  else if (content.match_elements<msg::link_grant>())
    granted(content.get_as<msg::link_grant>(0).epoch, content.get_as<msg::link_grant>(0).link,
            content.get_as<msg::link_grant>(0).total);
  else if (content.match_elements<msg::link_opened>())
    granted(content.get_as<msg::link_opened>(0).epoch, content.get_as<msg::link_opened>(0).link,
            content.get_as<msg::link_opened>(0).total);
}

void link_ledger::disturbed(caf::type_erased_tuple const& content) {
  if (!content.match_elements<msg::link_data>()) return;
  auto const& data = content.get_as<msg::link_data>(0);
  at(data.epoch, data.link).disturbed = true;
}

link_ledger::account& link_ledger::at(epoch_number epoch, link_id link) {
  auto& found = links_[link];
  if (epoch > found.epoch) found = account{epoch, {}, {}, {}, false, false};
  return found;
}

void link_ledger::granted(epoch_number epoch, link_id link, flow::credit const& total) {
  auto& to = at(epoch, link);
  if (epoch < to.epoch || to.disturbed) return;
  if (!std::exchange(to.opened, true)) to.window = total;
  if (exceeds(total, to.received + to.window))
    throw broken{name_of(link, epoch) + ": a grant of " + text_of(total) + " exceeds what came (" +
                 text_of(to.received) + ") and the window (" + text_of(to.window) + ")"};
  to.granted = max(to.granted, total);
}

void link_ledger::data(msg::link_data const& data) {
  auto& on = at(data.epoch, data.link);
  if (on.disturbed || data.epoch < on.epoch || data.sequence <= on.received.batches)
    return;  // to be refused
  if (data.sequence != on.received.batches + 1)
    throw broken{name_of(data.link, data.epoch) + ": item " + std::to_string(data.sequence) +
                 " follows item " + std::to_string(on.received.batches)};
  if (on.received.batches >= on.granted.batches || on.received.records >= on.granted.records ||
      on.received.bytes >= on.granted.bytes)
    throw broken{name_of(data.link, data.epoch) + ": item " + std::to_string(data.sequence) +
                 " was sent without credit: granted were " + text_of(on.granted) + ", sent " +
                 text_of(on.received)};
  on.received = on.received + flow::credit{1, data.part.records(), data.part.bytes()};
}

std::string link_ledger::describe() const {
  std::string text;
  for (auto const& [link, on] : links_)
    text += name_of(link, on.epoch) + ": arrived " + std::to_string(on.received.batches) + " of " +
            std::to_string(on.granted.batches) + " batches granted" +
            (on.received.batches >= on.granted.batches ? ", waits for credit" : "") + '\n';
  return text;
}

}  // namespace sluice::testkit
