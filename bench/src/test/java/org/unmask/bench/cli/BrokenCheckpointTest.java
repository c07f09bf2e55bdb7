package org.unmask.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmask.weights.safetensors.SafetensorsFile;
import org.unmask.weights.safetensors.SafetensorsWriter;
import org.unmask.weights.safetensors.Tensor;
import tools.jackson.databind.node.ObjectNode;

/** Damaged checkpoints: one line that names the file and what is wrong, exit code 1. */
class BrokenCheckpointTest {

  @TempDir Path model;

  @BeforeEach
  void copyShippedModel() throws IOException {
    try (Stream<Path> files = Files.list(Cli.HOME.resolve("weights/unmask-llada-6m"))) {
      for (Path file : files.toList()) {
        Files.copy(file, model.resolve(file.getFileName()));
      }
    }
  }

  private Cli trace() {
    return Cli.run("trace", "--ids", "1", "--gen-length", "2", "--model", model.toString());
  }

  private Path weights() {
    return model.resolve("model.safetensors");
  }

  private void config(UnaryOperator<ObjectNode> change) throws IOException {
    Path file = model.resolve("config.json");
    ObjectNode config = (ObjectNode) Json.MAPPER.readTree(Files.readString(file));
    Files.writeString(file, Json.line(change.apply(config)));
  }

  @Test
  void anIntactCopy_works() {
    trace().ok();
  }

  @Test
  void weightsMissing() throws IOException {
    Files.delete(weights());
    trace().fails(1, "model.safetensors");
  }

  @Test
  void weightsTruncated() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(weights().toFile(), "rw")) {
      file.setLength(file.length() / 2);
    }
    trace().fails(1, "model.safetensors");
    Files.write(weights(), new byte[5]);
    trace().fails(1, "model.safetensors");
  }

  @Test
  void headerCorrupt() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(weights().toFile(), "rw")) {
      file.seek(20);
      file.write("garbage}".getBytes());
    }
    trace().fails(1, "model.safetensors");
  }

  @Test
  void shapesThatDoNotFitTheConfig() throws IOException {
    config(config -> config.put("d_model", 512));
    trace().fails(1, "512", "256");
  }

  @Test
  void unknownModelType() throws IOException {
    config(config -> config.put("model_type", "mamba"));
    trace().fails(1, "mamba");
  }

  @Test
  void configThatIsNotJson() throws IOException {
    Files.writeString(model.resolve("config.json"), "{\"d_model\": ");
    trace().fails(1, "config.json");
  }

  @Test
  void tensorUnderAnotherName() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      Path original = Cli.HOME.resolve("weights/unmask-llada-6m/model.safetensors");
      List<Tensor> tensors = new ArrayList<>();
      for (Tensor tensor : SafetensorsFile.open(original, arena).tensors().values()) {
        String name = tensor.name().replace("blocks.3.q_proj", "blocks.3.qq_proj");
        tensors.add(new Tensor(name, tensor.dtype(), tensor.shape(), tensor.data()));
      }
      SafetensorsWriter.write(weights(), tensors, Map.of());
    }
    trace().fails(1, "blocks.3.q");
  }

  @Test
  void tokenizerMissing() throws IOException {
    Files.delete(model.resolve("tokenizer.json"));
    Cli.run("tokenize", "--text", "x", "--model", model.toString()).fails(1, "tokenizer");
    assertThat(model).isDirectory();
  }
}
