using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Freehold.Conformance.Tests.Serving;

/// <summary>The real executable, started once as a user would, with the model that comes with it and, where it is there, an embedding model.</summary>
public sealed partial class RunningBox : IAsyncLifetime
{
    /// <summary>The chat model's name.</summary>
    public const string Chat = "SmolLM2-135M-Instruct-Q4_1";

    /// <summary>The key that it asks for.</summary>
    public const string Key = "conformance-key";

    private const string Embedder = "all-MiniLM-L6-v2-q8_0";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly StringBuilder _said = new();
    private readonly string _data = Directory.CreateTempSubdirectory("freehold-conformance").FullName;
    private Process? _process;

    /// <summary>Where it listens, without a slash at the end.</summary>
    public string Address { get; private set; } = "";

    /// <summary>The embedding model's name; skips the running test where the model is missing.</summary>
    public static string Embeddings
    {
        get
        {
            SharedData.Require($"models/{Embedder}.gguf");
            return Embedder;
        }
    }

    public async ValueTask InitializeAsync()
    {
        List<string> arguments = ["serve", Path.Combine(SharedData.Root, "models", Chat + ".gguf"), "--port", "0"];
        var embedder = Path.GetFullPath(Path.Combine(SharedData.Root, "..", "shared", "models", Embedder + ".gguf"));
        if (File.Exists(embedder))
            arguments.Insert(2, embedder);
        _process = Process.Start(Executable.Start(arguments, new Dictionary<string, string?> { ["FREEHOLD_API_KEY"] = Key, ["FREEHOLD_DATA"] = _data }))!;
        var listening = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Read(string? line)
        {
            if (line is null)
                return;
            lock (_said)
                _said.AppendLine(line);
            if (Url().Match(line) is { Success: true } found)
                listening.TrySetResult(found.Value);
        }
        _process.OutputDataReceived += (_, told) => Read(told.Data);
        _process.ErrorDataReceived += (_, told) => Read(told.Data);
        _process.EnableRaisingEvents = true;
        _process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException($"freehold ended before it listened:\n{_said}"));
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Address = await listening.Task.WaitAsync(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
        Directory.Delete(_data, recursive: true);
    }

    [GeneratedRegex(@"(?<=Listening on )http://127\.0\.0\.1:\d+")]
    private static partial Regex Url();
}
