using Freehold.Hosting;

namespace Freehold.Tests.Hosting;

public sealed class SigningKeyFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("freehold-key-");

    public void Dispose() => _folder.Delete(recursive: true);

    private UInt128? Find(string folder) => SigningKeyFile.Find(name => name == "FREEHOLD_HOME" ? Path.Combine(_folder.FullName, folder) : null);

    [Fact]
    public void The_key_is_made_once_and_its_owners_alone()
    {
        var key = Find("a");
        Assert.NotNull(key);
        Assert.Equal(key, Find("a"));
        Assert.NotEqual(key, Find("b"));
        var path = Assert.Single(Directory.GetFiles(Path.Combine(_folder.FullName, "a")));
        Assert.EndsWith("thinking.key", path, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task Several_who_make_it_at_once_get_the_same()
    {
        var keys = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Find("c"))));
        Assert.Single(keys.Distinct());
    }

    [Fact]
    public void Where_nothing_can_be_kept_there_is_none()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "file"), "");
        Assert.Null(Find("file"));
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "d"));
        File.WriteAllText(Path.Combine(_folder.FullName, "d", "thinking.key"), "no key");
        Assert.Null(Find("d"));
    }
}
