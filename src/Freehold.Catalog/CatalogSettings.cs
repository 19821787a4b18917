using Freehold.Catalog.Network;

namespace Freehold.Catalog;

/// <summary>Where the catalogue keeps things and where it may fetch them from. Read from the environment and from <c>config.json</c> in the store; the environment wins.</summary>
public sealed record CatalogSettings
{
    /// <summary>The public Hugging Face hub.</summary>
    public static readonly Uri PublicHub = new("https://huggingface.co/");

    // Most commands never look at a URL, and the first one that is parsed costs more than all else here.
    private Uri? _hub;
    private Lazy<IReadOnlyList<EffectiveSetting>>? _effective;

    /// <summary>The folder of all that is kept (<c>FREEHOLD_DATA</c>, else what the service manager gives, else the user's data folder; docs/catalog.md).</summary>
    public required string Home { get; init; }

    /// <summary>Why the network is forbidden, or null where it is allowed (<c>FREEHOLD_OFFLINE</c>, config key <c>offline</c>).</summary>
    public string? OfflineReason { get; init; }

    /// <summary>The Hugging Face hub or a mirror that speaks its protocol (<c>HF_ENDPOINT</c>, config key <c>hf_endpoint</c>).</summary>
    public Uri Hub { get => _hub ?? PublicHub; init => _hub = value; }

    /// <summary>The token for gated repositories (<c>HF_TOKEN</c>), sent to <see cref="Hub"/> only. Never read from a file here, never written.</summary>
    public string? HubToken { get; init; }

    /// <summary>A URL or folder laid out like a store, which a site keeps (<c>FREEHOLD_MIRROR</c>, config key <c>mirror</c>); null where there is none.</summary>
    public string? Mirror { get; init; }

    /// <summary>Folders of model files to use as they are (<c>FREEHOLD_MODELS</c>, separated as in PATH; config key <c>models</c>, an array).</summary>
    public IReadOnlyList<string> ModelFolders { get; init; } = [];

    /// <summary>The way to the network (<c>HTTPS_PROXY</c>, <c>HTTP_PROXY</c>, <c>NO_PROXY</c>, <c>SSL_CERT_FILE</c>).</summary>
    public NetworkSettings Network { get; init; } = NetworkSettings.Direct;

    /// <summary>The configuration file, <c>config.json</c> in <see cref="Home"/>, whether or not it is there.</summary>
    public string ConfigFile => Path.Combine(Home, "config.json");

    /// <summary>Each setting with its source, for people.</summary>
    public IReadOnlyList<EffectiveSetting> Effective => _effective?.Value ?? [];

    /// <summary>Keys of the configuration file that nothing reads.</summary>
    public IReadOnlyList<string> UnknownKeys { get; init; } = [];

    /// <summary>Reads the settings.</summary>
    /// <param name="environment">Gives an environment variable's value, or null.</param>
    /// <exception cref="CatalogException">A setting cannot be what it says, or no home can be found.</exception>
    public static CatalogSettings Read(Func<string, string?> environment)
    {
        string? Variable(string name) => environment(name) is { } v && !string.IsNullOrWhiteSpace(v) ? v.Trim() : null;

        if (Variable("FREEHOLD_HOME") is { } former && Variable("FREEHOLD_DATA") is null)
            throw CatalogException.Usage($"FREEHOLD_HOME is set; its name is FREEHOLD_DATA now. Set FREEHOLD_DATA={former} and remove FREEHOLD_HOME");
        var home = Variable("FREEHOLD_DATA") ?? DefaultHome(Variable);
        home = Path.GetFullPath(home);
        var config = CatalogConfig.Read(Path.Combine(home, "config.json"));
        var offline = Variable("FREEHOLD_OFFLINE");
        var network = NetworkSettings.Read(environment);
        var hub = Variable("HF_ENDPOINT") is { } endpoint ? Endpoint(endpoint, "HF_ENDPOINT")
            : config.HuggingFaceEndpoint is { } configured ? Endpoint(configured, "hf_endpoint in config.json") : null;
        var settings = new CatalogSettings
        {
            Home = home,
            OfflineReason = offline is null
                ? config.Offline ? $"\"offline\" is true in {Path.Combine(home, "config.json")}" : null
                : offline is "0" || offline.Equals("false", StringComparison.OrdinalIgnoreCase) || offline.Equals("no", StringComparison.OrdinalIgnoreCase)
                    ? null : $"FREEHOLD_OFFLINE={offline} is set",
            _hub = hub,
            HubToken = Variable("HF_TOKEN"),
            Network = network,
            UnknownKeys = [.. config.Others?.Keys ?? Enumerable.Empty<string>()],
            Mirror = Variable("FREEHOLD_MIRROR") ?? config.Mirror,
            ModelFolders = Variable("FREEHOLD_MODELS") is { } folders
                ? folders.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                : config.Models ?? [],
        };
        return settings with { _effective = new Lazy<IReadOnlyList<EffectiveSetting>>(() => Explain(settings, config, Variable)) };
    }

    private static IReadOnlyList<EffectiveSetting> Explain(CatalogSettings settings, CatalogConfig config, Func<string, string?> variable)
    {
        EffectiveSetting Of(string name, string? key, bool isConfigured, string? value) =>
            new(name, key, value, variable(name) is not null ? SettingSource.Environment : isConfigured ? SettingSource.ConfigFile : SettingSource.Default);

        // The network's variables have no key, and lower case goes before upper.
        EffectiveSetting OfNetwork(string name, string? value) => new(name, null, value, value is null ? SettingSource.Default : SettingSource.Environment);

        static string? Proxy(string? proxy) => proxy is null ? null : NetworkSettings.Shown(proxy);

        return
        [
            Of("FREEHOLD_DATA", null, false, settings.Home),
            Of("FREEHOLD_OFFLINE", "offline", config.Offline, settings.OfflineReason is null ? "no" : "yes"),
            Of("FREEHOLD_MIRROR", "mirror", config.Mirror is not null, settings.Mirror),
            Of("FREEHOLD_MODELS", "models", config.Models is not null, settings.ModelFolders.Count == 0 ? null : string.Join(Path.PathSeparator, settings.ModelFolders)),
            Of("HF_ENDPOINT", "hf_endpoint", config.HuggingFaceEndpoint is not null, settings.Hub.AbsoluteUri),
            Of("HF_TOKEN", null, false, settings.HubToken is null ? null : "set (not shown)"),
            OfNetwork("HTTPS_PROXY", Proxy(settings.Network.HttpsProxy)),
            OfNetwork("HTTP_PROXY", Proxy(settings.Network.HttpProxy)),
            OfNetwork("NO_PROXY", settings.Network.NoProxy),
            OfNetwork("SSL_CERT_FILE", settings.Network.CertificateFile),
        ];
    }

    private static string DefaultHome(Func<string, string?> variable)
    {
        // systemd's StateDirectory= (systemd.exec(5)); of several the first.
        if (!OperatingSystem.IsWindows() && variable("STATE_DIRECTORY") is { } state)
            return state.Split(':')[0];
        var data = OperatingSystem.IsWindows() ? null : variable("XDG_DATA_HOME");
        // The specification says that a relative path here must be ignored (XDG Base Directory Specification 0.8).
        if (data is not null && !Path.IsPathRooted(data))
            data = null;
        if (data is null && OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess)
            return "/var/lib/freehold"; // root's own folder would hide from everybody what the machine keeps
        // A service of Windows has no user whose folder it could be.
        data ??= Environment.GetFolderPath(
            OperatingSystem.IsWindows() && !Environment.UserInteractive ? Environment.SpecialFolder.CommonApplicationData : Environment.SpecialFolder.LocalApplicationData,
            Environment.SpecialFolderOption.DoNotVerify);
        return data.Length > 0
            ? Path.Combine(data, "freehold")
            : throw CatalogException.Failed("no folder for the model store: this user has no home; set FREEHOLD_DATA to a folder that may be written");
    }

    private static Uri Endpoint(string text, string whose) =>
        Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https")
            ? uri
            : throw CatalogException.Usage($"{whose} is '{text}'; a URL such as https://huggingface.co was expected");
}
