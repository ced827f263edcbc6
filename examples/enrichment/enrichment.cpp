// A stream joined with data at hand: orders get the names of their products.

#include <iostream>
#include <sluice/sluice.hpp>

using order = std::pair<int, int>;                // product, pieces
using product = std::pair<int, std::string>;      // product, name
using named_order = std::pair<std::string, int>;  // name, pieces

int main() {
  sluice::streaming_context ssc{{.app_name = "enrichment"}};
  auto const products =
      ssc.parallelize(std::vector<product>{{1, "anchor"}, {2, "compass"}, {3, "lantern"}});

  ssc.queue_stream<order>({{{2, 1}, {1, 4}}, {{3, 2}, {9, 1}}, {}})
      .transform([products](sluice::rdd<order> const& orders) {
        return orders.left_outer_join(products).map([](auto const& joined) {
          auto const& [pieces, name] = joined.second;
          return named_order{name.value_or("product " + std::to_string(joined.first)), pieces};
        });
      })
      .foreach_rdd([](sluice::rdd<named_order> const& orders) {
        std::cout << sluice::show(orders.sort_by_key().collect()) << '\n';
      });

  ssc.start();
  ssc.run_until_idle();
}
