/// Events as lines of text, so that programs of other makers get the very same input.
///
/// Thread rule: any thread. Promise: what is read equals what was written.
///
/// A line is an event, its columns are separated by tabs, the first one tells the kind:
///
///     0  id  name  email  credit card  city  state  time  extra
///     1  id  item  description  initial bid  reserve  time  expires  seller  category  extra
///     2  auction  bidder  price  channel  url  time  extra
///
/// Times are milliseconds since the epoch, prices are cents. No text has a tab, a quote, a
/// backslash or a line end; it may be empty.
#pragma once

#include <iosfwd>
#include <string>

#include "events.hpp"

namespace bench::nexmark {

void write_lines(std::ostream& out, event_log const& log);

/// @throws std::runtime_error if the file cannot be read, or naming the line that is no event
std::unique_ptr<event_log> read_lines(std::string const& file, std::uint64_t events_per_block);

}  // namespace bench::nexmark
