package io.filemill.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Nodes of the version before go on working on a migrated database (docs/operations.md), so migrations add and do not take away. What looks
 * otherwise has to say why it is harmless, in a comment that begins with {@code -- Beside older nodes:}.
 */
class MigrationsTest {
    private static final Path FOLDER = Path.of("src/main/resources/db/migration");
    private static final int LAST_BEFORE_THE_RULE = 9;
    private static final String EXCUSE = "-- beside older nodes:";
    private static final Pattern VERSION = Pattern.compile("V(\\d+)__\\w+\\.sql");
    private static final Pattern CREATED = Pattern.compile("create (?:unlogged )?table (?:if not exists )?(\\w+)");

    /** What an older program may trip over: things that are gone, other than before, or asked for on rows that it writes. */
    private static final List<Pattern> TAKING_AWAY = Stream.of(
                    "\\bdrop (table|column|view|function|index|type|constraint|not null|default)\\b",
                    "\\brename\\b",
                    "\\balter column \\w+ (set data )?type\\b",
                    "\\bset not null\\b",
                    "\\badd (constraint|check|unique|primary key|foreign key)\\b",
                    "\\badd column (?:if not exists )?\\w+ (?:(?!default|,|;).)*\\bnot null\\b(?!(?:(?!,|;).)*\\bdefault\\b)",
                    "\\bcreate (or replace )?(constraint )?trigger \\w+ before\\b",
                    "\\bcreate unique index\\b")
            .map(Pattern::compile)
            .toList();

    private static final Pattern ON_TABLE = Pattern.compile("(?:alter table (?:if exists )?(?:only )?| on )(\\w+)");

    private static int version(Path file) {
        Matcher name = VERSION.matcher(file.getFileName().toString());
        assertThat(name.matches()).as("the name of " + file).isTrue();
        return Integer.parseInt(name.group(1));
    }

    private static List<Path> migrations() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The statements that take something away from an older program, without those that are excused. */
    private static List<String> statementsThatTakeAway(String sql) {
        String lower = sql.toLowerCase(Locale.ROOT);
        Set<String> itsOwn = new HashSet<>();
        CREATED.matcher(lower).results().forEach(created -> itsOwn.add(created.group(1)));
        return Stream.of(lower.split(";"))
                .filter(statement -> !statement.contains(EXCUSE))
                .map(statement -> statement
                        .replaceAll("--[^\n]*", "")
                        .replaceAll("'[^']*'", "''")
                        .strip())
                .map(statement -> statement.replaceAll("\\s+", " "))
                .filter(statement -> TAKING_AWAY.stream()
                        .anyMatch(pattern -> pattern.matcher(statement).find()))
                .filter(statement -> {
                    Matcher table = ON_TABLE.matcher(statement);
                    return !(table.find() && itsOwn.contains(table.group(1)));
                })
                .toList();
    }

    @Test
    void addAndDoNotTakeAway() throws IOException {
        for (Path file : migrations()) {
            if (version(file) > LAST_BEFORE_THE_RULE) {
                assertThat(statementsThatTakeAway(Files.readString(file)))
                        .as("statements of %s that the version before may trip over", file.getFileName())
                        .isEmpty();
            }
        }
    }

    @Test
    void haveVersionsOfTheirOwn() {
        assertThat(migrations().stream().map(MigrationsTest::version)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alter table file_task drop column error;",
                "alter table file_task add column owner text not null;",
                "alter table file_task add column a integer not null default 0, add column b text not null;",
                "alter table file_task add constraint c check (attempt > 0);",
                "alter table file_task alter column item type varchar;",
                "create unique index i on file_task (item);",
                "create trigger t before insert on file_task for each row execute function f();",
                "ALTER TABLE file_task RENAME COLUMN item TO name;"
            })
    void findsWhatTakesAway(String sql) {
        assertThat(statementsThatTakeAway(sql)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alter table file_task add column owner text not null default '';",
                "alter table file_task add column a integer default 0 not null check (a >= 0);",
                "create trigger t after update on file_task for each row execute function f();",
                "create table new_one (id uuid primary key); create unique index i on new_one (id);",
                "-- Beside older nodes: nothing reads it.\ndrop index file_task_in_order;",
                "comment on column file_task.item is 'must not rename';"
            })
    void leavesAloneWhatAddsOrIsExcused(String sql) {
        assertThat(statementsThatTakeAway(sql)).isEmpty();
    }
}
