package org.unmask.model.transformer;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The forward pass of the specification, written straight down in double, to judge the real one.
 */
final class DoubleForward {

  private final TinyModel model;
  private final TinyModel.Shape s;

  DoubleForward(TinyModel model) {
    this.model = model;
    s = model.shape();
  }

  /** Returns the logits (tokens, vocabulary) of a whole sequence. */
  double[][] logits(int[] ids) {
    double[][] h = new double[ids.length][];
    for (int t = 0; t < ids.length; t++) {
      h[t] = row("embed", ids[t], s.hidden());
    }
    for (int l = 0; l < s.layers(); l++) {
      attend(h, l);
      for (double[] x : h) {
        add(x, mlp(norm(x, l + ".mlp_norm"), l));
      }
    }
    double[][] logits = new double[ids.length][];
    for (int t = 0; t < ids.length; t++) {
      logits[t] = times(s.tied() ? "embed" : "head", norm(h[t], "norm"));
    }
    return logits;
  }

  private void attend(double[][] h, int l) {
    int n = h.length;
    double[][] q = new double[n][];
    double[][] k = new double[n][];
    double[][] v = new double[n][];
    for (int t = 0; t < n; t++) {
      double[] a = norm(h[t], l + ".attn_norm");
      q[t] = heads(l + ".q", a, l + ".q_norm", t, true);
      k[t] = heads(l + ".k", a, l + ".k_norm", t, true);
      v[t] = heads(l + ".v", a, "", t, false);
    }
    int d = s.headDim();
    for (int t = 0; t < n; t++) {
      double[] out = new double[s.heads() * d];
      for (int head = 0; head < s.heads(); head++) {
        int kv = head / (s.heads() / s.kvHeads());
        double[] p = new double[n];
        for (int j = 0; j < n; j++) {
          double dot = 0;
          for (int i = 0; i < d; i++) {
            dot += q[t][head * d + i] * k[j][kv * d + i];
          }
          p[j] = sees(t, j) ? dot / Math.sqrt(d) : Double.NEGATIVE_INFINITY;
        }
        softmax(p);
        for (int j = 0; j < n; j++) {
          for (int i = 0; i < d; i++) {
            out[head * d + i] += p[j] * v[j][kv * d + i];
          }
        }
      }
      add(h[t], times(l + ".o", out));
    }
  }

  private boolean sees(int query, int key) {
    return switch (s.mask()) {
      case "full" -> true;
      case "causal" -> key <= query;
      default -> key / s.block() <= query / s.block();
    };
  }

  private double[] heads(String role, double[] a, String norm, int position, boolean rotated) {
    double[] x = times(role, a);
    if (s.bias()) {
      float[] bias = model.values(role + ".bias");
      for (int i = 0; i < x.length; i++) {
        x[i] += bias[i];
      }
    }
    int d = s.headDim();
    for (int from = 0; from < x.length && rotated; from += d) {
      double[] head = Arrays.copyOfRange(x, from, from + d);
      head = s.qkNorm() ? norm(head, norm) : head;
      int half = s.rotaryDims() / 2;
      for (int j = 0; j < half; j++) {
        double angle = position * frequency(j);
        double a0 = head[j];
        double b0 = head[j + half];
        head[j] = a0 * Math.cos(angle) - b0 * Math.sin(angle);
        head[j + half] = b0 * Math.cos(angle) + a0 * Math.sin(angle);
      }
      System.arraycopy(head, 0, x, from, d);
    }
    return x;
  }

  /** Frequencies with llama3 scaling: low factor 1, high factor 4, original length 32. */
  private double frequency(int j) {
    double f = Math.pow(s.theta(), -2.0 * j / s.rotaryDims());
    if (s.llama3Factor() == 0) {
      return f;
    }
    double wavelength = 2 * Math.PI / f;
    if (wavelength < 32.0 / 4) {
      return f;
    }
    if (wavelength > 32.0) {
      return f / s.llama3Factor();
    }
    double smooth = (32 / wavelength - 1) / (4 - 1);
    return (1 - smooth) * f / s.llama3Factor() + smooth * f;
  }

  private double[] mlp(double[] x, int l) {
    if (!s.isSparse(l)) {
      return swiGlu(x, Integer.toString(l));
    }
    double[] weights = route(x, l);
    double[] out = new double[s.hidden()];
    for (int e = 0; e < s.experts(); e++) {
      double[] y = swiGlu(x, l + ".e" + e);
      for (int i = 0; i < out.length; i++) {
        out[i] += weights[e] * y[i];
      }
    }
    if (model.has(l + ".shared.gate")) {
      add(out, swiGlu(x, l + ".shared"));
    }
    return out;
  }

  /** Returns the weight of every expert, 0 of those not chosen. */
  private double[] route(double[] x, int l) {
    double[] score = times(l + ".router", x);
    double[] rank;
    if (s.naming().equals("llada2")) {
      float[] bias = model.values(l + ".router_bias");
      rank = new double[score.length];
      for (int e = 0; e < score.length; e++) {
        score[e] = 1 / (1 + Math.exp(-score[e]));
        rank[e] = score[e] + bias[e];
      }
      int size = score.length / TinyModel.Shape.GROUPS;
      double[] groups = new double[TinyModel.Shape.GROUPS];
      for (int g = 0; g < groups.length; g++) {
        double[] sorted = Arrays.copyOfRange(rank, g * size, (g + 1) * size);
        Arrays.sort(sorted);
        groups[g] = sorted[size - 1] + sorted[size - 2];
      }
      boolean[] kept = top(groups, TinyModel.Shape.KEPT_GROUPS);
      for (int e = 0; e < rank.length; e++) {
        rank[e] = kept[e / size] ? rank[e] : Double.NEGATIVE_INFINITY;
      }
    } else {
      softmax(score);
      rank = score;
    }
    boolean[] chosen = top(rank, TinyModel.Shape.CHOSEN);
    double sum = 0;
    for (int e = 0; e < score.length; e++) {
      score[e] = chosen[e] ? score[e] : 0;
      sum += score[e];
    }
    for (int e = 0; e < score.length && !s.naming().equals("llama"); e++) {
      score[e] /= sum;
      score[e] *= s.naming().equals("llada2") ? TinyModel.Shape.SCALE : 1;
    }
    return score;
  }

  private static boolean[] top(double[] values, int count) {
    boolean[] chosen = new boolean[values.length];
    IntStream.range(0, values.length)
        .boxed()
        .sorted((a, b) -> Double.compare(values[b], values[a])) // stable: lowest index first
        .limit(count)
        .forEach(i -> chosen[i] = true);
    return chosen;
  }

  private double[] swiGlu(double[] x, String role) {
    double[] gate = times(role + ".gate", x);
    double[] up = times(role + ".up", x);
    for (int i = 0; i < gate.length; i++) {
      gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
    }
    return times(role + ".down", gate);
  }

  private double[] norm(double[] x, String role) {
    float[] g = model.values(role);
    double square = 0;
    for (double value : x) {
      square += value * value;
    }
    double r = 1 / Math.sqrt(square / x.length + s.eps());
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i] * r * g[i];
    }
    return y;
  }

  private double[] times(String role, double[] x) {
    float[] w = model.values(role);
    double[] y = new double[w.length / x.length];
    for (int o = 0; o < y.length; o++) {
      for (int i = 0; i < x.length; i++) {
        y[o] += (double) w[o * x.length + i] * x[i];
      }
    }
    return y;
  }

  private double[] row(String role, int row, int size) {
    float[] w = model.values(role);
    double[] y = new double[size];
    for (int i = 0; i < size; i++) {
      y[i] = w[row * size + i];
    }
    return y;
  }

  private static void softmax(double[] x) {
    double max = Arrays.stream(x).max().orElseThrow();
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      x[i] = Math.exp(x[i] - max);
      sum += x[i];
    }
    for (int i = 0; i < x.length; i++) {
      x[i] /= sum;
    }
  }

  private static void add(double[] x, double[] y) {
    for (int i = 0; i < x.length; i++) {
      x[i] += y[i];
    }
  }
}
