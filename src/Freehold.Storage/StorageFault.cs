namespace Freehold.Storage;

/// <summary>Why something could not be kept or found.</summary>
public enum StorageFault
{
    /// <summary>The disk, or this user's share of it, is full.</summary>
    Full,

    /// <summary>The place cannot be written: a read-only disk, or rights that this process lacks.</summary>
    Unwritable,

    /// <summary>What lies there is no database, or a damaged one.</summary>
    Damaged,

    /// <summary>A newer program made it.</summary>
    Newer,

    /// <summary>Another process holds it.</summary>
    Busy,

    /// <summary>The disk or the database failed in another way.</summary>
    Failed,
}

/// <summary>Something could not be kept or found; the message says what to do.</summary>
/// <param name="fault">Why.</param>
/// <param name="message">For people.</param>
/// <param name="cause">What the disk or the database said.</param>
public sealed class StorageException(StorageFault fault, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Why.</summary>
    public StorageFault Fault { get; } = fault;
}
