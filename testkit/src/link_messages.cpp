#include "link_messages.hpp"

namespace sluice::testkit {

namespace {

// The runtime counts epochs from 1.
constexpr epoch_number never = 0;

template <class M, class Visit>
bool visit_if(caf::type_erased_tuple& content, Visit& visit) {
  if (!content.match_elements<M>()) return false;
  visit(content.get_mutable_as<M>(0));
  return true;
}

template <class Visit>
void visit_link_message(caf::mailbox_element* message, Visit visit) {
  if (!message) return;
  auto& content = message->content();
  visit_if<msg::link_data>(content, visit) || visit_if<msg::link_grant>(content, visit) ||
      visit_if<msg::link_opened>(content, visit) || visit_if<msg::link_open>(content, visit);
}

// In the lane in which it came.
template <class M>
void send_again(caf::actor const& to, M const& message) {
  if constexpr (M::lane_of == lane::data)
    caf::anon_send(to, message);
  else
    caf::anon_send<caf::message_priority::high>(to, message);
}

link_event made(link_event::kind what, epoch_number epoch, link_id link, flow::credit const& c) {
  link_event event;
  event.what = what;
  event.epoch = epoch;
  event.link = link;
  event.batches = c.batches;
  event.records = c.records;
  event.bytes = c.bytes;
  return event;
}

link_event told_by(msg::link_open const& m) {
  return made(link_event::kind::open, m.epoch, m.link, {});
}
link_event told_by(msg::link_opened const& m) {
  return made(link_event::kind::opened, m.epoch, m.link, m.total);
}
link_event told_by(msg::link_grant const& m) {
  return made(link_event::kind::grant, m.epoch, m.link, m.total);
}
link_event told_by(msg::link_data const& m) {
  auto event = made(link_event::kind::data, m.epoch, m.link, {1, m.part.records(), m.part.bytes()});
  event.sequence = m.sequence;
  event.batch = m.now.batch.id;
  return event;
}

void make_impossible(msg::link_open& m) { m.link = ~link_id{0}; }
void make_impossible(msg::link_opened& m) { m.total = {}; }
void make_impossible(msg::link_grant& m) { m.total = {}; }
void make_impossible(msg::link_data& m) { ++m.sequence; }

}  // namespace

std::optional<link_event> link_event_of(caf::mailbox_element const& message, char const* at) {
  auto const& content = message.content();
  std::optional<link_event> event;
  auto const look = [&]<class M>(M const*) {
    if (!event && content.match_elements<M>()) event = told_by(content.get_as<M>(0));
  };
  look(static_cast<msg::link_data const*>(nullptr));
  look(static_cast<msg::link_grant const*>(nullptr));
  look(static_cast<msg::link_opened const*>(nullptr));
  look(static_cast<msg::link_open const*>(nullptr));
  if (!event || event->epoch == never) return std::nullopt;
  event->at = at;
  return event;
}

void repeat(caf::actor const& to, caf::mailbox_element* message) {
  visit_link_message(message, [&](auto& m) { send_again(to, m); });
}

void lose(caf::mailbox_element* message) {
  visit_link_message(message, [](auto& m) { m.epoch = never; });
}

void defer(caf::actor const& to, caf::mailbox_element* message) {
  repeat(to, message);
  lose(message);
}

void spoil(caf::mailbox_element* message) {
  visit_link_message(message, [](auto& m) { make_impossible(m); });
}

}  // namespace sluice::testkit
