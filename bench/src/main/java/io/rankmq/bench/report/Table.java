// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.report;

import java.util.ArrayList;
import java.util.List;

/** A table in Markdown whose columns also line up on a terminal. */
public final class Table {
    private final List<List<String>> rows = new ArrayList<>();

    /** With these headings. */
    public Table(String... headings) {
        rows.add(List.of(headings));
    }

    /**
     * Adds a row.
     *
     * @throws IllegalArgumentException if it has not one cell for each heading
     */
    public Table row(String... cells) {
        if (cells.length != rows.get(0).size()) {
            throw new IllegalArgumentException(
                    cells.length + " cells, but " + rows.get(0).size() + " columns");
        }
        rows.add(List.of(cells));
        return this;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int row = 0; row < rows.size(); row++) {
            List<String> cells = rows.get(row);
            for (int column = 0; column < cells.size(); column++) {
                String cell = cells.get(column);
                text.append("| ").append(cell).append(" ".repeat(width(column) - cell.length() + 1));
            }
            text.append("|\n");
            if (row == 0) {
                for (int column = 0; column < cells.size(); column++) {
                    text.append('|').append("-".repeat(width(column) + 2));
                }
                text.append("|\n");
            }
        }
        return text.toString();
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }
}
