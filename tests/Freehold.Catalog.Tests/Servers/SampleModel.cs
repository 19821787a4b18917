namespace Freehold.Catalog.Tests.Servers;

/// <summary>Bytes that begin as a GGUF file does; the catalogue looks no further.</summary>
internal static class SampleModel
{
    public static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        "GGUF"u8.CopyTo(bytes);
        return bytes;
    }

    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));
}
