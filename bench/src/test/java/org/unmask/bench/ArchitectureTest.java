package org.unmask.bench;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import java.net.URI;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which package may know which; modules are kept apart by their module-info already. */
class ArchitectureTest {

  private static final JavaClasses CLASSES = importModules();

  private static final Set<String> PLATFORM_FUNCTIONS =
      Set.of(
          "exp", "expm1", "log", "log10", "log1p", "pow", "sin", "cos", "tan", "asin", "acos",
          "atan", "atan2", "sinh", "cosh", "tanh", "cbrt", "hypot");

  /** Adding and multiplying lanes is written add() and mul(); these are for reduceLanes. */
  private static final Set<String> UNORDERED =
      Set.of(
          "ADD", "MUL", "EXP", "EXPM1", "LOG", "LOG10", "LOG1P", "POW", "SIN", "COS", "TAN", "TANH",
          "CBRT", "HYPOT");

  private static JavaClasses importModules() {
    List<Location> places =
        ModuleLayer.boot().configuration().modules().stream()
            .filter(module -> module.name().startsWith("org.unmask."))
            .map(module -> module.reference().location().orElseThrow())
            .map(
                place ->
                    place.getPath().endsWith(".jar") ? URI.create("jar:" + place + "!/") : place)
            .map(Location::of)
            .toList();
    return new ClassFileImporter().importLocations(places);
  }

  @Test
  void allModulesAreLookedAt() {
    for (String module : List.of("weights", "runtime", "model", "decode", "tasks", "bench")) {
      assertThat(CLASSES.that(resideInAPackage("org.unmask." + module + ".."))).isNotEmpty();
    }
  }

  @Test
  void onlyVectorKernels_useTheVectorApi() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.unmask.runtime.kernel.vector..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jdk.incubator.vector..")
        .check(CLASSES);
  }

  @Test
  void tasks_knowNeitherModelsNorDecoders() {
    noClasses()
        .that()
        .resideInAPackage("org.unmask.tasks..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.unmask.model..", "org.unmask.decode..", "org.unmask.runtime..")
        .check(CLASSES);
  }

  @Test
  void decoders_seeTheNetworkOnlyThroughItsInterfaces() {
    noClasses()
        .that()
        .resideInAPackage("org.unmask.decode..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.unmask.model.*..", "org.unmask.runtime.kernel..", "org.unmask.weights..")
        .check(CLASSES);
  }

  @Test
  void numbers_knowNoModelAndNoFile() {
    noClasses()
        .that()
        .resideInAPackage("org.unmask.runtime..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.unmask.model..", "org.unmask.weights..", "java.nio.file..", "tools.jackson..")
        .check(CLASSES);
  }

  @Test
  void librariesOfTheEdge_stayAtTheEdge() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.unmask.bench..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("picocli..", "me.tongfei..", "org.jline..")
        .check(CLASSES);
  }

  @Test
  void commands_areNotKnownByWhatTheyStart() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "org.unmask.bench.sweep..", "org.unmask.bench.report..", "org.unmask.bench.load..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.unmask.bench.cli..")
        .check(CLASSES);
  }

  @Test
  void numbers_useNoFunctionWhoseBitsDependOnThePlatform() {
    DescribedPredicate<JavaCall<?>> intrinsic =
        describe(
            "calls of Math.exp and the like",
            call ->
                call.getTargetOwner().isEquivalentTo(Math.class)
                    && PLATFORM_FUNCTIONS.contains(call.getName()));
    noClasses()
        .that()
        .resideInAnyPackage("org.unmask.runtime..", "org.unmask.model..", "org.unmask.decode..")
        .and()
        .resideOutsideOfPackage("org.unmask.decode.certify..") // judges decoding, is no part of it
        .should()
        .callCodeUnitWhere(intrinsic)
        .because("StrictMath and ScalarMath give the same bits everywhere")
        .check(CLASSES);
  }

  @Test
  void kernels_useNoReductionOrFunctionOfUnspecifiedBits() {
    DescribedPredicate<JavaFieldAccess> unordered =
        describe(
            "sums over lanes and transcendental functions of vectors",
            access ->
                access.getTargetOwner().getName().equals("jdk.incubator.vector.VectorOperators")
                    && UNORDERED.contains(access.getTarget().getName()));
    noClasses()
        .should()
        .accessFieldWhere(unordered)
        .because("their order or rounding differs between the interpreter, C2 and platforms")
        .check(CLASSES);
    assertThat(CLASSES.that(resideInAPackage("org.unmask.runtime.kernel.vector")))
        .as("classes that use operators of vectors at all")
        .anyMatch(
            c ->
                c.getFieldAccessesFromSelf().stream()
                    .anyMatch(a -> a.getTargetOwner().getName().endsWith("VectorOperators")));
  }

  @Test
  void packages_formNoCycle() {
    slices().matching("org.unmask.(*)..").should().beFreeOfCycles().check(CLASSES);
    slices().matching("org.unmask.(*).(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void nobodyWritesToTheConsoleBehindTheTerminalsBack() {
    noClasses()
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(CLASSES);
  }
}
