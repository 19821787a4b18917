using System.CommandLine;
using System.Text.Json.Nodes;
using Freehold.Catalog;
using Freehold.Catalog.Tests.Servers;
using Freehold.Commands.Catalogue;

namespace Freehold.Tests.Commands.Catalogue;

public sealed class CatalogueCommandsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("freehold-commands-").FullName;
    private readonly Dictionary<string, string> _environment = [];
    private readonly string _model = SharedData.Require("models/stories260K-q8_0.gguf");
    private int _transports;

    public CatalogueCommandsTests() => _environment["FREEHOLD_DATA"] = Path.Combine(_folder, "home");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var root = new RootCommand();
        var context = new CatalogueContext
        {
            Environment = _environment.GetValueOrDefault,
            BaseFolder = _folder,
            DrawsProgress = false,
            Transport = () =>
            {
                _transports++;
                return new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false };
            },
        };
        foreach (var (_, create) in CatalogueCommands.All(context))
            root.Subcommands.Add(create());
        var (output, error) = (new StringWriter(), new StringWriter());
        try
        {
            var code = await root.Parse(arguments).InvokeAsync(
                new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false }, TestContext.Current.CancellationToken);
            return (code, output.ToString(), error.ToString());
        }
        catch (CatalogException e)
        {
            return (CatalogueContext.ExitCodeOf(e), output.ToString(), e.Message);
        }
    }

    private async Task<JsonNode> JsonAsync(params string[] arguments)
    {
        var (code, output, error) = await RunAsync([.. arguments, "--json"]);
        Assert.True(code == 0, error);
        return JsonNode.Parse(output)!;
    }

    [Fact]
    public async Task A_model_is_imported_listed_shown_and_removed()
    {
        var imported = await JsonAsync("import", _model, "--as", "tests/stories", "--copy");
        Assert.Equal(("tests/stories", "Q8_0", "llama"), ((string?)imported["name"], (string?)imported["quantisation"], (string?)imported["architecture"]));

        var listed = (await JsonAsync("list"))["models"]!.AsArray();
        Assert.Equal(new FileInfo(_model).Length, (long)Assert.Single(listed)!["size"]!);
        Assert.Contains("tests/stories", (await RunAsync("list")).Output, StringComparison.Ordinal);

        var shown = await JsonAsync("show", "stories");
        Assert.Equal(292_800, (long)shown["parameters"]!);
        Assert.Equal(512, (int)shown["context"]!);
        Assert.Equal("mit", (string?)shown["licence"]);
        Assert.False((bool)shown["chat_template"]!);
        // 5 layers, 4 key-value heads of 8: 5 * 4 * (8 + 8) floats a token.
        Assert.Equal(5 * 4 * 16 * 4 * 1000, (long)shown["needs"]!["kv_per_1000_tokens"]!);
        Assert.Contains("llama", (await RunAsync("show", "stories")).Output, StringComparison.Ordinal);

        var removed = await JsonAsync("rm", "stories");
        Assert.Equal("tests/stories", (string?)removed["removed"]![0]!["name"]);
        Assert.Empty((await JsonAsync("list"))["models"]!.AsArray());
        Assert.True(File.Exists(_model));
    }

    [Fact]
    public async Task A_pull_says_what_came_in_one_document_and_everything_else_on_standard_error()
    {
        var content = File.ReadAllBytes(_model);
        await using var server = new UnrulyServer(r => UnrulyServer.Serve(r, content, "\"a\""));
        var url = new Uri(server.Address, "stories260K-q8_0.gguf").AbsoluteUri;
        var (code, output, error) = await RunAsync("pull", url, "--json");
        Assert.True(code == 0, error);
        Assert.Equal("stories260K-q8_0", (string?)JsonNode.Parse(output)!["name"]);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content)), (string?)JsonNode.Parse(output)!["files"]![0]!["sha256"]);
        Assert.Contains("fetching stories260K-q8_0.gguf", error, StringComparison.Ordinal);
        Assert.Contains("is here", (await RunAsync("pull", url)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_command_but_pull_touches_the_network_and_offline_forbids_even_that()
    {
        _environment["FREEHOLD_OFFLINE"] = "1";
        await RunAsync("import", _model);
        await RunAsync("list");
        await RunAsync("show", "stories260K-q8_0");
        await RunAsync("show", "owner/nowhere");
        await RunAsync("bundle", Path.Combine(_folder, "box"), "stories260K-q8_0");
        await RunAsync("rm", "stories260K-q8_0");
        var (code, _, error) = await RunAsync("pull", "hf:owner/repo");
        Assert.Equal(4, code);
        Assert.Contains("FREEHOLD_OFFLINE=1", error, StringComparison.Ordinal);
        Assert.Equal(0, _transports);

        // The counter counts: without the prohibition the transport is made (and the address refuses).
        _environment.Remove("FREEHOLD_OFFLINE");
        await RunAsync("pull", "http://127.0.0.1:1/owner/model.gguf", "--sha256", "zz");
        Assert.Equal(0, _transports);
        await using var server = new UnrulyServer(_ => new ServerReply(404, []));
        Assert.Equal(3, (await RunAsync("pull", new Uri(server.Address, "m.gguf").AbsoluteUri)).Code);
        Assert.Equal(1, _transports);
    }

    [Fact]
    public async Task Names_that_are_not_there_end_with_3_and_names_that_cannot_be_with_2()
    {
        Assert.Equal(3, (await RunAsync("show", "nothing")).Code);
        Assert.Equal(3, (await RunAsync("rm", "nothing")).Code);
        Assert.Equal(3, (await RunAsync("import", Path.Combine(_folder, "nothing.gguf"))).Code);
        Assert.Equal(2, (await RunAsync("rm", "../../etc/passwd")).Code);
        Assert.Equal(2, (await RunAsync("import", _model, "--as", "con")).Code);
        Assert.Equal(2, (await RunAsync("pull", "x", "--sha256", "abc")).Code);
    }

    [Fact]
    public async Task Rm_unused_tells_what_an_interrupted_pull_left_and_rm_of_nothing_is_wrong_usage()
    {
        var part = Path.Combine(_environment["FREEHOLD_DATA"], "parts", "url-0123");
        Directory.CreateDirectory(part);
        File.WriteAllBytes(Path.Combine(part, "data"), new byte[2000]);
        var removed = (await JsonAsync("rm", "--unused"))["unused"]!;
        Assert.Equal((1, 2000), ((int)removed["downloads"]!, (int)removed["freed"]!));
        Assert.False(Directory.Exists(part));
        Assert.Contains("nothing is unused", (await RunAsync("rm", "--unused")).Output, StringComparison.Ordinal);
        Assert.NotEqual(0, (await RunAsync("rm")).Code);
    }

    [Fact]
    public async Task Packed_weights_are_listed_and_rm_packed_removes_them()
    {
        var folder = Path.Combine(_environment["FREEHOLD_DATA"], "packed");
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "0123.pack"), new byte[3000]);
        File.WriteAllBytes(Path.Combine(folder, "4567.pack.99.part"), new byte[10]);
        Assert.Equal((1, 3000), ((int)(await JsonAsync("list"))["packed"]!["files"]!, (int)(await JsonAsync("list"))["packed"]!["bytes"]!));
        var removed = (await JsonAsync("rm", "--packed"))["packed"]!;
        Assert.Equal((1, 3000), ((int)removed["files"]!, (int)removed["freed"]!));
        Assert.Empty(Directory.EnumerateFiles(folder));
        Assert.Contains("of 0 models", (await RunAsync("rm", "--packed")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_verify_hashes_the_whole_model_and_tells_damage()
    {
        Assert.Equal(4, (await RunAsync("show", _model, "--verify")).Code);
        await RunAsync("import", _model, "--as", "tests/stories", "--copy");
        Assert.True((bool)(await JsonAsync("show", "stories", "--verify"))["verified"]!);
        var blob = Directory.EnumerateFiles(Path.Combine(_environment["FREEHOLD_DATA"], "blobs")).Single();
        using (var file = File.OpenWrite(blob))
        {
            file.Seek(-100, SeekOrigin.End);
            file.WriteByte(0x5a);
            file.WriteByte(0xa5);
        }
        var (code, _, error) = await RunAsync("show", "stories", "--verify");
        Assert.Equal(1, code);
        Assert.Contains("damaged", error, StringComparison.Ordinal);
        Assert.Contains("pull or import it again", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_cannot_be_opened_is_kept_and_the_person_is_told()
    {
        var broken = Path.Combine(_folder, "broken.gguf");
        File.WriteAllBytes(broken, "GGUF and then nothing that makes sense"u8.ToArray());
        var (code, _, error) = await RunAsync("import", broken);
        Assert.Equal(0, code);
        Assert.Contains("cannot be opened here", error, StringComparison.Ordinal);
        Assert.Contains("broken", (await RunAsync("list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_runs_from_a_build_folder_refuses_to_bundle_and_says_how_to_publish()
    {
        var (code, _, error) = await RunAsync("bundle", Path.Combine(_folder, "box"), _model);
        Assert.Equal(4, code);
        Assert.Contains("scripts/publish.sh", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder, "box")));
    }
}
