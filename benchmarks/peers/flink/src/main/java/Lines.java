import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFilterFunction;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.reader.TextLineInputFormat;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The lines of all files of a directory, by Flink's own connector. */
final class Lines {
  private Lines() {}

  /** Starts the clock with the first line, and counts lines; chained to the source. */
  private static final class Counting extends RichFilterFunction<String> {
    private long lines;

    @Override
    public void open(OpenContext context) {
      Clock.begin();
    }

    @Override
    public boolean filter(String line) {
      ++lines;
      return true;
    }

    @Override
    public void close() {
      Clock.read(lines);
    }
  }

  static SingleOutputStreamOperator<String> of(StreamExecutionEnvironment env, String directory) {
    FileSource<String> source = FileSource.forRecordStreamFormat(new TextLineInputFormat(),
        new org.apache.flink.core.fs.Path("file://" + directory)).build();
    return env.fromSource(source, WatermarkStrategy.noWatermarks(), "lines")
        .filter(new Counting());
  }
}
