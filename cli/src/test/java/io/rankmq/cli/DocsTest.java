// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import io.rankmq.cli.run.Report;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages in docs/ tell of every key. */
class DocsTest {

    @Test
    void everyKeyOfTheSchemaIsOnThePageOfTheJobFile() throws Exception {
        String page = Files.readString(Path.of("../docs/job-file.md"));
        JsonNode schema =
                new ObjectMapper().readTree(Path.of("../docs/job.schema.json").toFile());

        assertThat(schema.findParents("properties"))
                .isNotEmpty()
                .allSatisfy(part -> assertThat(part.path("properties").properties())
                        .extracting(Map.Entry::getKey)
                        .allSatisfy(key -> assertThat(page).contains("`" + key + "`")));
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                Report.class,
                Report.TaskEntry.class,
                Report.AttemptEntry.class,
                Report.RankEntry.class,
                Report.Events.class,
                Report.Counters.class,
                Report.ErrorEntry.class
            })
    void everyKeyOfTheReportIsOnItsPage(Class<?> record) throws Exception {
        String page = Files.readString(Path.of("../docs/report.md"));
        for (RecordComponent component : record.getRecordComponents()) {
            assertThat(page).contains("`" + SnakeCaseStrategy.INSTANCE.translate(component.getName()) + "`");
        }
    }
}
