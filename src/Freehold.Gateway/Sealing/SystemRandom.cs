using System.Security.Cryptography;

namespace Freehold.Gateway.Sealing;

/// <summary>Random bytes of the system's own generator. .NET's class asks OpenSSL on Linux, which need not be there.</summary>
internal static class SystemRandom
{
    public static void Fill(Span<byte> bytes)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomNumberGenerator.Fill(bytes);
            return;
        }
        using var source = File.OpenHandle("/dev/urandom");
        while (bytes.Length > 0)
            bytes = bytes[RandomAccess.Read(source, bytes, 0)..];
    }
}
