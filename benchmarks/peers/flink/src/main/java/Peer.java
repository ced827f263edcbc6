import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RpcOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Runs workloads on command: lines of {@code WORKLOAD INPUT} in, lines of
 * {@code ok SECONDS CPU RECORDS ANSWER} out.
 */
public final class Peer {
  static final int WORKERS = 2;

  interface Workload {
    /** Runs the job; {@link Clock} has been reset before. */
    String run(String input) throws Exception;
  }

  private Peer() {}

  /** Two slots in this process, objects reused, no checkpoints, state on the heap. */
  static StreamExecutionEnvironment environment() {
    Configuration conf = new Configuration();
    conf.set(TaskManagerOptions.NUM_TASK_SLOTS, WORKERS);
    conf.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(64));
    conf.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(64));
    conf.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(64));
    // Whoever needs the machine for himself may stop this process for a while.
    conf.set(HeartbeatManagerOptions.HEARTBEAT_TIMEOUT, Duration.ofMinutes(10));
    conf.set(RpcOptions.ASK_TIMEOUT_DURATION, Duration.ofMinutes(10));
    conf.set(CoreOptions.DEFAULT_PARALLELISM, WORKERS);
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(WORKERS, conf);
    env.getConfig().enableObjectReuse();
    return env;
  }

  public static void main(String[] args) throws Exception {
    Map<String, Workload> known = new TreeMap<>();
    Ysb.add(known);
    Grep.add(known);
    Nexmark.add(known);
    System.out.println(
        "ready Flink " + EnvironmentInformation.getVersion() + ", Java " + Runtime.version());
    BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
    for (String line; (line = commands.readLine()) != null;) {
      String[] words = line.split(" ");
      try {
        Clock.reset();
        String answer = known.get(words[0]).run(words[1]);
        System.out.println("ok " + Clock.wall() + " " + Clock.cpu() + " " + Clock.records() + " "
            + answer);
      } catch (Exception reason) {
        reason.printStackTrace();
        System.out.println("failed " + words[0] + ": " + reason);
      }
    }
    System.exit(0);
  }
}
