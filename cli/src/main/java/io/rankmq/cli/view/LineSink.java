// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.view;

import java.io.PrintStream;

/** Where lines of text go. */
interface LineSink {

    /** A line for standard output: what the job writes. */
    void out(String line);

    /** A line for standard error: what RankMQ says. */
    void err(String line);

    /** Plain lines. */
    static LineSink of(PrintStream out, PrintStream err) {
        return new LineSink() {
            @Override
            public void out(String line) {
                print(out, line);
            }

            @Override
            public void err(String line) {
                print(err, line);
            }

            private void print(PrintStream stream, String line) {
                stream.print(line + "\n");
                stream.flush();
            }
        };
    }
}
