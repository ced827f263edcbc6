import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.windowing.WindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/** The Yahoo streaming benchmark: views per campaign and window of ten seconds. */
final class Ysb {
  private static final Duration WINDOW = Duration.ofSeconds(10);

  // Two readers are in different files, so that one is far ahead of the other: windows stay open.
  private static final Duration BETWEEN_READERS = Duration.ofMinutes(2);

  private Ysb() {}

  /** Parses, filters, projects and looks up: campaign and time of a view. */
  private static final class Views extends RichFlatMapFunction<String, Tuple2<Integer, Long>> {
    private final String directory;
    private transient Map<String, Integer> campaigns;
    private transient JsonFactory json;

    Views(String directory) {
      this.directory = directory;
    }

    @Override
    public void open(OpenContext context) throws IOException {
      json = new JsonFactory();
      campaigns = new HashMap<>();
      for (String row : Files.readAllLines(Path.of(directory, ".campaigns"))) {
        String[] columns = row.split(" ");
        campaigns.put(columns[0], Integer.valueOf(columns[1]));
      }
    }

    @Override
    public void flatMap(String line, Collector<Tuple2<Integer, Long>> out) throws IOException {
      String ad = null;
      String type = null;
      String time = null;
      try (JsonParser parser = json.createParser(line)) {
        parser.nextToken();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          switch (name) {
            case "ad_id" -> ad = parser.getText();
            case "event_type" -> type = parser.getText();
            case "event_time" -> time = parser.getText();
            default -> { }
          }
        }
      }
      if (!"view".equals(type)) return;
      Integer campaign = campaigns.get(ad);
      if (campaign != null) out.collect(Tuple2.of(campaign, Long.parseLong(time)));
    }
  }

  private static final class Count implements AggregateFunction<Tuple2<Integer, Long>, Long, Long> {
    @Override
    public Long createAccumulator() {
      return 0L;
    }

    @Override
    public Long add(Tuple2<Integer, Long> view, Long count) {
      return count + 1;
    }

    @Override
    public Long getResult(Long count) {
      return count;
    }

    @Override
    public Long merge(Long a, Long b) {
      return a + b;
    }
  }

  private static final class WithWindow
      implements WindowFunction<Long, Tuple3<Integer, Long, Long>, Integer, TimeWindow> {
    @Override
    public void apply(Integer campaign, TimeWindow window, Iterable<Long> counts,
        Collector<Tuple3<Integer, Long, Long>> out) {
      for (long count : counts) out.collect(Tuple3.of(campaign, window.getStart(), count));
    }
  }

  static void add(Map<String, Peer.Workload> known) {
    known.put("ysb", Ysb::run);
  }

  private static String run(String directory) throws Exception {
    StreamExecutionEnvironment env = Peer.environment();
    Lines.of(env, directory)
        .flatMap(new Views(directory))
        .assignTimestampsAndWatermarks(
            WatermarkStrategy.<Tuple2<Integer, Long>>forBoundedOutOfOrderness(BETWEEN_READERS)
                .withTimestampAssigner((view, unused) -> view.f1))
        .keyBy(view -> view.f0)
        .window(TumblingEventTimeWindows.of(WINDOW))
        .aggregate(new Count(), new WithWindow())
        .sinkTo(new SumSink<>((row, sums) -> {
          ++sums[0];
          sums[1] += row.f2;
          sums[2] += (row.f0 * 1_000_003L + row.f1 / WINDOW.toMillis()) * row.f2;
        }));
    env.execute("ysb");
    long[] sums = SumSink.take();
    return sums[0] + "/" + sums[1] + "/" + Long.toUnsignedString(sums[2]);
  }
}
