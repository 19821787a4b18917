using System.Text;
using Freehold.Catalog.Tests.Servers;

namespace Freehold.Catalog.Tests;

public sealed class SettingsTests : IDisposable
{
    private readonly Bench _bench = new();
    private readonly Dictionary<string, string> _environment = [];

    public SettingsTests() => _environment["FREEHOLD_DATA"] = _bench.Home;

    public void Dispose() => _bench.Dispose();

    private CatalogSettings Read() => CatalogSettings.Read(_environment.GetValueOrDefault);

    [Fact]
    public void The_store_lies_in_the_users_data_folder_unless_told_otherwise()
    {
        Assert.Equal(_bench.Home, Read().Home);
        _environment.Remove("FREEHOLD_DATA");
        if (OperatingSystem.IsWindows())
            return;
        _environment["XDG_DATA_HOME"] = _bench.Folder;
        Assert.Equal(Path.Combine(_bench.Folder, "freehold"), Read().Home);
        _environment["XDG_DATA_HOME"] = "relative";
        Assert.DoesNotContain("relative", Read().Home, StringComparison.Ordinal);
        if (OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess)
            Assert.Equal("/var/lib/freehold", Read().Home);
        _environment["STATE_DIRECTORY"] = $"{_bench.Folder}/state:/other";
        Assert.Equal(Path.Combine(_bench.Folder, "state"), Read().Home);
    }

    [Fact]
    public void The_variables_former_name_is_refused_with_the_new_one()
    {
        _environment.Remove("FREEHOLD_DATA");
        _environment["FREEHOLD_HOME"] = "/old";
        var refused = Assert.Throws<CatalogException>(() => Read());
        Assert.Contains("FREEHOLD_DATA=/old", refused.Message, StringComparison.Ordinal);
        _environment["FREEHOLD_DATA"] = _bench.Home;
        Assert.Equal(_bench.Home, Read().Home);
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("true", true)]
    [InlineData("please", true)]
    [InlineData("0", false)]
    [InlineData("false", false)]
    [InlineData("", false)]
    public void Offline_is_whatever_is_not_a_clear_no(string value, bool offline)
    {
        _environment["FREEHOLD_OFFLINE"] = value;
        Assert.Equal(offline, Read().OfflineReason is not null);
    }

    [Fact]
    public void The_configuration_is_read_and_the_environment_wins()
    {
        _bench.Write("home/config.json", Encoding.UTF8.GetBytes("""{ "mirror": "/mnt/models", "hf_endpoint": "https://hub.example", "models": ["/a"], "offline": true, "port": 5 }"""));
        var settings = Read();
        Assert.Equal(("/mnt/models", "https://hub.example/"), (settings.Mirror, settings.Hub.AbsoluteUri));
        Assert.Equal(["/a"], settings.ModelFolders);
        Assert.Contains("config.json", settings.OfflineReason, StringComparison.Ordinal);

        _environment["FREEHOLD_MIRROR"] = "https://mirror.example";
        _environment["FREEHOLD_MODELS"] = $"/x{Path.PathSeparator}/y";
        _environment["FREEHOLD_OFFLINE"] = "0";
        _environment["HF_ENDPOINT"] = "https://other.example";
        settings = Read();
        Assert.Equal(("https://mirror.example", "https://other.example/"), (settings.Mirror, settings.Hub.AbsoluteUri));
        Assert.Equal(["/x", "/y"], settings.ModelFolders);
        Assert.Null(settings.OfflineReason);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"mirror": 5}""")]
    public void A_broken_configuration_is_told_with_its_path(string json)
    {
        var path = _bench.Write("home/config.json", Encoding.UTF8.GetBytes(json));
        var failure = Assert.Throws<CatalogException>(Read);
        Assert.Equal(CatalogFailure.Usage, failure.Failure);
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not a url")]
    [InlineData("ftp://x/")]
    public void An_endpoint_that_is_no_url_is_told(string endpoint)
    {
        _environment["HF_ENDPOINT"] = endpoint;
        Assert.Contains("HF_ENDPOINT", Assert.Throws<CatalogException>(Read).Message, StringComparison.Ordinal);
    }
}
