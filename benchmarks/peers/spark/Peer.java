import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/**
 * Runs workloads on command: lines of {@code WORKLOAD INPUT} in, lines of
 * {@code ok SECONDS CPU RECORDS ANSWER} out.
 */
public final class Peer {
  /** What a run says to the driver. */
  record Outcome(double wall, double cpu, long records, String answer) {}

  interface Workload {
    Outcome run(String input) throws Exception;
  }

  private Peer() {}

  /** CPU seconds of all threads of this process so far. */
  static double cpuSeconds() {
    return ((com.sun.management.OperatingSystemMXBean)
        ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
  }

  public static void main(String[] args) throws Exception {
    SparkConf conf = new SparkConf()
        .setAppName("peer")
        .setMaster("local[2]")
        .set("spark.ui.enabled", "false")
        .set("spark.network.timeout", "900s")
        .set("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
        .set("spark.local.dir", args[0])
        .set("spark.sql.shuffle.partitions", "2")
        .set("spark.sql.adaptive.enabled", "false")
        .set("spark.sql.session.timeZone", "UTC");
    SparkSession session = SparkSession.builder().config(conf).getOrCreate();
    session.sparkContext().setLogLevel("ERROR");
    Map<String, Workload> known = new TreeMap<>();
    DStreams.add(known, session, args[0]);
    Structured.add(known, session, args[0]);
    System.out.println("ready Spark " + session.version() + ", " + Runtime.version());
    BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
    for (String line; (line = commands.readLine()) != null;) {
      String[] words = line.split(" ");
      try {
        Outcome o = known.get(words[0]).run(words[1]);
        System.out.println("ok " + o.wall() + " " + o.cpu() + " " + o.records() + " " + o.answer());
      } catch (Exception reason) {
        reason.printStackTrace();
        System.out.println("failed " + words[0] + ": " + reason);
      }
    }
    session.stop();
  }
}
