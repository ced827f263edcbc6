/// The messages of links, from outside of their actors: what they say, and how to disturb them.
///
/// Thread rule: one thread. Promise: a message that is of no link is left alone.
#pragma once

#include "actors/src/messages.hpp"

#include <optional>
#include <sluice/testkit/monitor.hpp>

namespace sluice::testkit {

/// None if the message is of no link, or was lost.
std::optional<link_event> link_event_of(caf::mailbox_element const& message, char const* at);

/// The message comes once more, behind those that wait.
void repeat(caf::actor const& to, caf::mailbox_element* message);
/// The message comes in an epoch that never was, so that nobody minds it.
void lose(caf::mailbox_element* message);
/// The message comes behind those that wait.
void defer(caf::actor const& to, caf::mailbox_element* message);
/// A grant is of nothing; an item leaves a gap; an open names a link that does not exist.
void spoil(caf::mailbox_element* message);

}  // namespace sluice::testkit
