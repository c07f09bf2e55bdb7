package org.unmask.decode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.unmask.decode.speculative.Proposal;
import org.unmask.model.Conditioning;

/**
 * One decoding strategy of the catalogue: its name, its source, its options and how to start it.
 *
 * <p>Get one from {@link Algorithms}.
 */
public final class Algorithm {

  /** Makes the state machine of one sequence. */
  interface Factory {
    Decoding start(DecodeContext context);
  }

  /** Refuses combinations of options that make no sense together. */
  interface Check {
    void check(DecodeOptions options);
  }

  private final String id;
  private final String title;
  private final String paper;
  private final String arxiv;
  private final Map<String, Parameter> parameters;
  private final Factory factory;
  private final Check check;
  private final String cacheReason;
  private final Conditioning network;
  private final @Nullable Function<DecodeOptions, Proposal> proposal;

  private Algorithm(Builder builder, Factory factory) {
    this.id = builder.id;
    this.title = builder.title;
    this.paper = builder.paper;
    this.arxiv = builder.arxiv;
    this.parameters = java.util.Collections.unmodifiableMap(builder.parameters);
    this.check = builder.check;
    this.cacheReason = builder.cacheReason;
    this.network = builder.network;
    this.proposal = builder.proposal;
    this.factory = factory;
  }

  /** Returns the id, as {@code --algorithm} takes it. */
  public String id() {
    return id;
  }

  /** Returns one line that says what the rule does. */
  public String title() {
    return title;
  }

  /** Returns the paper's short name, or an empty string if there is none. */
  public String paper() {
    return paper;
  }

  /** Returns the arXiv number, or an empty string if there is none. */
  public String arxiv() {
    return arxiv;
  }

  /** Returns all options: the common ones first, then the algorithm's own. */
  public List<Parameter> parameters() {
    return List.copyOf(parameters.values());
  }

  /** Finds an option by its name in kebab-case. */
  public Optional<Parameter> parameter(String name) {
    return Optional.ofNullable(parameters.get(name));
  }

  /** Returns the caches that go with this algorithm. */
  public List<String> caches() {
    return parameter(CommonOptions.CACHE).map(Parameter::choices).orElse(List.of("none"));
  }

  /** Returns the kind of network the algorithm decodes with. */
  public Conditioning network() {
    return network;
  }

  /** Returns how the algorithm proposes tokens under some options, or null if it does not. */
  @Nullable Proposal proposal(DecodeOptions options) {
    return proposal == null ? null : proposal.apply(options);
  }

  /**
   * Returns what the algorithm needs beside a network with a mask token, in words, such as "a
   * causal model"; empty if nothing.
   */
  public List<String> needs() {
    return Needs.of(this);
  }

  void check(DecodeOptions options) {
    check.check(options);
  }

  /** Refuses a cache that does not go with this algorithm, with the reason. */
  void checkCache(String cache) {
    if (CachePolicy.NAMES.contains(cache) && !caches().contains(cache)) {
      String reason =
          switch (cache) {
            case "block-exact" -> "that needs attention which sees no later block";
            case "vicinity" -> "that belongs to the loop of dinfer-threshold, credit and hierarchy";
            case "none" -> "the method is defined with a cache";
            default -> cacheReason;
          };
      throw new IllegalArgumentException(
          "algorithm "
              + id
              + " does not go with cache "
              + cache
              + ": "
              + reason
              + "; use "
              + String.join(" or ", caches()));
    }
  }

  Decoding start(DecodeContext context) {
    return factory.start(context);
  }

  @Override
  public String toString() {
    return id;
  }

  /**
   * Starts the description of an algorithm with all common options.
   *
   * @param id canonical id
   * @param title what the rule does, one line without a full stop
   */
  static Builder named(String id, String title) {
    return new Builder(id, title);
  }

  /** Collects an algorithm's description. */
  static final class Builder {
    private final String id;
    private final String title;
    private String paper = "";
    private String arxiv = "";
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private Check check = CommonOptions::checkBlocks;
    private String cacheReason = "the method has a forward call of its own";
    private Conditioning network = Conditioning.FULL;
    private @Nullable Function<DecodeOptions, Proposal> proposal;

    private Builder(String id, String title) {
      this.id = id;
      this.title = title;
      CommonOptions.all().forEach(p -> parameters.put(p.name(), p));
    }

    Builder paper(String name, String number) {
      paper = name;
      arxiv = number;
      return this;
    }

    /** Adds an option, or replaces the common one of that name. */
    Builder with(Parameter parameter) {
      parameters.put(parameter.name(), parameter);
      return this;
    }

    /** Changes the default of an option. */
    Builder withDefault(String name, Object value) {
      parameters.computeIfPresent(name, (n, p) -> p.withDefault(value));
      return this;
    }

    /** Says which caches go with the algorithm; without this call, only {@code none}. */
    Builder caches(String... names) {
      List<String> choices = new ArrayList<>(List.of("none"));
      choices.addAll(List.of(names));
      if (choices.contains(DelayedCache.NAME)) {
        with(DelayedCache.parameter());
      }
      if (choices.contains(WindowCache.NAME)) {
        with(WindowCache.parameter());
      }
      if (choices.contains(SimilarityCache.NAME)) {
        SimilarityCache.parameters().forEach(this::with);
      }
      return with(CommonOptions.cache(choices));
    }

    /** Says that every general cache goes with the algorithm. */
    Builder anyCache() {
      return caches("prefix", "dual", "window", DelayedCache.NAME, SimilarityCache.NAME);
    }

    /** Says why the other caches do not go with the algorithm. */
    Builder noOtherCache(String reason) {
      cacheReason = reason;
      return this;
    }

    /** Says that the algorithm decodes token by token with another network than a denoiser. */
    Builder network(Conditioning kind) {
      network = kind;
      CommonOptions.OF_DENOISERS.forEach(parameters::remove);
      return freeBlocks();
    }

    /** Says how the algorithm proposes tokens that a rule accepts. */
    Builder proposing(Function<DecodeOptions, Proposal> how) {
      proposal = how;
      return this;
    }

    /** Says that block ends are the algorithm's own business and need not divide the length. */
    Builder freeBlocks() {
      check = options -> {};
      return this;
    }

    /** Says that the number of steps sets how many tokens each step unmasks. */
    Builder scheduled() {
      return check(CommonOptions::checkSteps);
    }

    /** Adds a check of options given together. */
    Builder check(Check addition) {
      Check before = check;
      check =
          options -> {
            before.check(options);
            addition.check(options);
          };
      return this;
    }

    /** Finishes an algorithm with a state machine of its own. */
    Algorithm startedBy(Factory factory) {
      return new Algorithm(this, factory);
    }

    /** Finishes an algorithm that is a combination of components. */
    Algorithm madeOf(Strategy.Factory factory) {
      return startedBy(context -> new BlockDecoding(context, factory.make(context)));
    }
  }
}
