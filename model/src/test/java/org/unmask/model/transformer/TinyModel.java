package org.unmask.model.transformer;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.unmask.weights.Checkpoint;
import org.unmask.weights.safetensors.Dtype;
import org.unmask.weights.safetensors.SafetensorsWriter;
import org.unmask.weights.safetensors.Tensor;

/**
 * A small random model of some family: its shape, its weights by role ({@code embed}, {@code 0.q},
 * {@code 1.e3.down}, ...), and how it is written to a folder.
 *
 * <p>Weights are multiples of 2^-10 with at most 7 significant bits: float16 and bfloat16 hold them
 * exactly.
 */
final class TinyModel {

  /**
   * The shape, spelled out anew here so that the tests do not trust {@link TransformerConfig}.
   *
   * @param naming tensor names: "olmo", "llama" or "llada2"; "qwen-moe" has those of "llama"
   * @param mask "full", "causal" or "block"
   * @param experts 0 for a dense model; layer 0 of a "llada2" one is dense, and of a causal one
   */
  record Shape(
      String naming,
      int vocabulary,
      int hidden,
      int inner,
      int layers,
      int heads,
      int kvHeads,
      int headDim,
      boolean bias,
      boolean qkNorm,
      boolean tied,
      String mask,
      int block,
      double theta,
      double eps,
      int rotaryDims,
      double llama3Factor,
      int experts) {

    static final int CHOSEN = 3;
    static final int GROUPS = 4;
    static final int KEPT_GROUPS = 2;
    static final double SCALE = 2.5;

    static Shape of(String naming, int hidden, int inner, int heads, int kvHeads, int headDim) {
      return new Shape(
          naming, 77, hidden, inner, 2, heads, kvHeads, headDim, false, false, false, "full", 0,
          10000, 1e-6, headDim, 0, 0);
    }

    Shape flags(boolean bias, boolean qkNorm, boolean tied) {
      return new Shape(
          naming,
          vocabulary,
          hidden,
          inner,
          layers,
          heads,
          kvHeads,
          headDim,
          bias,
          qkNorm,
          tied,
          mask,
          block,
          theta,
          eps,
          rotaryDims,
          llama3Factor,
          experts);
    }

    Shape sees(String mask, int block) {
      return new Shape(
          naming,
          vocabulary,
          hidden,
          inner,
          layers,
          heads,
          kvHeads,
          headDim,
          bias,
          qkNorm,
          tied,
          mask,
          block,
          theta,
          eps,
          rotaryDims,
          llama3Factor,
          experts);
    }

    Shape rotary(double theta, int rotaryDims, double llama3Factor) {
      return new Shape(
          naming,
          vocabulary,
          hidden,
          inner,
          layers,
          heads,
          kvHeads,
          headDim,
          bias,
          qkNorm,
          tied,
          mask,
          block,
          theta,
          eps,
          rotaryDims,
          llama3Factor,
          experts);
    }

    Shape experts(int experts) {
      return new Shape(
          naming,
          vocabulary,
          hidden,
          inner,
          3,
          heads,
          kvHeads,
          headDim,
          bias,
          qkNorm,
          tied,
          mask,
          block,
          theta,
          eps,
          rotaryDims,
          llama3Factor,
          experts);
    }

    boolean isSparse(int layer) {
      return experts > 0 && (layer > 0 || !(naming.equals("llada2") || mask.equals("causal")));
    }
  }

  /** A tensor by role. */
  record Weight(float[] values, long... shape) {}

  private final Shape shape;
  private final String config;
  private final SplittableRandom random;
  private final Map<String, Weight> weights = new LinkedHashMap<>();

  /**
   * Draws a model.
   *
   * @param config config.json, written with single quotes
   */
  TinyModel(Shape shape, String config, long seed) {
    this.shape = shape;
    this.config = config;
    random = new SplittableRandom(seed);
    draw("embed", shape.vocabulary, shape.hidden);
    int queries = shape.heads * shape.headDim;
    int keys = shape.kvHeads * shape.headDim;
    for (int l = 0; l < shape.layers; l++) {
      drawNorm(l + ".attn_norm", shape.hidden);
      draw(l + ".q", queries, shape.hidden);
      draw(l + ".k", keys, shape.hidden);
      draw(l + ".v", keys, shape.hidden);
      if (shape.bias) {
        draw(l + ".q.bias", queries);
        draw(l + ".k.bias", keys);
        draw(l + ".v.bias", keys);
      }
      if (shape.qkNorm) {
        drawNorm(l + ".q_norm", shape.headDim);
        drawNorm(l + ".k_norm", shape.headDim);
      }
      draw(l + ".o", shape.hidden, queries);
      drawNorm(l + ".mlp_norm", shape.hidden);
      if (shape.isSparse(l)) {
        draw(l + ".router", shape.experts, shape.hidden);
        if (shape.naming.equals("llada2")) {
          draw(l + ".router_bias", shape.experts);
          drawMlp(l + ".shared");
        }
        for (int e = 0; e < shape.experts; e++) {
          drawMlp(l + ".e" + e);
        }
      } else {
        drawMlp(Integer.toString(l));
      }
    }
    drawNorm("norm", shape.hidden);
    if (!shape.tied) {
      draw("head", shape.vocabulary, shape.hidden);
    }
  }

  private void drawMlp(String role) {
    draw(role + ".gate", shape.inner, shape.hidden);
    draw(role + ".up", shape.inner, shape.hidden);
    draw(role + ".down", shape.hidden, shape.inner);
  }

  private void draw(String role, long... dims) {
    long count = 1;
    for (long dim : dims) {
      count *= dim;
    }
    float[] values = new float[(int) count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextInt(-127, 128) / 1024f;
    }
    weights.put(role, new Weight(values, dims));
  }

  private void drawNorm(String role, int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = 1 + random.nextInt(64) / 128f;
    }
    weights.put(role, new Weight(values, size));
  }

  Shape shape() {
    return shape;
  }

  /** Returns a weight by role. */
  float[] values(String role) {
    return Objects.requireNonNull(weights.get(role), role).values;
  }

  boolean has(String role) {
    return weights.containsKey(role);
  }

  /** Replaces a weight. */
  void put(String role, float[] values, long... dims) {
    weights.put(role, new Weight(values, dims));
  }

  void remove(String role) {
    weights.remove(role);
  }

  /** Writes one file of bfloat16. */
  Checkpoint write(Path folder) throws IOException {
    return write(folder, Dtype.BF16, 1);
  }

  /** Writes the folder and opens it. */
  Checkpoint write(Path folder, Dtype dtype, int shards) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), config.replace('\'', '"'));
    List<Tensor> tensors = new ArrayList<>();
    for (var entry : stored().entrySet()) {
      tensors.add(tensor(entry.getKey(), entry.getValue(), dtype));
    }
    if (shards == 1) {
      SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, Map.of());
    } else {
      Map<String, String> map = new LinkedHashMap<>();
      for (int s = 0; s < shards; s++) {
        String file = "model-%05d-of-%05d.safetensors".formatted(s + 1, shards);
        List<Tensor> part = new ArrayList<>();
        for (int i = s; i < tensors.size(); i += shards) {
          part.add(tensors.get(i));
          map.put(tensors.get(i).name(), file);
        }
        SafetensorsWriter.write(folder.resolve(file), part, Map.of());
      }
      Files.writeString(
          folder.resolve("model.safetensors.index.json"),
          map.entrySet().stream()
              .map(e -> "\"" + e.getKey() + "\":\"" + e.getValue() + "\"")
              .collect(Collectors.joining(",", "{\"weight_map\":{", "}}")));
    }
    return Checkpoint.open(folder);
  }

  /** Returns the tensors by their names in the file; the llada2 layout fuses q, k and v. */
  private Map<String, Weight> stored() {
    Map<String, Weight> stored = new LinkedHashMap<>();
    Predicate<String> isFused =
        role -> shape.naming.equals("llada2") && role.matches("\\d+\\.[qkv]");
    weights.forEach(
        (role, weight) -> {
          if (!isFused.test(role)) {
            stored.put(name(role), weight);
          }
        });
    for (int l = 0; l < shape.layers && shape.naming.equals("llada2"); l++) {
      int rows = (shape.heads + 2 * shape.kvHeads) * shape.headDim;
      float[] all = new float[rows * shape.hidden];
      int at = 0;
      for (String part : List.of(".q", ".k", ".v")) {
        float[] values = values(l + part);
        System.arraycopy(values, 0, all, at, values.length);
        at += values.length;
      }
      stored.put(
          "model.layers." + l + ".attention.query_key_value.weight",
          new Weight(all, rows, shape.hidden));
    }
    return stored;
  }

  private String name(String role) {
    if (!Character.isDigit(role.charAt(0))) {
      return top(role);
    }
    String layer = role.substring(0, role.indexOf('.'));
    String part = role.substring(role.indexOf('.') + 1);
    if (part.endsWith(".bias")) {
      return name(role.substring(0, role.length() - 5)).replace(".weight", ".bias");
    }
    if (part.equals("router_bias")) {
      return "model.layers." + layer + ".mlp.gate.expert_bias";
    }
    String olmo = "model.transformer.blocks." + layer + "." + OLMO.get(part) + ".weight";
    if (shape.naming.equals("olmo")) {
      return olmo;
    }
    String prefix = "model.layers." + layer + ".";
    if (part.matches("(e\\d+|shared)\\..*")) {
      String owner = part.substring(0, part.indexOf('.'));
      return prefix
          + (owner.equals("shared")
              ? "mlp.shared_experts."
              : "mlp.experts." + owner.substring(1) + ".")
          + part.substring(part.indexOf('.') + 1)
          + "_proj.weight";
    }
    Map<String, String> names = shape.naming.equals("llada2") ? LLADA2 : LLAMA;
    return prefix + names.getOrDefault(part, LLAMA.get(part)) + ".weight";
  }

  private String top(String role) {
    return switch (shape.naming.replace("qwen-moe", "llama") + " " + role) {
      case "olmo embed" -> "model.transformer.wte.weight";
      case "olmo norm" -> "model.transformer.ln_f.weight";
      case "olmo head" -> "model.transformer.ff_out.weight";
      case "llada2 embed" -> "model.word_embeddings.weight";
      case "llama embed" -> "model.embed_tokens.weight";
      case "llama norm", "llada2 norm" -> "model.norm.weight";
      case "llama head", "llada2 head" -> "lm_head.weight";
      default -> role;
    };
  }

  private static final Map<String, String> OLMO =
      Map.of(
          "attn_norm", "attn_norm",
          "q", "q_proj",
          "k", "k_proj",
          "v", "v_proj",
          "o", "attn_out",
          "mlp_norm", "ff_norm",
          "gate", "ff_proj",
          "up", "up_proj",
          "down", "ff_out");

  private static final Map<String, String> LLAMA =
      Map.ofEntries(
          Map.entry("attn_norm", "input_layernorm"),
          Map.entry("q", "self_attn.q_proj"),
          Map.entry("k", "self_attn.k_proj"),
          Map.entry("v", "self_attn.v_proj"),
          Map.entry("q_norm", "self_attn.q_norm"),
          Map.entry("k_norm", "self_attn.k_norm"),
          Map.entry("o", "self_attn.o_proj"),
          Map.entry("mlp_norm", "post_attention_layernorm"),
          Map.entry("gate", "mlp.gate_proj"),
          Map.entry("up", "mlp.up_proj"),
          Map.entry("down", "mlp.down_proj"),
          Map.entry("router", "mlp.gate"));

  private static final Map<String, String> LLADA2 =
      Map.of(
          "q_norm", "attention.query_layernorm",
          "k_norm", "attention.key_layernorm",
          "o", "attention.dense");

  private static Tensor tensor(String name, Weight weight, Dtype dtype) {
    float[] values = weight.values;
    if (dtype == Dtype.F32 || name.endsWith("expert_bias")) {
      return Tensor.of(name, values, weight.shape);
    }
    MemorySegment data = Arena.ofAuto().allocate(2L * values.length, 8);
    for (int i = 0; i < values.length; i++) {
      short bits =
          dtype == Dtype.F16
              ? Float.floatToFloat16(values[i])
              : (short) (Float.floatToRawIntBits(values[i]) >>> 16);
      data.setAtIndex(ValueLayout.JAVA_SHORT, i, bits);
    }
    return new Tensor(name, dtype, weight.shape, data);
  }
}
