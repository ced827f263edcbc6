// Lines on standard error, in the form of the library's log.
//
// Thread rule: one thread. Promise: a line is written at once or not at all; a reader who is gone
// does no harm.
#pragma once

#include <string>

namespace supervise {

enum class level { info, warning, error };

/// `2026-01-31 12:00:00.000 info sluice-supervise/child: text`
void say(level how, std::string const& text);

}  // namespace supervise
