// A TCP server on the loopback interface that sends a text to one reader. Every wait is bounded.
#pragma once

#include <string>
#include <string_view>

namespace sluice::tests {

class text_server {
 public:
  text_server();
  ~text_server();
  text_server(text_server const&) = delete;
  text_server& operator=(text_server const&) = delete;

  /// `127.0.0.1:<port>`
  std::string address() const;
  /// Waits for a reader.
  void accept();
  void send(std::string_view text);
  /// Ends the text and waits until the reader, who has read to the end then, closes.
  void finish();

 private:
  int listening_ = -1;
  int reader_ = -1;
};

}  // namespace sluice::tests
