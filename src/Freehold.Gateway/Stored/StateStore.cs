using Freehold.Gateway.Hosting;
using Freehold.Gateway.Serving;
using Freehold.Storage;

namespace Freehold.Gateway.Stored;

/// <summary>What is kept beyond a request: <c>state.db</c> and <c>files/</c> in the data folder. Nothing of it is touched before it is first needed.</summary>
internal sealed class StateStore : IDisposable
{
    private readonly StateOptions _options;
    private readonly SqliteDatabase? _database;
    private readonly TimeProvider _clock;

    public StateStore(GatewayOptions options)
    {
        (_options, _clock) = (options.State, options.Clock);
        if (IsOn)
            _database = new SqliteDatabase(Path.Combine(_options.Folder!, "state.db"), StateSchema.Steps, ResponseStore.FailInterrupted);
    }

    /// <summary>Whether anything is kept.</summary>
    public bool IsOn => _options.WhyOff is null;

    /// <summary>Whether something may be there already.</summary>
    public bool Exists => _database is { Exists: true };

    /// <summary>Where the bytes of files lie.</summary>
    public string FileFolder => Path.Combine(_options.Folder!, "files");

    /// <summary>Bytes an uploaded file may have.</summary>
    public long MaxFileBytes => _options.MaxFileBytes;

    /// <summary>Now, in seconds since 1970.</summary>
    public long Now => _clock.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>When what is made now expires.</summary>
    public long Expiry => Now + (long)_options.Retention.TotalSeconds;

    /// <summary>The database.</summary>
    /// <param name="param">The field that asks for it; null where it is the path.</param>
    /// <exception cref="RefusedException">Nothing is kept here.</exception>
    public SqliteDatabase Require(string? param = null) => _database ?? throw RefusedException.Field(param,
        $"Nothing is stored here: {_options.WhyOff}. {(param is null ? "Ask whoever runs this server to let it store (FREEHOLD_STORE, FREEHOLD_DATA)" : $"Leave '{param}' out and send the whole conversation as 'input'")}.", ErrorCodes.StorageOff);

    public void Dispose() => _database?.Dispose();

    /// <summary>What a requester is told when something could not be kept or found.</summary>
    public static Refusal Explain(StorageException failure) => failure.Fault switch
    {
        StorageFault.Full => new Refusal(507, ErrorCodes.StorageFull, null, "The server's disk is full, and the request would store something. Send 'store': false, or ask whoever runs this server to free some room."),
        StorageFault.Busy => new Refusal(503, ErrorCodes.StorageBusy, null, "The server's store is in use by another process: another server on the same data folder, or a tool that works on it. Try again in a moment, or send 'store': false; the server's log says more.", TimeSpan.FromSeconds(1)),
        _ => new Refusal(507, ErrorCodes.StorageFailed, null, "The server's store cannot be used; its log says why under this request's id (x-request-id). Send 'store': false, or ask whoever runs this server to mend it or to set FREEHOLD_STORE=off."),
    };
}
