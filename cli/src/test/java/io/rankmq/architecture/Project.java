// SPDX-License-Identifier: Apache-2.0
package io.rankmq.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/** The classes of all modules, without tests. */
final class Project {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_PACKAGE_INFOS)
            .importPackages("io.rankmq")
            // jnacl's own classes lie among ours as resources.
            .that(DescribedPredicate.describe("ours", type -> type.getName().startsWith("io.rankmq.")));

    private Project() {}

    static JavaClasses classes() {
        return CLASSES;
    }
}
