using System.Text.Json;
using Freehold.Catalog;
using Freehold.Commands;

namespace Freehold.Hosting.Configuration;

/// <summary>A setting of the server and its three names. The command line goes before the environment, that before <c>config.json</c>, that before the default.</summary>
/// <param name="Option">Its option.</param>
/// <param name="Variable">Its environment variable; several values are separated by commas.</param>
/// <param name="Key">Its key in <c>config.json</c>; several values are an array.</param>
/// <param name="Default">What it is where nobody says, for people; null for nothing.</param>
internal sealed record ServerSetting(string Option, string Variable, string Key, string? Default = null)
{
    public static readonly ServerSetting
        Host = new("--host", "FREEHOLD_HOST", "host", "127.0.0.1"),
        Port = new("--port", "FREEHOLD_PORT", "port", "8080"),
        KeyFile = new("--api-key-file", "FREEHOLD_API_KEY_FILE", "api_key_file"),
        AllowedHosts = new("--allowed-host", "FREEHOLD_ALLOWED_HOSTS", "allowed_hosts"),
        AllowedOrigins = new("--allowed-origin", "FREEHOLD_ALLOWED_ORIGINS", "allowed_origins"),
        TlsCertificate = new("--tls-cert", "FREEHOLD_TLS_CERT", "tls_cert"),
        TlsKey = new("--tls-key", "FREEHOLD_TLS_KEY", "tls_key"),
        Log = new("--log", "FREEHOLD_LOG", "log", "text"),
        MaxRequests = new("--max-requests", "FREEHOLD_MAX_REQUESTS", "max_requests", "256"),
        MaxBody = new("--max-body", "FREEHOLD_MAX_BODY", "max_body", "32M"),
        SlowReaderTimeout = new("--slow-reader-timeout", "FREEHOLD_SLOW_READER_TIMEOUT", "slow_reader_timeout", "30"),
        ShutdownTimeout = new("--shutdown-timeout", "FREEHOLD_SHUTDOWN_TIMEOUT", "shutdown_timeout", "10"),
        Only = new("--only", "FREEHOLD_ONLY", "only", "no"),
        KeepAlive = new("--keep-alive", "FREEHOLD_KEEP_ALIVE", "keep_alive", "5m"),
        Memory = new("--memory", "FREEHOLD_MEMORY", "memory"),
        Aliases = new("--alias", "FREEHOLD_ALIASES", "aliases"),
        Drafts = new("--draft", "FREEHOLD_DRAFTS", "drafts"),
        Store = new("--store", "FREEHOLD_STORE", "store", "on"),
        StoreDays = new("--store-days", "FREEHOLD_STORE_DAYS", "store_days", "30"),
        KeysValues = new("--kv", "FREEHOLD_KV", "kv", "f32"),
        Pack = new("--pack", "FREEHOLD_PACK", "pack", "lossless");

    /// <summary>Every one, as <c>freehold config</c> lists them.</summary>
    public static IReadOnlyList<ServerSetting> All { get; } =
        [Host, Port, KeyFile, AllowedHosts, AllowedOrigins, TlsCertificate, TlsKey, Log, MaxRequests, MaxBody, SlowReaderTimeout, ShutdownTimeout, Only, KeepAlive, Memory, Aliases, Drafts, Store, StoreDays, KeysValues, Pack];

    /// <summary>Its value in force.</summary>
    /// <param name="given">What the command line says; null or empty where it says nothing.</param>
    /// <param name="environment">Gives an environment variable's value, or null.</param>
    /// <param name="config">The configuration file.</param>
    /// <exception cref="CommandException">The file has something else than texts or numbers (2).</exception>
    public FoundSetting Find(IReadOnlyList<string>? given, Func<string, string?> environment, ConfigFile config)
    {
        if (given is { Count: > 0 })
            return new FoundSetting(given, Option, null);
        if (environment(Variable) is { } text && !string.IsNullOrWhiteSpace(text))
            return new FoundSetting(text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), Variable, SettingSource.Environment);
        if (config.Keys.TryGetValue(Key, out var value) && value.ValueKind != JsonValueKind.Null)
            return new FoundSetting([.. ValuesOf(value, config)], $"\"{Key}\" in {config.Path}", SettingSource.ConfigFile);
        return new FoundSetting(Default is null ? [] : [Default], Option, SettingSource.Default);
    }

    private IEnumerable<string> ValuesOf(JsonElement value, ConfigFile config) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Number => [value.GetRawText()],
        JsonValueKind.True => ["yes"],
        JsonValueKind.False => ["no"],
        JsonValueKind.Array => value.EnumerateArray().SelectMany(item => item.ValueKind == JsonValueKind.Array ? throw Wrong(config) : ValuesOf(item, config)),
        _ => throw Wrong(config),
    };

    private CommandException Wrong(ConfigFile config) => CommandException.Usage($"\"{Key}\" in {config.Path} must be a text, a number, true or false, or an array of such");
}

/// <summary>A setting's values and who said so.</summary>
/// <param name="Values">The values; none where it is not set.</param>
/// <param name="Whose">What to name in a complaint: the option, the variable, or the key and its file.</param>
/// <param name="Source">Where they are from; null for the command line.</param>
internal sealed record FoundSetting(IReadOnlyList<string> Values, string Whose, SettingSource? Source)
{
    /// <summary>Its one value, or null where it is not set.</summary>
    /// <exception cref="CommandException">There are several (2).</exception>
    public string? Single() => Values.Count > 1 ? throw CommandException.Usage($"{Whose} has {Values.Count} values; one was expected") : Values.Count == 0 ? null : Values[0];

    /// <summary>Its one value, a whole number inside its bounds.</summary>
    /// <exception cref="CommandException">It is not (2).</exception>
    public int Number(int minimum, int maximum) => NumberOf(Single() ?? "", minimum, maximum);

    /// <summary>Its values, whole numbers inside their bounds.</summary>
    /// <exception cref="CommandException">They are not (2).</exception>
    public IReadOnlyList<int> Numbers(int minimum, int maximum) => [.. Values.Select(value => NumberOf(value, minimum, maximum))];

    private int NumberOf(string text, int minimum, int maximum) =>
        int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum
            ? number : throw CommandException.Usage($"{Whose} is '{text}'; it must be a whole number from {minimum} to {maximum}");
}
