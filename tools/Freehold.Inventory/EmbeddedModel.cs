using System.Security.Cryptography;

namespace Freehold.Inventory;

/// <summary>A model that is given along with the program.</summary>
/// <param name="File">Its file's name.</param>
/// <param name="Licence">Its licence's SPDX expression.</param>
/// <param name="Source">Where it is from.</param>
/// <param name="Sha256">SHA-256 of the file, in hexadecimal digits.</param>
internal sealed record EmbeddedModel(string File, string Licence, string Source, string Sha256)
{
    /// <summary>Reads PATH=LICENCE=SOURCE and hashes the file.</summary>
    /// <exception cref="InventoryException">It is not of that form.</exception>
    public static EmbeddedModel Parse(string text)
    {
        var parts = text.Split('=', 3);
        if (parts.Length < 3)
            throw new InventoryException($"'{text}' is not MODEL_FILE=LICENCE=SOURCE");
        using var file = System.IO.File.OpenRead(parts[0]);
        return new EmbeddedModel(Path.GetFileName(parts[0]), parts[1], parts[2], Convert.ToHexStringLower(SHA256.HashData(file)));
    }
}
