/// An established TCP connection on Asio.
///
/// Thread rule: any thread; the socket is guarded by a mutex of its own.
/// Promise: see `connection`.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <sluice/supervision/network.hpp>
#include <string>

namespace sluice {

class io_thread;

/// Wraps a connected socket of `io`'s context; `peer` names it in errors.
std::shared_ptr<connection> make_asio_connection(io_thread& io, boost::asio::ip::tcp::socket socket,
                                                 std::string peer);

}  // namespace sluice
