using Microsoft.AspNetCore.Builder;

namespace Freehold.Gateway.Tests.Serving;

/// <summary>Ends an application at once, as its process would, and once however often it is asked to.</summary>
internal sealed class AppEnd(WebApplication app)
{
    private bool _came;

    public async Task ComeAsync()
    {
        if (_came)
            return;
        _came = true;
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }
}
