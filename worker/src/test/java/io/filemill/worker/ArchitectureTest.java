package io.filemill.worker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.filemill.worker.file.FileProcessor;
import java.time.Instant;

@AnalyzeClasses(packages = "io.filemill.worker", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES = slices().matching("io.filemill.worker.(*)..")
            .should()
            .beFreeOfCycles()
            .because(
                    "a package must be understood without the one that uses it; move the shared type to a package of its own");

    @ArchTest
    static final ArchRule SQL_STAYS_IN_DB = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.springframework.jdbc..", "org.springframework.transaction..", "java.sql..", "org.postgresql..")
            .because(
                    "every statement is in module db, where it is tested against PostgreSQL; add a method to a repository");

    @ArchTest
    static final ArchRule JOBRUNR_IS_SEEN_BY_ONE_PACKAGE_ONLY = noClasses()
            .that()
            .resideOutsideOfPackage("io.filemill.worker.jobrunr")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.jobrunr..")
            .because("JobRunr is an executor that can be replaced; go through worker.jobrunr");

    @ArchTest
    static final ArchRule PROCESSORS_KNOW_NO_QUEUE = noClasses()
            .that()
            .implement(FileProcessor.class)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.filemill.db.task..", "io.filemill.db.queue..", "io.filemill.db.node..")
            .because("a processor turns a file into an outcome and nothing else; return the outcome");

    @ArchTest
    static final ArchRule NOTHING_SLEEPS_OR_READS_THE_WALL_CLOCK = noClasses()
            .should()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(Instant.class, "now")
            .because(
                    "a sleep cannot be woken and clocks of nodes differ; wait on a latch with a limit, and use System.nanoTime for spans");

    @ArchTest
    static final ArchRule ONLY_ENTRY_POINTS_ARE_PUBLIC_AT_THE_TOP = classes()
            .that()
            .resideInAPackage("io.filemill.worker")
            .and()
            .arePublic()
            .should()
            .haveSimpleName("WorkerApplication")
            .orShould()
            .haveSimpleName("WorkerProperties")
            .orShould()
            .haveSimpleName("RunningWorker")
            .because(
                    "an API starts a node through WorkerApplication and nothing else; make the new type package-private");
}
