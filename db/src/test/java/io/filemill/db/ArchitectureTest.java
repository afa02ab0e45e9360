package io.filemill.db;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.filemill.db.queue.FileTaskJob;
import io.filemill.db.queue.FileTaskJobHandler;
import java.time.Instant;

@AnalyzeClasses(packages = "io.filemill.db", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES = slices().matching("io.filemill.db.(*)..")
            .should()
            .beFreeOfCycles()
            .because(
                    "a package must be understood without the one that uses it; move the shared type to a package of its own");

    @ArchTest
    static final ArchRule JOBRUNR_IS_SEEN_BY_THE_QUEUE_ONLY = noClasses()
            .that()
            .resideOutsideOfPackage("io.filemill.db.queue")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.jobrunr..")
            .because("JobRunr is an executor that can be replaced; go through a type of db.queue");

    @ArchTest
    static final ArchRule TIME_COMES_FROM_THE_DATABASE = noClasses()
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .because("the clocks of nodes differ; use now() in the statement, or an injected Clock for files");

    @ArchTest
    static final ArchRule NOTHING_SLEEPS = noClasses()
            .should()
            .callMethod(Thread.class, "sleep", long.class)
            .because("a sleep cannot be woken; wait on a latch or a queue with a limit");

    @ArchTest
    static final ArchRule ROWS_ARE_RECORDS = classes()
            .that()
            .haveNameMatching(
                    ".*\\.(UploadTask|FileTask|WorkerNode|New[A-Z]\\w*|ClaimedFile|FinishedFile|SearchHit|StoredDocument)")
            .should()
            .beRecords()
            .because("a row is data that was read once; make it a record");

    @ArchTest
    static final ArchRule THE_STORED_JOB_KEEPS_ITS_NAME = classes()
            .that()
            .areAssignableTo(FileTaskJob.class)
            .or()
            .areAssignableTo(FileTaskJobHandler.class)
            .should()
            .haveNameMatching("io\\.filemill\\.db\\.queue\\.FileTaskJob(Handler)?")
            .because("jobs that are stored in a database name these classes; a rename needs a migration of those rows");
}
