import java.util.function.BiConsumer;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/** Adds up what each row is worth, and stops the clock. */
final class SumSink<T> implements Sink<T> {
  /** What a row adds to the number of rows, their weights and the checksum. */
  interface Fold<T> extends BiConsumer<T, long[]>, java.io.Serializable {}

  private static final long[] TOTAL = new long[3];

  private final Fold<T> fold;

  SumSink(Fold<T> fold) {
    this.fold = fold;
  }

  /** The sums of all sinks since the last call. */
  static long[] take() {
    synchronized (TOTAL) {
      long[] taken = TOTAL.clone();
      java.util.Arrays.fill(TOTAL, 0);
      return taken;
    }
  }

  @Override
  public SinkWriter<T> createWriter(WriterInitContext context) {
    return new SinkWriter<>() {
      private final long[] sums = new long[3];

      @Override
      public void write(T row, Context at) {
        fold.accept(row, sums);
      }

      @Override
      public void flush(boolean atEnd) {
        if (!atEnd) return;
        synchronized (TOTAL) {
          for (int i = 0; i != sums.length; ++i) TOTAL[i] += sums[i];
        }
        java.util.Arrays.fill(sums, 0);
        Clock.end();
      }

      @Override
      public void close() {}
    };
  }
}
