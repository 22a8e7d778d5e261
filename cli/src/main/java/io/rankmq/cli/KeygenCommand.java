// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli;

import io.rankmq.cli.run.ExitCode;
import io.rankmq.security.CurveKeyPair;
import io.rankmq.security.KeyFileException;
import io.rankmq.security.KeyFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "keygen",
        description = {
            "Makes a CURVE key pair: NAME.key holds both keys and is for its owner alone (mode 0600), NAME.pub holds the public key"
                    + " and may be given to anybody."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  rankmq keygen", "  rankmq keygen --out ~/.config/rankmq --name broker"})
final class KeygenCommand implements Callable<Integer> {

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = ".",
            description = "Folder for the two files; default: here.")
    private Path folder;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            defaultValue = "rankmq",
            description = "Name of the two files, without ending; default: ${DEFAULT-VALUE}.")
    private String name;

    @Option(
            names = "--force",
            description = "Replaces files that are there. Whoever knows the old public key must get the new one.")
    private boolean force;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--name: expected 1 to 100 letters, digits, dots, dashes and underscores, got '" + name + "'");
        }
        Path secret = folder.resolve(name + ".key");
        Path open = folder.resolve(name + ".pub");
        for (Path file : new Path[] {secret, open}) {
            if (!force && Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                return refuse(file + " exists already; choose another --name or --out, or replace it with --force");
            }
        }
        try {
            Files.createDirectories(folder);
            CurveKeyPair keys = CurveKeyPair.generate();
            KeyFiles.writeKeyPair(secret, keys);
            writePublic(open, keys);
        } catch (KeyFileException e) {
            return refuse(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return refuse("cannot write to " + folder + ": " + e);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(secret + "  secret, readable by you alone");
        out.println(open + "  public, for whoever is to trust this key");
        out.flush();
        return ExitCode.OK;
    }

    private static void writePublic(Path file, CurveKeyPair keys) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.write(part, (keys.publicKey() + "\n").getBytes(StandardCharsets.US_ASCII));
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private int refuse(String sentence) {
        spec.commandLine().getErr().println("rankmq: " + sentence);
        spec.commandLine().getErr().flush();
        return ExitCode.BAD_INPUT;
    }
}
