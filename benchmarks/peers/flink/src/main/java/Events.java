import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;

/** NEXMark events in memory, parsed, in the planner's own form: nothing is converted later. */
final class Events {
  // A letter per column: text, long number, time.
  private static final String[] KINDS = {"LSSSSSTS", "LSSLLTTLLS", "LLLSSTS"};
  private static final String[][] NAMES = {
    {"id", "name", "email", "creditCard", "city", "state", "dateTime", "extra"},
    {"id", "itemName", "description", "initialBid", "reserve", "dateTime", "expires", "seller",
      "category", "extra"},
    {"auction", "bidder", "price", "channel", "url", "dateTime", "extra"}};
  private static final int[] TIME_COLUMN = {6, 5, 5};

  private static final Map<String, RowData[]> KNOWN = new HashMap<>();

  private Events() {}

  /** A number that tells the kind, one of three rows, the time. */
  static RowType type() {
    DataType[] kinds = new DataType[KINDS.length];
    for (int kind = 0; kind != KINDS.length; ++kind) {
      List<DataTypes.Field> fields = new ArrayList<>();
      for (int i = 0; i != NAMES[kind].length; ++i)
        fields.add(DataTypes.FIELD(NAMES[kind][i], typeOf(KINDS[kind].charAt(i))));
      kinds[kind] = DataTypes.ROW(fields);
    }
    return (RowType) DataTypes.ROW(
        DataTypes.FIELD("event_type", DataTypes.INT()),
        DataTypes.FIELD("person", kinds[0]),
        DataTypes.FIELD("auction", kinds[1]),
        DataTypes.FIELD("bid", kinds[2]),
        DataTypes.FIELD("event_time", DataTypes.TIMESTAMP(3))).notNull().getLogicalType();
  }

  private static DataType typeOf(char letter) {
    return switch (letter) {
      case 'L' -> DataTypes.BIGINT();
      case 'T' -> DataTypes.TIMESTAMP(3);
      default -> DataTypes.STRING();
    };
  }

  /** All events of a file, read once. */
  static synchronized RowData[] in(String directory) throws IOException {
    RowData[] events = KNOWN.get(directory);
    if (events == null) {
      List<RowData> rows = new ArrayList<>();
      try (var lines = Files.lines(Path.of(directory, "events"))) {
        lines.forEach(line -> rows.add(parse(line)));
      }
      events = rows.toArray(RowData[]::new);
      KNOWN.put(directory, events);
    }
    return events;
  }

  private static RowData parse(String line) {
    String[] columns = line.split("\t", -1);
    int kind = Integer.parseInt(columns[0]);
    GenericRowData row = new GenericRowData(KINDS[kind].length());
    for (int i = 0; i != row.getArity(); ++i)
      row.setField(i, value(KINDS[kind].charAt(i), columns[i + 1]));
    GenericRowData event = new GenericRowData(5);
    event.setField(0, kind);
    event.setField(1 + kind, row);
    event.setField(4, row.getField(TIME_COLUMN[kind]));
    return event;
  }

  private static Object value(char letter, String text) {
    return switch (letter) {
      case 'L' -> Long.valueOf(text);
      case 'T' -> TimestampData.fromEpochMillis(Long.parseLong(text));
      default -> StringData.fromBytes(text.getBytes(StandardCharsets.UTF_8));
    };
  }
}
