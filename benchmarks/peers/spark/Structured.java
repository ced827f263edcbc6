import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.from_json;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.window;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The Yahoo streaming benchmark in structured streaming; a file is a batch. */
final class Structured {
  private static final long WINDOW_MILLIS = 10_000;

  private static final StructType EVENT = new StructType()
      .add("user_id", "string").add("page_id", "string").add("ad_id", "string")
      .add("ad_type", "string").add("event_type", "string").add("event_time", "string")
      .add("ip_address", "string");

  private Structured() {}

  /** Takes the rows of each batch, and the time from the first batch on. */
  private static final class Taker {
    final Map<List<Long>, Long> newest = new HashMap<>();
    private long begun;
    private double cpuBegun;
    private double wall;
    private double cpu;

    void batch(Dataset<Row> rows) {
      if (begun == 0) {
        begun = System.nanoTime();
        cpuBegun = Peer.cpuSeconds();
      }
      for (Row row : rows.collectAsList()) {
        long start = ((Timestamp) row.get(0)).getTime() / WINDOW_MILLIS;
        newest.put(List.of((long) row.getInt(1), start), row.getLong(2));
      }
      wall = (System.nanoTime() - begun) / 1e9;
      cpu = Peer.cpuSeconds() - cpuBegun;
    }

    String answer() {
      long views = 0;
      long checksum = 0;
      for (Map.Entry<List<Long>, Long> each : newest.entrySet()) {
        views += each.getValue();
        checksum += (each.getKey().get(0) * 1_000_003 + each.getKey().get(1)) * each.getValue();
      }
      return newest.size() + "/" + views + "/" + Long.toUnsignedString(checksum);
    }
  }

  static void add(Map<String, Peer.Workload> known, SparkSession session, String scratch) {
    known.put("ysb_durable", directory -> ysb(session, scratch, directory));
  }

  /** The table of campaigns, which the generator wrote beside the events. */
  private static Dataset<Row> campaigns(SparkSession session, String directory)
      throws IOException {
    List<Row> rows = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of(directory, ".campaigns"))) {
      String[] columns = line.split(" ");
      rows.add(RowFactory.create(columns[0], Integer.valueOf(columns[1])));
    }
    return session.createDataFrame(rows, new StructType()
        .add("campaign_ad", DataTypes.StringType).add("campaign", DataTypes.IntegerType)).cache();
  }

  private static Peer.Outcome ysb(SparkSession session, String scratch, String directory)
      throws Exception {
    Path checkpoints = Path.of(scratch, "structured");
    FileUtils.deleteDirectory(checkpoints.toFile());
    Taker taker = new Taker();
    Dataset<Row> events = session.readStream().option("maxFilesPerTrigger", 1).text(directory)
        .select(from_json(col("value"), EVENT).as("event")).select("event.*");
    events.filter(col("event_type").equalTo("view"))
        .select(col("ad_id"),
            expr("timestamp_millis(cast(event_time as bigint))").as("event_time"))
        .join(broadcast(campaigns(session, directory)), expr("ad_id = campaign_ad"))
        .withWatermark("event_time", "1 minute")
        .groupBy(window(col("event_time"), "10 seconds"), col("campaign"))
        .agg(count(lit(1)).as("views"))
        .select(col("window.start"), col("campaign"), col("views"))
        .writeStream().outputMode("update").trigger(Trigger.AvailableNow())
        .option("checkpointLocation", checkpoints.toString())
        .foreachBatch((Dataset<Row> rows, Long id) -> taker.batch(rows))
        .start().awaitTermination();
    long records = 0;
    for (Path file : DStreams.filesIn(directory))
      if (!file.getFileName().toString().startsWith(".")) {
        try (var lines = Files.lines(file)) {
          records += lines.count();
        }
      }
    return new Peer.Outcome(taker.wall, taker.cpu, records, taker.answer());
  }
}
