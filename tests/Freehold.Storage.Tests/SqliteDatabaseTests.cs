using System.Text;

namespace Freehold.Storage.Tests;

public sealed class SqliteDatabaseTests : IDisposable
{
    private const string Notes = "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)";
    private readonly string _folder = Directory.CreateTempSubdirectory("freehold-storage").FullName;

    private string File => Path.Combine(_folder, "inner", "state.db");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Task<int> AddAsync(SqliteDatabase database, string text) =>
        database.WriteAsync(session => session.Execute("INSERT INTO notes (text) VALUES ($text)", ("$text", text)), Cancel);

    private static Task<List<string>> AllAsync(SqliteDatabase database) =>
        database.ReadAsync(session => session.Query("SELECT text FROM notes ORDER BY id", row => row.GetString(0)), Cancel);

    [Fact]
    public async Task Nothing_is_made_before_the_first_use()
    {
        using var database = new SqliteDatabase(File, [Notes]);
        Assert.False(database.Exists);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
        await AddAsync(database, "a");
        Assert.True(database.Exists);
    }

    [Fact]
    public async Task What_was_written_is_there_for_the_next_process()
    {
        using (var database = new SqliteDatabase(File, [Notes]))
            await AddAsync(database, "a");
        using var again = new SqliteDatabase(File, [Notes]);
        Assert.Equal(["a"], await AllAsync(again));
    }

    [Fact]
    public async Task Only_the_owner_may_read_any_of_its_files()
    {
        if (OperatingSystem.IsWindows())
            return; // which has no modes of files
        using var database = new SqliteDatabase(File, [Notes]);
        await AddAsync(database, "a");
        var files = Directory.GetFiles(Path.GetDirectoryName(File)!);
        Assert.Contains(File + "-wal", files);
        foreach (var file in files)
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, System.IO.File.GetUnixFileMode(Path.GetDirectoryName(File)!));
    }

    [Fact]
    public async Task Later_steps_change_the_tables_of_an_older_program_once()
    {
        using (var older = new SqliteDatabase(File, [Notes]))
            await AddAsync(older, "a");
        const string Step = "ALTER TABLE notes ADD COLUMN seen INTEGER NOT NULL DEFAULT 7";
        for (var time = 0; time < 2; time++)
        {
            using var newer = new SqliteDatabase(File, [Notes, Step]);
            Assert.Equal(7, await newer.ReadAsync(session => session.First("SELECT seen FROM notes", row => row.GetInt32(0)), Cancel));
        }
    }

    [Fact]
    public async Task Tables_of_a_newer_program_are_left_alone()
    {
        using (var newer = new SqliteDatabase(File, [Notes, "CREATE TABLE more (id INTEGER)"]))
            await AddAsync(newer, "a");
        using var older = new SqliteDatabase(File, [Notes]);
        var failure = await Assert.ThrowsAsync<StorageException>(() => AllAsync(older));
        Assert.Equal(StorageFault.Newer, failure.Fault);
    }

    [Fact]
    public async Task A_step_that_fails_leaves_the_tables_as_they_were()
    {
        using (var broken = new SqliteDatabase(File, [Notes, "CREATE TABLE more (id INTEGER); INSERT INTO nowhere VALUES (1)"]))
            await Assert.ThrowsAsync<StorageException>(() => AllAsync(broken));
        using var mended = new SqliteDatabase(File, [Notes, "CREATE TABLE more (id INTEGER)"]);
        Assert.Empty(await AllAsync(mended));
    }

    [Fact]
    public async Task A_unit_of_work_that_fails_leaves_nothing()
    {
        using var database = new SqliteDatabase(File, [Notes]);
        await Assert.ThrowsAsync<InvalidOperationException>(() => database.WriteAsync<int>(session =>
        {
            session.Execute("INSERT INTO notes (text) VALUES ('half')");
            throw new InvalidOperationException();
        }, Cancel));
        Assert.Empty(await AllAsync(database));
    }

    [Fact]
    public async Task What_was_deleted_is_in_no_file_any_more()
    {
        using var database = new SqliteDatabase(File, [Notes]);
        var secret = $"secret-{Guid.NewGuid():N}";
        await AddAsync(database, secret + new string('x', 20_000));
        Assert.True(IsAnywhere(secret));
        await database.DeleteAsync(session => session.Execute("DELETE FROM notes"), Cancel);
        Assert.False(IsAnywhere(secret));

        bool IsAnywhere(string text) => Directory.GetFiles(Path.GetDirectoryName(File)!).Where(file => file != File + "-lock").Any(file =>
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
        });
    }

    [Fact]
    public async Task A_full_disk_is_said_and_what_was_there_stays()
    {
        using var database = new SqliteDatabase(File, [Notes]);
        await AddAsync(database, "a");
        await database.ReadAsync(session => session.Execute("PRAGMA max_page_count = 1"), Cancel); // no page more than there are
        var failure = await Assert.ThrowsAsync<StorageException>(() => AddAsync(database, new string('x', 100_000)));
        Assert.Equal(StorageFault.Full, failure.Fault);
        Assert.Equal(["a"], await AllAsync(database));
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_is_said_and_tried_again_at_the_next_use()
    {
        await System.IO.File.WriteAllTextAsync(Path.Combine(_folder, "inner"), "a file where the folder should be", Cancel);
        using var database = new SqliteDatabase(File, [Notes]);
        await Assert.ThrowsAsync<StorageException>(() => AllAsync(database));
        System.IO.File.Delete(Path.Combine(_folder, "inner"));
        Assert.Empty(await AllAsync(database));
    }

    [Fact]
    public async Task What_is_no_database_is_damaged_and_not_overwritten()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        await System.IO.File.WriteAllTextAsync(File, new string('x', 5000), Cancel);
        using var database = new SqliteDatabase(File, [Notes]);
        var failure = await Assert.ThrowsAsync<StorageException>(() => AllAsync(database));
        Assert.Equal(StorageFault.Damaged, failure.Fault);
        Assert.Equal(new string('x', 5000), await System.IO.File.ReadAllTextAsync(File, Cancel));
    }

    [Fact]
    public async Task Many_at_once_take_turns()
    {
        using var database = new SqliteDatabase(File, [Notes]);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(index => AddAsync(database, $"{index}")));
        Assert.Equal(100, (await AllAsync(database)).Count);
    }

    [Fact]
    public async Task One_has_it_at_a_time_and_the_next_gets_it_when_that_has_ended()
    {
        using var second = new SqliteDatabase(File, [Notes]);
        using (var first = new SqliteDatabase(File, [Notes]))
        {
            await AddAsync(first, "a");
            var failure = await Assert.ThrowsAsync<StorageException>(() => AllAsync(second));
            Assert.Equal(StorageFault.Busy, failure.Fault);
            Assert.Contains("FREEHOLD_DATA", failure.Message, StringComparison.Ordinal);
            await AddAsync(first, "b");
        }
        Assert.Equal(["a", "b"], await AllAsync(second));
    }

    [Fact]
    public async Task Tools_look_on_while_it_is_in_use()
    {
        using var database = new SqliteDatabase(File, [Notes]);
        await AddAsync(database, "a");
        await using var tool = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={File};Mode=ReadOnly;Pooling=False");
        await tool.OpenAsync(Cancel);
        await using var command = tool.CreateCommand();
        command.CommandText = "SELECT text FROM notes";
        Assert.Equal("a", await command.ExecuteScalarAsync(Cancel));
    }

    [Fact]
    public async Task What_is_written_when_it_is_opened_is_before_anybodys_work_and_once()
    {
        void Note(Session session) => session.Execute("INSERT INTO notes (text) VALUES ('opened')");
        using (var database = new SqliteDatabase(File, [Notes], Note))
        {
            await AddAsync(database, "a");
            Assert.Equal(["opened", "a"], await AllAsync(database));
        }
        using var again = new SqliteDatabase(File, [Notes], Note);
        Assert.Equal(["opened", "a", "opened"], await AllAsync(again));
    }

    [Fact]
    public async Task Of_several_who_make_a_file_at_once_one_does_and_nobody_sees_a_part_of_it()
    {
        for (var round = 0; round < 200; round++)
        {
            var path = Path.Combine(_folder, $"key{round}");
            using var start = new Barrier(4);
            var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(index => Task.Factory.StartNew(() =>
            {
                start.SignalAndWait(Cancel);
                var own = PrivateFile.TryMake(path, new[] { (byte)index, (byte)index });
                return (index, own, Read: System.IO.File.ReadAllBytes(path));
            }, Cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
            var winner = (byte)Assert.Single(made, one => one.own).index;
            Assert.All(made, one => Assert.Equal([winner, winner], one.Read));
        }
        Assert.Equal(200, Directory.GetFiles(_folder).Length); // nothing else is left
    }

    [Fact]
    public void A_file_that_is_destroyed_is_gone()
    {
        var path = Path.Combine(_folder, "upload");
        using (var file = PrivateFile.Open(path, FileMode.CreateNew, FileAccess.Write))
            file.Write(new byte[100_000]);
        PrivateFile.Destroy(path);
        Assert.False(System.IO.File.Exists(path));
        PrivateFile.Destroy(path); // again: nothing is there, which is what was wanted
    }
}
