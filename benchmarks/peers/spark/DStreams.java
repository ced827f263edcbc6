import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.streaming.Duration;
import org.apache.spark.streaming.Durations;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.apache.spark.streaming.api.java.JavaPairDStream;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import scala.Tuple2;

/** Grep and word count as discretized streams; a file is a batch. */
final class DStreams {
  private static final int WORKERS = 2;
  private static final int RECORD_BYTES = 100;
  private static final int WINDOW = 30;
  private static final String PATTERN = "streamed";

  // Shorter than any batch takes, so that batches always wait and the clock does not count.
  private static final Duration INTERVAL = Durations.milliseconds(50);

  private DStreams() {}

  /** Counts of words, folded so that their order does not matter. */
  static final class Sums implements Serializable {
    final long words;
    final long distinct;
    final long checksum;

    Sums(long words, long distinct, long checksum) {
      this.words = words;
      this.distinct = distinct;
      this.checksum = checksum;
    }

    Sums plus(Sums o) {
      return new Sums(words + o.words, distinct + o.distinct, checksum + o.checksum);
    }

    /** With one more word. */
    Sums plus(String word, long n) {
      CRC32 crc = new CRC32();
      crc.update(word.getBytes(StandardCharsets.UTF_8));
      return new Sums(words + n, distinct + 1, checksum + n * crc.getValue());
    }

    @Override
    public String toString() {
      return words + "/" + distinct + "/" + Long.toUnsignedString(checksum);
    }
  }

  /** Takes the results of so many batches, and the time that they took. */
  private static final class Taker {
    // Static, since functions of a stream with checkpoints must be serializable.
    static volatile Taker current;

    private final CountDownLatch left;
    private Sums sums = new Sums(0, 0, 0);
    private long begun;
    private double cpuBegun;
    private double wall;
    private double cpu;
    private RuntimeException failure;

    Taker(int batches) {
      left = new CountDownLatch(batches);
    }

    /** Called at the beginning of a batch's job, before anything is read. */
    static void batch(Supplier<Sums> result) {
      current.take(result);
    }

    private void take(Supplier<Sums> result) {
      if (left.getCount() == 0) return;
      if (begun == 0) {
        begun = System.nanoTime();
        cpuBegun = Peer.cpuSeconds();
      }
      try {
        sums = sums.plus(result.get());
      } catch (RuntimeException reason) {
        failure = reason;
      }
      wall = (System.nanoTime() - begun) / 1e9;
      cpu = Peer.cpuSeconds() - cpuBegun;
      left.countDown();
    }

    void await() throws InterruptedException {
      left.await();
      if (failure != null) throw failure;
    }
  }

  static void add(Map<String, Peer.Workload> known, SparkSession session, String scratch) {
    JavaSparkContext sc = JavaSparkContext.fromSparkContext(session.sparkContext());
    known.put("grep", dir -> run(sc, null, dir,
        lines -> lines.filter(line -> line.contains(PATTERN))
            .foreachRDD(rdd -> Taker.batch(() -> new Sums(rdd.count(), 0, 0))),
        sums -> Long.toString(sums.words)));
    known.put("word_count", dir -> count(sc, null, dir,
        ones -> ones.reduceByKey(Long::sum, WORKERS)));
    // A window with an inverse function insists on checkpoints.
    known.put("word_count_window", dir -> count(sc, scratch + "/checkpoints", dir,
        ones -> ones.reduceByKeyAndWindow(Long::sum, (a, b) -> a - b, INTERVAL.times(WINDOW),
            INTERVAL, WORKERS, pair -> pair._2() != 0)));
  }

  private static Peer.Outcome count(JavaSparkContext sc, String checkpoints, String dir,
      Function<JavaPairDStream<String, Long>, JavaPairDStream<String, Long>> counts)
      throws Exception {
    return run(sc, checkpoints, dir,
        lines -> counts.apply(ones(lines)).foreachRDD(rdd -> Taker.batch(() -> sums(rdd))),
        Sums::toString);
  }

  private static JavaPairDStream<String, Long> ones(JavaDStream<String> lines) {
    return lines.flatMap(line -> Arrays.asList(line.split(" ")).iterator())
        .filter(word -> !word.isEmpty())
        .mapToPair(word -> new Tuple2<>(word, 1L));
  }

  private static Sums sums(JavaPairRDD<String, Long> counts) {
    return counts.mapPartitions(pairs -> {
      Sums sums = new Sums(0, 0, 0);
      while (pairs.hasNext()) {
        Tuple2<String, Long> pair = pairs.next();
        sums = sums.plus(pair._1(), pair._2());
      }
      return Collections.singleton(sums).iterator();
    }).reduce(Sums::plus);
  }

  static List<Path> filesIn(String directory) throws java.io.IOException {
    try (Stream<Path> all = Files.list(Path.of(directory))) {
      return all.sorted().collect(Collectors.toList());
    }
  }

  private static Peer.Outcome run(JavaSparkContext sc, String checkpoints, String directory,
      Consumer<JavaDStream<String>> build, Function<Sums, String> answer) throws Exception {
    List<Path> files = filesIn(directory);
    Queue<JavaRDD<String>> queue = new LinkedList<>();
    long bytes = 0;
    for (Path file : files) {
      bytes += Files.size(file);
      queue.add(sc.textFile(file.toUri().toString(), WORKERS));
    }
    JavaStreamingContext streams = new JavaStreamingContext(sc, INTERVAL);
    if (checkpoints != null) streams.checkpoint(checkpoints);
    Taker taker = Taker.current = new Taker(files.size());
    build.accept(streams.queueStream(queue));
    streams.start();
    taker.await();
    streams.stop(false, false);
    return new Peer.Outcome(taker.wall, taker.cpu, bytes / RECORD_BYTES, answer.apply(taker.sums));
  }
}
