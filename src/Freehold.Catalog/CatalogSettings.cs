using Freehold.Catalog.Network;

namespace Freehold.Catalog;

/// <summary>Where the catalogue keeps things and where it may fetch them from. Read from the environment and from <c>config.json</c> in the store; the environment wins.</summary>
public sealed record CatalogSettings
{
    /// <summary>The public Hugging Face hub.</summary>
    public static readonly Uri PublicHub = new("https://huggingface.co/");

    /// <summary>The store's folder (<c>FREEHOLD_HOME</c>, else <c>freehold</c> in the user's data folder).</summary>
    public required string Home { get; init; }

    /// <summary>Why the network is forbidden, or null where it is allowed (<c>FREEHOLD_OFFLINE</c>, config key <c>offline</c>).</summary>
    public string? OfflineReason { get; init; }

    /// <summary>The Hugging Face hub or a mirror that speaks its protocol (<c>HF_ENDPOINT</c>, config key <c>hf_endpoint</c>).</summary>
    public Uri Hub { get; init; } = PublicHub;

    /// <summary>The token for gated repositories (<c>HF_TOKEN</c>), sent to <see cref="Hub"/> only. Never read from a file here, never written.</summary>
    public string? HubToken { get; init; }

    /// <summary>A URL or folder laid out like a store, which a site keeps (<c>FREEHOLD_MIRROR</c>, config key <c>mirror</c>); null where there is none.</summary>
    public string? Mirror { get; init; }

    /// <summary>Folders of model files to use as they are (<c>FREEHOLD_MODELS</c>, separated as in PATH; config key <c>models</c>, an array).</summary>
    public IReadOnlyList<string> ModelFolders { get; init; } = [];

    /// <summary>The way to the network (<c>HTTPS_PROXY</c>, <c>HTTP_PROXY</c>, <c>NO_PROXY</c>, <c>SSL_CERT_FILE</c>).</summary>
    public NetworkSettings Network { get; init; } = NetworkSettings.Direct;

    /// <summary>Reads the settings.</summary>
    /// <param name="environment">Gives an environment variable's value, or null.</param>
    /// <exception cref="CatalogException">A setting cannot be what it says, or no home can be found.</exception>
    public static CatalogSettings Read(Func<string, string?> environment)
    {
        string? Variable(string name) => environment(name) is { } v && !string.IsNullOrWhiteSpace(v) ? v.Trim() : null;

        var home = Variable("FREEHOLD_HOME") ?? DefaultHome(Variable);
        home = Path.GetFullPath(home);
        var config = CatalogConfig.Read(Path.Combine(home, "config.json"));
        var offline = Variable("FREEHOLD_OFFLINE");
        var hub = Variable("HF_ENDPOINT") is { } endpoint ? Endpoint(endpoint, "HF_ENDPOINT")
            : config.HuggingFaceEndpoint is { } configured ? Endpoint(configured, "hf_endpoint in config.json") : PublicHub;
        return new CatalogSettings
        {
            Home = home,
            OfflineReason = offline is null
                ? config.Offline ? $"\"offline\" is true in {Path.Combine(home, "config.json")}" : null
                : offline is "0" || offline.Equals("false", StringComparison.OrdinalIgnoreCase) || offline.Equals("no", StringComparison.OrdinalIgnoreCase)
                    ? null : $"FREEHOLD_OFFLINE={offline} is set",
            Hub = hub,
            HubToken = Variable("HF_TOKEN"),
            Network = NetworkSettings.Read(environment),
            Mirror = Variable("FREEHOLD_MIRROR") ?? config.Mirror,
            ModelFolders = Variable("FREEHOLD_MODELS") is { } folders
                ? folders.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                : config.Models ?? [],
        };
    }

    private static string DefaultHome(Func<string, string?> variable)
    {
        var data = OperatingSystem.IsWindows() ? null : variable("XDG_DATA_HOME");
        // The specification says that a relative path here must be ignored (XDG Base Directory Specification 0.8).
        if (data is null || !Path.IsPathRooted(data))
            data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return data.Length > 0
            ? Path.Combine(data, "freehold")
            : throw CatalogException.Failed("no folder for the model store: this user has no home; set FREEHOLD_HOME to a folder that may be written");
    }

    private static Uri Endpoint(string text, string whose) =>
        Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https")
            ? uri
            : throw CatalogException.Usage($"{whose} is '{text}'; a URL such as https://huggingface.co was expected");
}
