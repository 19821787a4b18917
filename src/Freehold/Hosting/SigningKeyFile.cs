using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Freehold.Catalog;
using Freehold.Storage;

namespace Freehold.Hosting;

/// <summary>
/// The key that signs what models think (<see cref="Gateway.Hosting.GatewayOptions.SigningKey"/>): <c>thinking.key</c> in the store, 32 hexadecimal digits that only its owner can read. It outlives the
/// server, so that conversations go on after a restart; servers that share the file know each other's signatures.
/// </summary>
internal static class SigningKeyFile
{
    /// <summary>The key of this user's store, made where there is none; null where there is no store, or nothing can be written to it: then one lasts as long as the server.</summary>
    /// <param name="environment">Gives an environment variable's value, or null.</param>
    public static UInt128? Find(Func<string, string?> environment)
    {
        try
        {
            var home = CatalogSettings.Read(environment).Home;
            return ReadOrMake(Path.Combine(home, "thinking.key"));
        }
        catch (Exception e) when (e is CatalogException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal static UInt128? ReadOrMake(string path)
    {
        if (!File.Exists(path))
            Make(path);
        return UInt128.TryParse(File.ReadAllText(path).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var key) ? key : null;
    }

    // Whoever is first with the whole file wins; others read that.
    private static void Make(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // A Guid's bits are the system's own randomness; RandomNumberGenerator would need OpenSSL on Linux.
        var key = MemoryMarshal.Read<UInt128>(Guid.NewGuid().ToByteArray());
        PrivateFile.TryMake(path, Encoding.ASCII.GetBytes(key.ToString("x32", CultureInfo.InvariantCulture) + Environment.NewLine));
    }
}
