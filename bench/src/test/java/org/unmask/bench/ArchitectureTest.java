package org.unmask.bench;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which package may know which; modules are kept apart by their module-info already. */
class ArchitectureTest {

  private static final JavaClasses CLASSES = importModules();

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
