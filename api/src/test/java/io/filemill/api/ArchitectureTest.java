package io.filemill.api;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.web.bind.annotation.RestController;

@AnalyzeClasses(packages = "io.filemill.api", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule FEATURES_HAVE_NO_CYCLES = slices().matching("io.filemill.api.(*)..")
            .should()
            .beFreeOfCycles()
            .because("a feature can be understood alone; move what two of them share to a third");

    @ArchTest
    static final ArchRule SQL_IS_IN_DB = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework.jdbc..", "java.sql..", "org.postgresql..")
            .because("every statement belongs to a repository of the module db");

    @ArchTest
    static final ArchRule TRANSACTIONS_ARE_IN_DB = noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "org.springframework.transaction.annotation..", "org.springframework.transaction.support.."))
            .because("transactions are opened by the repositories and the submission; call one method of theirs");

    @ArchTest
    static final ArchRule JOBRUNR_IS_IN_THE_DASHBOARD = noClasses()
            .that(not(resideInAPackage("io.filemill.api.dashboard..")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.jobrunr..")
            .because("the file tasks are the queue of record; ask the repositories of db");

    @ArchTest
    static final ArchRule ONE_TYPE_STARTS_A_WORKER = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.filemill.worker.*..", "io.filemill.parser..")
            .because("this module knows the public starters in io.filemill.worker and nothing else of a worker");

    @ArchTest
    static final ArchRule CONTROLLERS_ARE_PACKAGE_PRIVATE = classes()
            .that()
            .areAnnotatedWith(RestController.class)
            .should()
            .bePackagePrivate()
            .because("controllers are called by HTTP only; share what they use instead");

    @ArchTest
    static final ArchRule TIME_COMES_FROM_THE_CLOCK = noClasses()
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class)
            .because("tests must be able to set the time; inject a " + Clock.class.getName());

    @ArchTest
    static final ArchRule ONLY_THE_COMMAND_LINE_PRINTS = noClasses()
            .that(not(resideInAPackage("io.filemill.api.cli..")))
            .and()
            .doNotHaveSimpleName("Filemill")
            .should(ACCESS_STANDARD_STREAMS)
            .because("a server writes to its log");

    @ArchTest
    static final ArchRule DEPENDENCIES_COME_BY_CONSTRUCTOR = fields().should()
            .notBeAnnotatedWith(Autowired.class)
            .andShould()
            .notBeAnnotatedWith(Value.class)
            .because("a constructor says what a type needs");
}
