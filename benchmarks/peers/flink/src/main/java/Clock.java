import java.lang.management.ManagementFactory;

/**
 * Runs from the first record that a source makes until the last sink has seen the end. Static, since
 * all tasks of the job are in this process.
 */
final class Clock {
  private static long begun;
  private static double cpuBegun;
  private static double wall;
  private static double cpu;
  private static long records;

  private Clock() {}

  static double cpuSeconds() {
    return ((com.sun.management.OperatingSystemMXBean)
        ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
  }

  static synchronized void reset() {
    begun = 0;
    wall = 0;
    cpu = 0;
    records = 0;
  }

  /** A source begins; the first one counts. */
  static synchronized void begin() {
    if (begun != 0) return;
    begun = System.nanoTime();
    cpuBegun = cpuSeconds();
  }

  /** A source has read so many records. */
  static synchronized void read(long more) {
    records += more;
  }

  /** A sink has seen the end; the last one counts. */
  static synchronized void end() {
    wall = (System.nanoTime() - begun) / 1e9;
    cpu = cpuSeconds() - cpuBegun;
  }

  static synchronized double wall() {
    return wall;
  }

  static synchronized double cpu() {
    return cpu;
  }

  static synchronized long records() {
    return records;
  }
}
