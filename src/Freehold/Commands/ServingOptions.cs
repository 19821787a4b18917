using System.CommandLine;
using Freehold.Gateway.Hosting;
using Freehold.Gateway.Identity;
using Freehold.Gateway.Logging;
using Freehold.Hosting;
using Freehold.Hosting.Configuration;

namespace Freehold.Commands;

/// <summary>The options of every command that serves: where it listens and whom it lets in.</summary>
internal sealed class ServingOptions
{
    /// <summary>The variable that holds the key.</summary>
    public const string KeyVariable = "FREEHOLD_API_KEY";

    private readonly Option<string[]> _port = Of(ServerSetting.Port, "N", "The port, 8080 unless given; a port that is taken is an error. 0 takes any. May be given more than once (11434 is where Ollama's clients look).");
    private readonly Option<string[]> _host = Of(ServerSetting.Host, "H", "The address to listen on; 127.0.0.1 unless given, 0.0.0.0 for all, which needs a key.");
    private readonly Option<string[]> _keyFile = Of(ServerSetting.KeyFile, "FILE", $"A file that holds the key clients must send, as 'Authorization: Bearer' or 'x-api-key' (also {KeyVariable}, which it wins over).");
    private readonly Option<string[]> _hosts = Of(ServerSetting.AllowedHosts, "NAME", "A name beside this machine's own by which clients reach it, such as host.docker.internal or a proxy's; *.example.org for all below it. May be given more than once.");
    private readonly Option<string[]> _origins = Of(ServerSetting.AllowedOrigins, "ORIGIN", "An origin whose web pages may use the API (CORS), such as https://chat.example.org; * for all. May be given more than once.");
    private readonly Option<string[]> _certificate = Of(ServerSetting.TlsCertificate, "FILE", "A certificate in PEM, intermediate ones behind it: clients are then served over TLS alone. Needs OpenSSL here, and --tls-key.");
    private readonly Option<string[]> _key = Of(ServerSetting.TlsKey, "FILE", "The certificate's private key in PEM, not encrypted.");
    private readonly Option<string[]> _maxRequests = Of(ServerSetting.MaxRequests, "N", "Requests answered at a time; further ones get 429. 256 unless given.");
    private readonly Option<string[]> _maxBody = Of(ServerSetting.MaxBody, "SIZE", "Bytes a request's body may have, such as 32M (the default); larger ones get 413.");

    private readonly Option<string[]> _log = Of(ServerSetting.Log, "FORMAT", "The log on standard error, a line a request, never its content: text (the default), json for machines, off for warnings alone.");
    private readonly Option<string[]> _slowReader = Of(ServerSetting.SlowReaderTimeout, "SECONDS", "How long a streamed answer waits for a reader that takes nothing of it before it ends; 30 unless given.");
    private readonly Option<string[]> _shutdown = Of(ServerSetting.ShutdownTimeout, "SECONDS", "How long answers under way may go on once the server is told to stop; 10 unless given.");

    private readonly Option<string[]> _store = Of(ServerSetting.Store, "on|off", "Whether responses, conversations, files and batches are stored (state.db and files/ in the data folder); off refuses what asks for it.");
    private readonly Option<string[]> _storeDays = Of(ServerSetting.StoreDays, "DAYS", "How long what is stored is kept; 30 unless given.");

    public ServingOptions(Command command)
    {
        foreach (var option in new[] { _port, _host, _keyFile, _hosts, _origins, _certificate, _key, _log, _maxRequests, _maxBody, _slowReader, _shutdown, _store, _storeDays })
            command.Options.Add(option);
    }

    /// <summary>What is in force: the command line goes before the environment, that before the configuration.</summary>
    /// <exception cref="CommandException">A value makes no sense (2), or a file cannot be read (1, 3).</exception>
    public ServerSettings Read(ParseResult parsed, ModelOpening opening)
    {
        FoundSetting Find(ServerSetting setting, Option<string[]> option) => opening.Find(setting, parsed.GetValue(option));

        var log = Find(ServerSetting.Log, _log);
        if (log.Single() is not ("text" or "json" or "off"))
            throw CommandException.Usage($"{log.Whose} is '{log.Single()}'; it must be text, json or off");
        var maxBody = Find(ServerSetting.MaxBody, _maxBody);
        return new ServerSettings(Find(ServerSetting.Host, _host).Single()!, [.. Find(ServerSetting.Port, _port).Numbers(0, 65535).Distinct()])
        {
            Key = KeyOf(Find(ServerSetting.KeyFile, _keyFile), opening.Environment),
            AllowedHosts = Find(ServerSetting.AllowedHosts, _hosts).Values,
            AllowedOrigins = OriginsOf(Find(ServerSetting.AllowedOrigins, _origins)),
            Tls = TlsOf(Find(ServerSetting.TlsCertificate, _certificate), Find(ServerSetting.TlsKey, _key)),
            LogFormat = log.Single() == "json" ? LogFormat.Json : LogFormat.Text,
            LogsRequests = log.Single() != "off",
            SlowReaderTimeout = TimeSpan.FromSeconds(Find(ServerSetting.SlowReaderTimeout, _slowReader).Number(1, 3600)),
            ShutdownTimeout = TimeSpan.FromSeconds(Find(ServerSetting.ShutdownTimeout, _shutdown).Number(0, 3600)),
            State = StateOf(Find(ServerSetting.Store, _store), Find(ServerSetting.StoreDays, _storeDays), opening.DataFolder),
            MaxRequests = Find(ServerSetting.MaxRequests, _maxRequests).Number(1, 65536),
            MaxBody = ByteCount.TryParse(maxBody.Single() ?? "", out var bytes) ? bytes : throw CommandException.Usage($"{maxBody.Whose} is '{maxBody.Single()}'; write a size such as 32M"),
        };
    }

    private static StateOptions StateOf(FoundSetting store, FoundSetting days, string? folder) => new()
    {
        Folder = folder,
        OffReason = store.Single() switch
        {
            "on" => null,
            "off" => $"{store.Whose} is off",
            var other => throw CommandException.Usage($"{store.Whose} is '{other}'; it must be on or off"),
        },
        Retention = TimeSpan.FromDays(days.Number(1, 36_500)),
    };

    private static Option<string[]> Of(ServerSetting setting, string value, string description) =>
        new(setting.Option) { Description = $"{description} Also {setting.Variable}, and \"{setting.Key}\" in config.json.", HelpName = value, Arity = ArgumentArity.OneOrMore };

    private static (string, string)? TlsOf(FoundSetting certificate, FoundSetting key) => (certificate.Single(), key.Single()) switch
    {
        (null, null) => null,
        ({ } file, { } keyFile) => (file, keyFile),
        (null, _) => throw CommandException.Usage($"{key.Whose} needs the certificate too: --tls-cert"),
        (_, null) => throw CommandException.Usage($"{certificate.Whose} needs its private key too: --tls-key"),
    };

    private static List<string> OriginsOf(FoundSetting found)
    {
        foreach (var origin in found.Values)
            if (origin != "*" && !IsOrigin(origin))
                throw CommandException.Usage($"{found.Whose} is '{origin}'; it must be an origin such as https://chat.example.org, or *");
        return [.. found.Values.Select(origin => origin.TrimEnd('/'))];
    }

    // Of a key and a file that names one, the command line's file wins; then the key itself.
    private static ApiKey? KeyOf(FoundSetting file, Func<string, string?> environment)
    {
        var spoken = environment(KeyVariable);
        var (key, source) = file.Single() is { } path && (file.Source is null || string.IsNullOrEmpty(spoken)) ? (Read(path, file.Whose), $"{file.Whose} {path}") : (spoken, KeyVariable);
        if (string.IsNullOrEmpty(key) && source == KeyVariable)
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
    private static string Read(string file, string whose)
    {
        try
        {
            return File.ReadAllText(file).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw CommandException.NotFound($"{whose}: there is no file {file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Failed, $"{whose}: {file} cannot be read: {e.Message}", e);
        }
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.AbsolutePath == "/" && uri.Query.Length == 0 && uri.UserInfo.Length == 0;
}
