package dev.quantdesk.kit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the package-info files say about who may use whom. */
@Timeout(30)
class PackageRulesTest {
    private static final JavaClasses KIT = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.quantdesk.kit");

    @Test
    void shouldSeeTheClassesOfTheKit() {
        assertTrue(KIT.size() > 30, "classes found: " + KIT.size());
    }

    @Test
    void shouldKeepDomainPackagesPure() {
        noClasses()
                .that()
                .resideInAnyPackage("..kit.solana..", "..kit.intent..", "..kit.market..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.vertx..",
                        "redis..",
                        "io.opentelemetry..",
                        "io.prometheus..",
                        "org.slf4j..",
                        "java.time..",
                        "java.net..",
                        "java.nio.file..",
                        "..kit.rpc..",
                        "..kit.event..",
                        "..kit.db..",
                        "..kit.service..")
                .check(KIT);
    }

    @Test
    void shouldLetNothingButServicesUseTheRuntime() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..kit.service..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("..kit.service..")
                .check(KIT);
    }

    @Test
    void shouldHaveNoCircleOfPackages() {
        slices().matching("dev.quantdesk.kit.(*)..").should().beFreeOfCycles().check(KIT);
    }
}
