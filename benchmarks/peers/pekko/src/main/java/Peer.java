import com.typesafe.config.ConfigFactory;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Runs workloads on command: lines of {@code WORKLOAD INPUT} in, lines of
 * {@code ok SECONDS CPU RECORDS ANSWER} out.
 */
public final class Peer {
  private static final int WORKERS = 2;

  // Numbers come in blocks elsewhere; the total is made of whole ones.
  private static final long BLOCK = 1_024;

  // A thread per core; the rest is as shipped.
  private static final String SETTINGS = """
      pekko.loglevel = ERROR
      pekko.actor.default-dispatcher.fork-join-executor.parallelism-min = 2
      pekko.actor.default-dispatcher.fork-join-executor.parallelism-max = 2
      """;

  private Peer() {}

  static double cpuSeconds() {
    return ((com.sun.management.OperatingSystemMXBean)
        ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
  }

  /** The numbers of a worker, one by one. */
  private static Source<Long, NotUsed> numbers(long from, long to) {
    return Source.fromIterator(() -> java.util.stream.LongStream.range(from, to).iterator());
  }

  private static Source<Long, NotUsed> chain(Source<Long, NotUsed> numbers) {
    return numbers.map(x -> x + 7)
        .filter(x -> (x & 3) != 0)
        .map(x -> x * 3)
        .filter(x -> (x & 8) == 0)
        .map(x -> x ^ 0x55);
  }

  private static Source<Long, NotUsed> boundary(Source<Long, NotUsed> numbers) {
    return numbers.map(x -> x + 7).async().map(x -> x ^ 0x55);
  }

  /** Runs so many streams side by side, each over its share, and adds up what they give. */
  private static String run(ActorSystem system, long total, int streams,
      Function<Source<Long, NotUsed>, Source<Long, NotUsed>> steps) throws Exception {
    long records = total / BLOCK * BLOCK;
    long begun = System.nanoTime();
    double cpuBegun = cpuSeconds();
    List<CompletionStage<Long>> sums = new ArrayList<>();
    for (int i = 0; i != streams; ++i)
      sums.add(steps.apply(numbers(records * i / streams, records * (i + 1) / streams))
          .runWith(Sink.fold(0L, Long::sum), system));
    long sum = 0;
    for (CompletionStage<Long> each : sums) sum += each.toCompletableFuture().get();
    double wall = (System.nanoTime() - begun) / 1e9;
    return wall + " " + (cpuSeconds() - cpuBegun) + " " + records + " "
        + Long.toUnsignedString(sum);
  }

  public static void main(String[] args) throws Exception {
    ActorSystem system = ActorSystem.create(
        "peer", ConfigFactory.parseString(SETTINGS).withFallback(ConfigFactory.load()));
    System.out.println("ready Pekko Streams "
        + system.settings().config().getString("pekko.version") + ", Java " + Runtime.version());
    BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
    for (String line; (line = commands.readLine()) != null;) {
      String[] words = line.split(" ");
      long total = Long.parseLong(words[1]);
      try {
        System.out.println("ok " + switch (words[0]) {
          case "fused_chain" -> run(system, total, WORKERS, Peer::chain);
          // The boundary itself makes two actors of a stream.
          case "async_boundary" -> run(system, total, 1, Peer::boundary);
          default -> throw new IllegalArgumentException("unknown workload");
        });
      } catch (Exception reason) {
        reason.printStackTrace();
        System.out.println("failed " + words[0] + ": " + reason);
      }
    }
    system.terminate();
  }
}
