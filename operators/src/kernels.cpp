#include <algorithm>
#include <iostream>
#include <sluice/operators/dstream.hpp>
#include <sluice/operators/error.hpp>

namespace sluice::kernels {

partition pass_task::run(batch_context const&, std::span<partition const> inputs) {
  partition out;
  for (auto const& in : inputs) out.append(in);
  return out;
}

namespace {

class data_task final : public task {
 public:
  explicit data_task(partition const& data) : data_{data} {}
  partition run(batch_context const&, std::span<partition const>) override { return data_; }

 private:
  partition const& data_;  // the kernel's, which outlives its tasks
};

}  // namespace

std::shared_ptr<edge_spec const> share(std::unique_ptr<edge_spec const> made) { return made; }
std::shared_ptr<kernel const> share(std::unique_ptr<kernel const> made) { return made; }

std::shared_ptr<kernel const> make_pass_kernel() { return make_kernel(pass_task{}); }
std::shared_ptr<edge_spec const> make_pass_edge(std::vector<op_ptr> fused) {
  return make_edge(pass_writer{}, std::move(fused));
}

std::unique_ptr<task> data_kernel::make_task(std::size_t partition_index) const {
  return std::make_unique<data_task>(parts_.at(partition_index));
}

partition sum_task::run(batch_context const&, std::span<partition const> inputs) {
  std::int64_t sum = 0;
  for_each_record<std::int64_t>(inputs[0], [&](std::int64_t x) { sum += x; });
  partition out;
  out.chunks.push_back(make_chunk(std::vector{sum}));
  return out;
}

bool is_absent(std::vector<partition> const& parts) {
  return std::all_of(parts.begin(), parts.end(), [](partition const& p) { return p.absent; });
}

void held_output::prepare(batch_context const& now, std::vector<partition> parts) {
  held_.push_back({now.batch, std::move(parts)});
}

void held_output::commit(batch_ref const& batch) {
  auto found =
      std::find_if(held_.begin(), held_.end(), [&](held const& h) { return h.batch == batch; });
  if (found == held_.end()) return;
  if (!is_absent(found->parts)) apply(batch, found->parts);  // kept until that is done
  held_.erase(found);
}

void held_output::abort(batch_ref const& batch) {
  std::erase_if(held_, [&](held const& h) { return h.batch == batch; });
}

std::shared_ptr<output_spec const> make_print_output(std::ostream& out, std::size_t limit) {
  return make_output<print_output>(&out, limit);
}

void print_output::apply(batch_ref const& batch, std::vector<partition> parts) {
  static constexpr char rule[] = "-------------------------------------------\n";
  auto const ms = std::chrono::floor<std::chrono::milliseconds>(batch.time.time_since_epoch());
  std::string text = rule;
  text += "Time: " + std::to_string(ms.count()) + " ms\n";
  text += rule;
  std::size_t shown = 0;
  for (auto const& part : parts)
    for_each_record<std::string>(part, [&](std::string const& line) {
      if (shown < limit_) text += line + '\n';
      ++shown;
    });
  if (shown > limit_) text += "...\n";
  text += '\n';
  *out_ << text << std::flush;
}

void function_output::apply(batch_ref const& batch, std::vector<partition> parts) {
  f_(batch, std::move(parts));
}

}  // namespace sluice::kernels

namespace sluice::detail {

std::ostream& standard_output() { return std::cout; }

place::place(graph_ptr in, node_ptr node, std::vector<op_ptr> fused)
    : owner{std::move(in)}, from{std::move(node)}, steps{std::move(fused)} {}
place::place(place const&) = default;
place::place(place&&) noexcept = default;
place& place::operator=(place const&) = default;
place& place::operator=(place&&) noexcept = default;
place::~place() = default;

place place::then(op_ptr step) const {
  auto result = *this;
  result.steps.push_back(std::move(step));
  return result;
}

node_ptr make_node(op_ptr who, std::vector<edge> inputs, std::shared_ptr<kernel const> compute,
                   std::size_t partitions) {
  auto made = std::make_shared<node>();
  made->who = std::move(who);
  made->inputs = std::move(inputs);
  made->compute = std::move(compute);
  made->partitions = partitions;
  for (auto const& in : made->inputs) made->slide = std::max(made->slide, in.from->slide);
  return made;
}

void refuse_other_context(char const* what) {
  throw usage_error{std::string{what} +
                    ": the other stream belongs to another context; build both on one"};
}

void check_same_slide(char const* what, node const& one, node const& other) {
  if (one.slide == other.slide) return;
  throw usage_error{std::string{what} + ": the streams have slides of " +
                    std::to_string(one.slide.count()) + " us and " +
                    std::to_string(other.slide.count()) +
                    " us; window both with the same slide first"};
}

void check_partitions(char const* what, std::size_t partitions) {
  if (partitions == 0)
    throw usage_error{std::string{what} + ": 0 partitions; at least 1 is needed"};
}

void refuse_empty_rdd(char const* action, char const* remedy) {
  throw usage_error{std::string{action} + ": the rdd is empty; " + remedy};
}

void refuse_state(char const* call, char const* why) {
  throw usage_error{std::string{"state."} + call + ": " + why};
}

void add_output(graph& owner, op_ptr who, edge in, std::shared_ptr<output_spec const> output) {
  auto made = std::make_shared<node>();
  made->who = std::move(who);
  made->slide = in.from->slide;
  made->inputs.push_back(std::move(in));
  made->output = std::move(output);
  owner.add_output(std::move(made));
}

graph_ptr make_job_graph(session& services) {
  return std::make_shared<graph>(services, std::nullopt);
}

std::vector<partition> run_job(graph& owner, char const* action, edge in) {
  auto output = std::make_shared<node>();
  output->who = owner.make_op(action);
  output->inputs.push_back(std::move(in));
  return owner.services().run_job(output);
}

}  // namespace sluice::detail
