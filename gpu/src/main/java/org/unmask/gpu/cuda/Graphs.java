package org.unmask.gpu.cuda;

import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.unmask.gpu.Step;

/**
 * Recorded steps, one for each shape of each denoiser. A shape is run plainly the first time, so
 * that libraries set themselves up, recorded the second, replayed from then on.
 */
final class Graphs {

  private static final int MOST = 64;

  private record Key(Step step, Step.Shape shape) {}

  private final Driver driver;
  private final Set<Key> seen = new HashSet<>();
  private final LinkedHashMap<Key, MemorySegment> graphs = new LinkedHashMap<>(16, 0.75f, true);

  Graphs(Driver driver) {
    this.driver = driver;
  }

  void run(Step step, Runnable body) {
    Key key = new Key(step, step.shape());
    MemorySegment graph = graphs.get(key);
    if (graph == null && seen.add(key)) {
      body.run();
      return;
    }
    if (graph == null) {
      graph = record(body);
      makeRoom();
      graphs.put(key, graph);
    }
    driver.launchGraph(graph);
  }

  private MemorySegment record(Runnable body) {
    driver.beginCapture();
    try {
      body.run();
    } catch (RuntimeException e) {
      driver.freeGraph(driver.endCapture());
      throw e;
    }
    return driver.endCapture();
  }

  private void makeRoom() {
    if (graphs.size() >= MOST) {
      Iterator<Map.Entry<Key, MemorySegment>> oldest = graphs.entrySet().iterator();
      driver.freeGraph(oldest.next().getValue());
      oldest.remove();
    }
  }

  /** Drops all: memory they hold addresses of is going. */
  void clear() {
    graphs.values().forEach(driver::freeGraph);
    graphs.clear();
    seen.clear();
  }
}
