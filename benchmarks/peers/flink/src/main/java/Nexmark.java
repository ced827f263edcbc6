import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;

/** NEXMark in SQL over events in memory. */
final class Nexmark {
  private static final String PERSON = "CREATE TEMPORARY VIEW person AS SELECT person.id, "
      + "person.name, person.city, person.state, event_time FROM events WHERE event_type = 0";
  private static final String AUCTION = "CREATE TEMPORARY VIEW auction AS SELECT auction.id, "
      + "auction.seller, auction.category, event_time FROM events WHERE event_type = 1";
  private static final String BID = "CREATE TEMPORARY VIEW bid AS SELECT bid.auction, bid.bidder, "
      + "bid.price, event_time, bid.extra FROM events WHERE event_type = 2";

  private static final String Q0 = "SELECT auction, bidder, price, event_time, extra FROM bid";
  private static final String Q1 =
      "SELECT auction, bidder, 0.908 * price AS price, event_time, extra FROM bid";
  private static final String Q2 = "SELECT auction, price FROM bid WHERE MOD(auction, 123) = 0";
  private static final String Q5 = """
      WITH counts AS (
        SELECT auction, COUNT(*) AS num, window_start, window_end
        FROM TABLE(HOP(TABLE bid, DESCRIPTOR(event_time), INTERVAL '2' SECOND, INTERVAL '10' SECOND))
        GROUP BY auction, window_start, window_end)
      SELECT c.auction, c.num
      FROM counts c JOIN (
        SELECT MAX(num) AS maxn, window_start, window_end
        FROM counts GROUP BY window_start, window_end) m
      ON c.window_start = m.window_start AND c.window_end = m.window_end AND c.num >= m.maxn""";
  private static final String Q8 = """
      SELECT p.id, p.name, p.window_start
      FROM (
        SELECT id, name, window_start, window_end
        FROM TABLE(TUMBLE(TABLE person, DESCRIPTOR(event_time), INTERVAL '10' SECOND))
        GROUP BY id, name, window_start, window_end) p
      JOIN (
        SELECT seller, window_start, window_end
        FROM TABLE(TUMBLE(TABLE auction, DESCRIPTOR(event_time), INTERVAL '10' SECOND))
        GROUP BY seller, window_start, window_end) a
      ON p.id = a.seller AND p.window_start = a.window_start AND p.window_end = a.window_end""";

  private Nexmark() {}

  /** Both workers go through all events side by side, each through every other one. */
  private static final class Replay implements GeneratorFunction<Long, RowData> {
    private final String directory;
    private transient RowData[] events;

    Replay(String directory) {
      this.directory = directory;
    }

    @Override
    public void open(SourceReaderContext context) throws Exception {
      events = Events.in(directory);
      Clock.begin();
    }

    @Override
    public RowData map(Long at) {
      // A worker gets the first or the second half of all numbers.
      int i = at.intValue();
      int first = (events.length + 1) / 2;
      return i < first ? events[2 * i] : events[2 * (i - first) + 1];
    }
  }

  static void add(Map<String, Peer.Workload> known) {
    known.put("q0", dir -> run(dir, Q0, "LLLTS"));
    known.put("q1", dir -> run(dir, Q1, "LLDTS"));
    known.put("q2", dir -> run(dir, Q2, "LL"));
    known.put("q5", dir -> run(dir, Q5, "LL"));
    known.put("q8", dir -> run(dir, Q8, "LST"));
  }

  private static String run(String directory, String query, String columns) throws Exception {
    StreamExecutionEnvironment env = Peer.environment();
    StreamTableEnvironment tables = StreamTableEnvironment.create(env);
    int events = Events.in(directory).length;
    DataStream<RowData> stream = env.fromSource(
        new DataGeneratorSource<>(
            new Replay(directory), events, InternalTypeInfo.of(Events.type())),
        WatermarkStrategy.<RowData>forMonotonousTimestamps()
            .withTimestampAssigner((row, unused) -> row.getTimestamp(4, 3).getMillisecond()),
        "events");
    tables.createTemporaryView("events", stream,
        Schema.newBuilder().watermark("event_time", "SOURCE_WATERMARK()").build());
    for (String view : new String[] {PERSON, AUCTION, BID}) tables.executeSql(view);
    Table result = tables.sqlQuery(query);
    DataStream<RowData> rows = tables.toDataStream(result,
        result.getResolvedSchema().toPhysicalRowDataType().bridgedTo(RowData.class));
    rows.sinkTo(new SumSink<>(new Checksum(columns)));
    env.execute();
    Clock.read(events);
    long[] sums = SumSink.take();
    return sums[0] + "/" + Long.toUnsignedString(sums[1]);
  }
}
