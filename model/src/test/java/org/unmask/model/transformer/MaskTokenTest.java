package org.unmask.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmask.model.AttentionMask;
import org.unmask.weights.Checkpoint;
import org.unmask.weights.CheckpointException;

/** Where a folder's mask token is found, and what a side-car file overrides. */
class MaskTokenTest {

  @TempDir private Path folder;

  private TransformerConfig config(TinyModel model) throws IOException {
    try (Checkpoint checkpoint = model.write(folder)) {
      return Transformer.config(checkpoint);
    }
  }

  private void file(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text.replace('\'', '"'));
  }

  /** A converted Qwen3 whose configuration names no mask. */
  private static TinyModel silent() {
    return TinyModels.A2D_QWEN3.with(",'mask_token_id':70", "");
  }

  @Test
  void configuration_winsOverTheTokenizer() throws IOException {
    file(
        "tokenizer_config.json",
        "{'mask_token':'<m>','added_tokens_decoder':{'71':{'content':'<m>'}}}");
    assertThat(config(TinyModels.A2D_QWEN3.draw()).maskId()).isEqualTo(70);
    assertThat(config(silent()).maskId()).isEqualTo(71);
  }

  @Test
  void tokenizerFiles_nameIt() throws IOException {
    assertThat(config(silent()).maskId()).isEqualTo(-1);
    file("special_tokens_map.json", "{'mask_token':{'content':'<m>'}}");
    assertThat(config(silent()).maskId()).isEqualTo(-1);
    file(
        "tokenizer.json",
        "{'model':{'vocab':{'a':1,'<m>':72}},'added_tokens':[{'content':'<x>','id':75}]}");
    assertThat(config(silent()).maskId()).isEqualTo(72);
    file(
        "tokenizer.json", "{'model':{'vocab':{'a':1}},'added_tokens':[{'content':'<m>','id':73}]}");
    assertThat(config(silent()).maskId()).isEqualTo(73);
    file("added_tokens.json", "{'<m>':74}");
    assertThat(config(silent()).maskId()).isEqualTo(74);
  }

  @Test
  void causalModel_hasNoMaskWhateverItsTokenizerNames() throws IOException {
    file("special_tokens_map.json", "{'mask_token':'<m>'}");
    file("added_tokens.json", "{'<m>':74}");
    assertThat(config(TinyModels.QWEN2.draw()).maskId()).isEqualTo(-1);
    file("unmask.json", "{'attention':'full'}");
    assertThat(config(TinyModels.QWEN2.draw()).maskId()).isEqualTo(74);
  }

  @Test
  void familyWithOneMask_knowsItByHeart() throws IOException {
    TinyModel bare = TinyModels.SDAR.with("'mask_token_id':70,", "");
    assertThat(config(bare).maskId()).as("151669 lies outside this vocabulary").isEqualTo(-1);
    TinyModel wide =
        TinyModels.SDAR.with("'vocab_size':77", "'vocab_size':151936", "'mask_token_id':70,", "");
    assertThat(config(wide).maskId()).isEqualTo(151669);
  }

  @Test
  void maskOutsideTheVocabulary_isRefused() throws IOException {
    file(
        "tokenizer_config.json",
        "{'mask_token':'<m>','added_tokens_decoder':{'77':{'content':'<m>'}}}");
    assertThatThrownBy(() -> config(silent()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("mask token id 77 is outside the vocabulary of 77 rows");
  }

  @Test
  void sideCar_overrides() throws IOException {
    file("unmask.json", "{'mask_id':3,'shift':true,'attention':'block','block_length':8}");
    TransformerConfig config = config(silent());
    assertThat(config.maskId()).isEqualTo(3);
    assertThat(config.shift()).isEqualTo(1);
    assertThat(config.attention()).isEqualTo(new AttentionMask.BlockCausal(8));
    file("unmask.json", "{'attention':'block'}");
    assertThatThrownBy(() -> config(silent()))
        .hasMessageContaining("attention 'block' in unmask.json needs a block_length too");
  }
}
