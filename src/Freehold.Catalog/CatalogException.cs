namespace Freehold.Catalog;

/// <summary>The catalogue could not do what was asked. The message is for people: what was wrong, and what to do next.</summary>
public sealed class CatalogException : Exception
{
    /// <summary>With a kind and a message.</summary>
    public CatalogException(CatalogFailure failure, string message, Exception? inner = null) : base(message, inner) => Failure = failure;

    /// <summary>What kind of failure this is.</summary>
    public CatalogFailure Failure { get; }

    internal static CatalogException NotFound(string message) => new(CatalogFailure.NotFound, message);

    internal static CatalogException Refused(string message, Exception? inner = null) => new(CatalogFailure.Refused, message, inner);

    internal static CatalogException Usage(string message) => new(CatalogFailure.Usage, message);

    internal static CatalogException Failed(string message, Exception? inner = null) => new(CatalogFailure.Failed, message, inner);
}
