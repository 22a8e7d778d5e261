// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Puts the values of {@code --set path.to.key=value} into a job. A fault names the option. */
final class Overrides {
    private final JobDocument document;

    Overrides(JobDocument document) {
        this.document = document;
    }

    /** Sets {@code assignment}, which is what follows {@code --set}. */
    void set(String assignment) {
        Origin origin = Origin.ofOption("--set " + assignment);
        int sign = assignment.indexOf('=');
        if (sign < 1) {
            fault(origin, "expected path.to.key=value, such as tasks.0.rounds=3");
            return;
        }
        try {
            set(
                    assignment.substring(0, sign).strip(),
                    DocumentReader.readValue(assignment.substring(sign + 1)),
                    origin);
        } catch (IllegalArgumentException e) {
            fault(origin, String.valueOf(e.getMessage()));
        }
    }

    /** Sets one value that an option gave. */
    void set(String path, JsonNode value, Origin origin) {
        List<String> steps = List.of(path.split("\\.", -1));
        JsonNode at = document.root();
        String walked = "";
        for (String step : steps.subList(0, steps.size() - 1)) {
            at = enter(at, walked, step, origin);
            walked = JobDocument.child(walked, step);
        }
        String last = steps.get(steps.size() - 1);
        if (at instanceof ObjectNode map) {
            map.set(checkKey(last), value);
        } else if (at instanceof ArrayNode list) {
            list.set(index(list, walked, last), value);
        } else {
            throw noInside(at, walked);
        }
        document.givenBy(path, origin);
    }

    private JsonNode enter(JsonNode at, String walked, String step, Origin origin) {
        if (at instanceof ObjectNode map) {
            JsonNode child = map.get(checkKey(step));
            if (child == null || child.isNull()) {
                child = map.putObject(step);
                document.givenBy(JobDocument.child(walked, step), origin);
            }
            return child;
        }
        if (at instanceof ArrayNode list) {
            return list.get(index(list, walked, step));
        }
        throw noInside(at, walked);
    }

    private static String checkKey(String key) {
        if (key.isEmpty()) {
            throw new IllegalArgumentException("a key is missing between the dots");
        }
        return key;
    }

    private static int index(ArrayNode list, String path, String step) {
        if (step.matches("[0-9]{1,6}") && Integer.parseInt(step) < list.size()) {
            return Integer.parseInt(step);
        }
        throw new IllegalArgumentException("'" + step + "' is no index of the list '" + path + "', "
                + (list.isEmpty() ? "which is empty" : "expected 0 to " + (list.size() - 1)));
    }

    private static IllegalArgumentException noInside(JsonNode value, String path) {
        return new IllegalArgumentException(
                "'" + path + "' is " + Values.describe(value) + " and has nothing inside that could be set");
    }

    private void fault(Origin origin, String message) {
        document.faults().add(new Fault(origin, "", message));
    }
}
