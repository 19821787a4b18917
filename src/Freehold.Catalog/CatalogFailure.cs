namespace Freehold.Catalog;

/// <summary>What kind of failure a <see cref="CatalogException"/> is; the command line turns each into its exit code.</summary>
public enum CatalogFailure
{
    /// <summary>Something went wrong that another try may mend: the network, a disk, a damaged file.</summary>
    Failed,

    /// <summary>The request itself is wrong: a name that cannot be a name, options that contradict each other.</summary>
    Usage,

    /// <summary>Nothing of that name or at that path.</summary>
    NotFound,

    /// <summary>Not allowed, not supported or does not fit; trying again changes nothing.</summary>
    Refused,
}
