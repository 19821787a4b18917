using System.CommandLine;
using Freehold.Gateway.Identity;
using Freehold.Hosting;

namespace Freehold.Commands;

/// <summary>The options of every command that serves: where it listens and whom it lets in.</summary>
internal sealed class ServingOptions
{
    /// <summary>The variable that holds the key.</summary>
    public const string KeyVariable = "FREEHOLD_API_KEY";

    private readonly Option<int?> _port = CommonOptions.Bounded("--port", $"The port; {ModelServer.DefaultPort}, or the next free one, unless given. 0 takes any.", 0, 65535);
    private readonly Option<string> _host = new("--host") { Description = "The address to listen on; 127.0.0.1 unless given, 0.0.0.0 for all, which needs a key.", DefaultValueFactory = _ => "127.0.0.1", HelpName = "H" };
    private readonly Option<string?> _keyFile = new("--api-key-file") { Description = $"A file that holds the key clients must send, as 'Authorization: Bearer' or 'x-api-key' (also {KeyVariable}, which it wins over).", HelpName = "FILE" };
    private readonly Option<string[]> _hosts = new("--allowed-host") { Description = "A name beside this machine's own by which clients reach it, such as host.docker.internal or a proxy's; *.example.org for all below it. May be given more than once.", HelpName = "NAME", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string[]> _origins = new("--allowed-origin") { Description = "An origin whose web pages may use the API (CORS), such as https://chat.example.org; * for all. May be given more than once.", HelpName = "ORIGIN", Arity = ArgumentArity.OneOrMore };

    public ServingOptions(Command command)
    {
        _origins.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
                if (token.Value != "*" && !IsOrigin(token.Value))
                    result.AddError($"--allowed-origin is '{token.Value}'; it must be an origin such as https://chat.example.org, or *.");
        });
        foreach (var option in new Option[] { _port, _host, _keyFile, _hosts, _origins })
            command.Options.Add(option);
    }

    /// <summary>What was asked for.</summary>
    /// <exception cref="CommandException">The key cannot be read (1, 3) or is none (2).</exception>
    public ServerSettings Read(ParseResult parsed) => new(parsed.GetValue(_host)!, parsed.GetValue(_port))
    {
        Key = KeyOf(parsed.GetValue(_keyFile)),
        AllowedHosts = parsed.GetValue(_hosts) ?? [],
        AllowedOrigins = [.. (parsed.GetValue(_origins) ?? []).Select(origin => origin.TrimEnd('/'))],
    };

    private static ApiKey? KeyOf(string? file)
    {
        var (key, source) = file is not null ? (Read(file), $"--api-key-file {file}") : (Environment.GetEnvironmentVariable(KeyVariable), KeyVariable);
        if (string.IsNullOrEmpty(key) && file is null)
            return null;
        try
        {
            return new ApiKey(key!);
        }
        catch (ArgumentException e)
        {
            throw CommandException.Usage($"{source}: {e.Message}");
        }
    }

    // A line break at the end is the editor's.
    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw CommandException.NotFound($"--api-key-file: there is no file {file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Failed, $"--api-key-file: {file} cannot be read: {e.Message}", e);
        }
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.AbsolutePath == "/" && uri.Query.Length == 0 && uri.UserInfo.Length == 0;
}
