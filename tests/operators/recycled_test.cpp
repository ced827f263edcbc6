#include <doctest/doctest.h>

#include <sluice/operators/recycled.hpp>
#include <string>
#include <thread>

using namespace sluice;

TEST_CASE("recycled gives a vector's memory back when its chunk has ended") {
  recycled<int> memory{1 << 20};
  auto first = memory.take();
  first.assign(1'000, 7);
  auto const* const where = first.data();
  auto chunk = memory.publish(std::move(first));
  CHECK(chunk->records() == 1'000);
  CHECK(memory.take().capacity() == 0);
  std::thread{[&chunk] { chunk.reset(); }}.join();
  auto const again = memory.take();
  CHECK(again.empty());
  CHECK(again.data() == where);
}

TEST_CASE("recycled ends records with their chunk and outlives nobody") {
  auto const shared = std::make_shared<int>(1);
  std::shared_ptr<chunk_of<std::shared_ptr<int>> const> chunk;
  {
    recycled<std::shared_ptr<int>> memory{1 << 20};
    chunk = memory.publish({shared, shared});
  }
  CHECK(shared.use_count() == 3);
  chunk.reset();
  CHECK(shared.use_count() == 1);
}

TEST_CASE("recycled holds a bounded number of vectors") {
  recycled<int> memory{1 << 20};
  std::vector<chunk_ptr> chunks;
  for (int i = 0; i != 10; ++i) chunks.push_back(memory.publish({i}));
  chunks.clear();
  std::size_t held = 0;
  while (memory.take().capacity() != 0) ++held;
  CHECK(held == 4);
}

TEST_CASE("recycled holds a bounded number of bytes") {
  recycled<char> memory{100};
  auto first = memory.publish(std::vector<char>(80));
  auto second = memory.publish(std::vector<char>(30));
  first.reset();
  second.reset();
  CHECK(memory.take().capacity() == 80);
  CHECK(memory.take().capacity() == 0);
}
