using System.Security.Cryptography;
using Freehold.Gateway.Hosting;
using Freehold.Gateway.Logging;
using Microsoft.Extensions.Logging;

namespace Freehold.Hosting;

/// <summary>
/// Looks once a minute whether the files of a certificate and its key have changed, and shows the new one from then on. By content, since what renews them swaps links as often as it writes. What does not serve changes nothing, and
/// is told once: the two are seldom written at the same moment, so only when it is still so a minute later.
/// </summary>
internal sealed class TlsRenewal : IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(1);

    private readonly (string Certificate, string Key) _files;
    private readonly TlsIdentity _identity;
    private readonly TimeProvider _clock;
    private readonly LogWriter _log;
    private readonly Lock _turn = new();
    private readonly ITimer _timer;
    private string? _shown;
    private string _refused = "", _told = "";

    /// <summary>Begins to look.</summary>
    public TlsRenewal((string Certificate, string Key) files, TlsIdentity identity, TimeProvider clock, LogWriter log)
    {
        (_files, _identity, _clock, _log) = (files, identity, clock, log);
        _timer = clock.CreateTimer(_ => Look(), null, s_interval, s_interval);
    }

    /// <summary>Looks now.</summary>
    public void Look()
    {
        lock (_turn)
        {
            var found = Contents();
            if (found is not null && found == _shown)
                return;
            try
            {
                var (before, renewed) = (_identity.Certificate, TlsFiles.Read(_files.Certificate, _files.Key, _clock));
                _identity.Replace(renewed); // the same one as well: what stands behind it may be new
                _shown = found;
                if (renewed.Own.Thumbprint == before.Own.Thumbprint)
                    return;
                _log.Tell(LogLevel.Information, "tls", $"the certificate was renewed: new connections get the one that is valid until {renewed.Own.NotAfter.ToUniversalTime():u}");
            }
            catch (Exception e) // whatever they hold, and while they are being written: it must not end the server
            {
                var refused = found ?? "missing";
                if (refused == _refused && refused != _told)
                {
                    _told = refused;
                    _log.Tell(LogLevel.Warning, "tls", $"the certificate was changed and cannot be used; the one from before is, which is valid until {_identity.Certificate.Own.NotAfter.ToUniversalTime():u}. {e.Message}");
                }
                _refused = refused;
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    // Null where a file cannot be read.
    private string? Contents()
    {
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(File.ReadAllBytes(_files.Certificate));
            hash.AppendData([0]);
            hash.AppendData(File.ReadAllBytes(_files.Key));
            return Convert.ToHexString(hash.GetHashAndReset());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
