namespace Freehold.Catalog;

/// <summary>What is being done to a file.</summary>
public enum TransferPhase
{
    /// <summary>Its bytes come over the network.</summary>
    Fetching,

    /// <summary>Its bytes are copied on this machine.</summary>
    Copying,

    /// <summary>Its bytes are hashed.</summary>
    Verifying,
}

/// <summary>Told how a transfer goes; this one listens to nothing. Calls may come from several threads at once.</summary>
public class TransferReport
{
    /// <summary>Listens to nothing.</summary>
    public static TransferReport Silent { get; } = new();

    /// <summary>A file's phase begins.</summary>
    /// <param name="file">Its name, for people.</param>
    /// <param name="total">Bytes in all, or null where nobody knows.</param>
    /// <param name="present">Bytes that are there already.</param>
    /// <param name="phase">What is done to it.</param>
    public virtual void Begin(string file, long? total, long present, TransferPhase phase) { }

    /// <summary>More bytes are done; negative where some must be done again.</summary>
    public virtual void Advance(long bytes) { }

    /// <summary>Something a person should know: a retry, a wait, a choice that was made.</summary>
    public virtual void Note(string message) { }
}
