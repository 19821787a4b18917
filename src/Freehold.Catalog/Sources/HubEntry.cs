namespace Freehold.Catalog.Sources;

/// <summary>An entry of the hub's tree API.</summary>
internal sealed record HubEntry
{
    public string? Type { get; init; }

    public string? Path { get; init; }

    public long Size { get; init; }

    public string? Oid { get; init; }

    public HubLfs? Lfs { get; init; }
}

/// <summary>What the hub says of a file that is in LFS: its SHA-256 and size.</summary>
internal sealed record HubLfs
{
    public string? Oid { get; init; }

    public long Size { get; init; }
}
