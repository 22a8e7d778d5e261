// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

/** Takes what processes write. Used by the gang's thread only. */
interface OutputSink {

    /** Makes the log files. */
    void open();

    /** Takes the next bytes. */
    void feed(byte[] bytes, int count);

    /** What a process wrote before it ended was fed; the last line may lack its end. */
    void end();

    /** Nothing more is there at the moment: what was fed goes to the disk. */
    void flush();

    /** Closes the log files. */
    void close();
}
