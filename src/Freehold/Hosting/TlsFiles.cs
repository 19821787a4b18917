using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Freehold.Commands;
using Freehold.Gateway.Hosting;

namespace Freehold.Hosting;

/// <summary>Reads a certificate and its key from PEM files. On Linux .NET does this with OpenSSL, which nothing else that serves needs.</summary>
internal static class TlsFiles
{
    private static readonly string[] OpenSsl = ["libssl.so.3", "libssl.so.1.1", "libssl.so"];

    /// <summary>The certificate with its key, and what stands between it and its authority.</summary>
    /// <param name="certificate">A PEM file: the server's certificate first, intermediate ones behind it.</param>
    /// <param name="key">A PEM file: its private key, not encrypted.</param>
    /// <param name="clock">Tells what is expired.</param>
    /// <exception cref="CommandException">A file is missing (3), cannot be read (1), or is not what it should be (2); or OpenSSL is missing (1).</exception>
    public static TlsCertificate Read(string certificate, string key, TimeProvider clock)
    {
        if (OperatingSystem.IsLinux() && !HasOpenSsl())
            throw new CommandException(ExitCode.Failed, "--tls-cert needs OpenSSL, which is not here; install it (libssl3 on Debian), or leave TLS to a proxy");
        Check(certificate, "--tls-cert");
        Check(key, "--tls-key");
        var chain = new X509Certificate2Collection();
        X509Certificate2 own;
        try
        {
            chain.ImportFromPemFile(certificate);
            if (chain.Count == 0)
                throw CommandException.Usage($"--tls-cert: {certificate} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)");
            own = X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (CryptographicException e)
        {
            throw CommandException.Usage(Explain(certificate, key, e));
        }
        catch (ArgumentException)
        {
            throw CommandException.Usage($"the key of {key} is not the one of the certificate in {certificate}; give the pair that was made together");
        }
        var now = clock.GetUtcNow().UtcDateTime;
        if (own.NotAfter.ToUniversalTime() < now || own.NotBefore.ToUniversalTime() > now)
            throw CommandException.Usage(string.Create(CultureInfo.InvariantCulture,
                $"--tls-cert: the certificate in {certificate} is valid from {own.NotBefore.ToUniversalTime():u} to {own.NotAfter.ToUniversalTime():u}, which is not now ({now:u}); no client would accept it. Renew it, or set the clock"));
        chain.RemoveAt(0);
        return new TlsCertificate(own, chain);
    }

    private static string Explain(string certificate, string key, CryptographicException e)
    {
        if (File.ReadAllText(key).Contains("ENCRYPTED", StringComparison.Ordinal))
            return $"--tls-key: the key in {key} is encrypted, and nobody is here to give its password; decrypt it into a file that only the server may read (openssl pkey -in KEY -out FILE)";
        return $"--tls-cert {certificate} and --tls-key {key} are not a certificate and its key in PEM: {e.Message}";
    }

    private static bool HasOpenSsl()
    {
        foreach (var name in OpenSsl)
            if (NativeLibrary.TryLoad(name, out var library))
            {
                NativeLibrary.Free(library);
                return true;
            }
        return false;
    }

    private static void Check(string file, string option)
    {
        try
        {
            using var readable = File.OpenRead(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw CommandException.NotFound($"{option}: there is no file {file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Failed, $"{option}: {file} cannot be read: {e.Message}", e);
        }
    }
}
