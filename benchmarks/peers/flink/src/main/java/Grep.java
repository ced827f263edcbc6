import java.util.Map;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Grep over all lines. */
final class Grep {
  private static final String PATTERN = "streamed";

  private Grep() {}

  static void add(Map<String, Peer.Workload> known) {
    known.put("grep", Grep::grep);
  }

  private static String grep(String directory) throws Exception {
    StreamExecutionEnvironment env = Peer.environment();
    Lines.of(env, directory)
        .filter(line -> line.contains(PATTERN))
        .sinkTo(new SumSink<>((line, sums) -> ++sums[0]));
    env.execute("grep");
    return Long.toString(SumSink.take()[0]);
  }
}
