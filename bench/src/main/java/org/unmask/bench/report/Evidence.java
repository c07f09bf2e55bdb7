package org.unmask.bench.report;

import java.util.List;
import org.unmask.bench.sweep.Question;
import org.unmask.bench.sweep.SampleRow;
import org.unmask.bench.sweep.Trace;

/**
 * What the averages of a report rest on.
 *
 * @param rows the samples
 * @param questions what they ask; may be empty
 * @param traces how some of them were decoded; may be empty
 */
public record Evidence(List<SampleRow> rows, List<Question> questions, List<Trace> traces) {}
