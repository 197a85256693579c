package io.sluice.cluster.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.cluster.link.Link;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupFilesTest {
    private final GroupRecord record = new GroupRecord(new GroupId(12, new Link.Peer("sluice-0", -1)));

    @TempDir
    private Path data;

    @Test
    void aNodeThatNeverHadAGroupHasNoRecord() throws Exception {
        assertThat(new GroupFiles(data).load()).isEqualTo(GroupRecord.NONE);
        assertThat(data).isEmptyDirectory();
    }

    @Test
    void whatWasKeptIsReadAgainAndOnlyTheOwnerCanReadIt() throws Exception {
        new GroupFiles(data).save(GroupRecord.NONE);
        new GroupFiles(data).save(record);

        assertThat(new GroupFiles(data).load()).isEqualTo(record);
        Path file = data.resolve("group").resolve("record");
        assertThat(Files.readString(file)).isEqualTo("""
                sluice group record 1
                epoch 12
                proposer sluice-0 ffffffffffffffff
                """);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                .isEqualTo("rwx------");
        assertThat(file.getParent()).isDirectoryContaining(file::equals).isNotEmptyDirectory();
    }

    @Test
    void aDamagedRecordIsNotTakenForNone() throws Exception {
        Path file = Files.createDirectory(data.resolve("group")).resolve("record");
        for (String text : new String[] {
            "",
            "epoch 12",
            "sluice group record 2\nepoch 1\nproposer a 1\n",
            "sluice group record 1\nepoch x\nproposer a 1\n",
            "sluice group record 1\nepoch 1\nproposer a z\n"
        }) {
            Files.writeString(file, text);
            assertThatThrownBy(() -> new GroupFiles(data).load())
                    .as(text)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is damaged");
        }
    }
}
