package org.unmask.model.tokenizer;

/**
 * Decodes ids that arrive one by one into text that is never taken back.
 *
 * <p>The texts that {@link #next} and {@link #finish} return, put together, are what {@link
 * Tokenizer#decode} returns for all ids. A character whose bytes have not all come is held back.
 * For one sequence and one thread.
 */
public abstract sealed class StreamingDecoder permits ByteStreamingDecoder, TextStreamingDecoder {

  StreamingDecoder() {}

  /**
   * Takes the next id.
   *
   * @param id any id
   * @return the text that is certain now and was not before, often one token, possibly empty
   */
  public abstract String next(int id);

  /**
   * Ends the sequence.
   *
   * @return what was held back, an unfinished character as U+FFFD; usually empty
   */
  public abstract String finish();
}
