import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.binary.BinaryStringData;

/** What the rows of a query add up to: every column is read, of text the length and both ends. */
final class Checksum implements SumSink.Fold<RowData> {
  private final String columns;

  /** A letter per column: L number, S text, T time, D number with three decimals. */
  Checksum(String columns) {
    this.columns = columns;
  }

  @Override
  public void accept(RowData row, long[] sums) {
    long sum = 0;
    for (int i = 0; i != columns.length(); ++i) {
      sum = (sum ^ number(row, i)) * 0x9e3779b97f4a7c15L;
      sum ^= sum >>> 32;
    }
    ++sums[0];
    sums[1] += sum;
  }

  private long number(RowData row, int i) {
    return switch (columns.charAt(i)) {
      case 'L' -> row.getLong(i);
      case 'T' -> row.getTimestamp(i, 3).getMillisecond();
      case 'D' -> row.getDecimal(i, 23, 3).toBigDecimal().unscaledValue().longValue();
      default -> ofText((BinaryStringData) row.getString(i));
    };
  }

  private static long ofText(BinaryStringData text) {
    int n = text.getSizeInBytes();
    if (n < 8) {
      long all = 0;
      for (int i = 0; i != n; ++i) all = all << 8 | (text.byteAt(i) & 0xff);
      return all << 8 | n;
    }
    return littleEndian(text, 0) ^ (littleEndian(text, n - 8) << 1) ^ n;
  }

  private static long littleEndian(BinaryStringData text, int at) {
    long all = 0;
    for (int i = 7; i >= 0; --i) all = all << 8 | (text.byteAt(at + i) & 0xff);
    return all;
  }
}
