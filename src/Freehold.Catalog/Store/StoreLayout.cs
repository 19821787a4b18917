using System.Security.Cryptography;
using System.Text;
using Freehold.Catalog.Names;

namespace Freehold.Catalog.Store;

/// <summary>
/// Where things lie below the store's folder (docs/catalog.md draws it). A mirror has the same <c>manifests/</c>, <c>blobs/</c> and <c>index.json</c>, so any
/// store that is served as plain files is a mirror.
/// </summary>
internal sealed class StoreLayout(string home)
{
    public string Home { get; } = home;

    public string Blobs => Path.Combine(Home, "blobs");

    public string Manifests => Path.Combine(Home, "manifests");

    public string Views => Path.Combine(Home, "views");

    public string Parts => Path.Combine(Home, "parts");

    public string Locks => Path.Combine(Home, "locks");

    public string Index => Path.Combine(Home, "index.json");

    public string Blob(Sha256Digest digest) => Path.Combine(Blobs, digest.ToString());

    public string Manifest(ModelName name) => Path.Combine(Manifests, name.Key.Replace('/', Path.DirectorySeparatorChar) + ".json");

    public string StoreLock => Path.Combine(Locks, "store.lock");

    public string PartLock(string key) => Path.Combine(Locks, key + ".lock");

    public string Part(string key) => Path.Combine(Parts, key);

    /// <summary>The folder in which a model's blobs appear under their own names.</summary>
    public string View(Manifest manifest)
    {
        var text = new StringBuilder();
        foreach (var file in manifest.Files)
            text.Append(file.Sha256).Append(' ').Append(file.Path).Append('\n');
        return Path.Combine(Views, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..32]);
    }
}
