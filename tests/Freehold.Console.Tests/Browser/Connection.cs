using Microsoft.Playwright;

namespace Freehold.Pages.Tests.Browser;

/// <summary>A page's connection to its server, which a test takes away and gives back; what else the page asks comes through.</summary>
internal sealed class Connection
{
    private readonly List<IWebSocketRoute> _sockets = [];
    private volatile bool _silent, _lost;

    /// <summary>Stands between a page and its server; from the page's next loading on.</summary>
    public static async Task<Connection> OfAsync(IPage page)
    {
        var connection = new Connection();
        await page.RouteWebSocketAsync("**/_blazor*", connection.Stand);
        await page.RouteAsync("**/_blazor/negotiate*", route => connection._lost ? route.AbortAsync() : route.ContinueAsync());
        await page.ReloadAsync();
        return connection;
    }

    /// <summary>The cable is pulled: what either side says arrives nowhere, and neither knows.</summary>
    public void Silence() => _silent = true;

    /// <summary>The connection is lost, and none is to be had.</summary>
    public async Task LoseAsync()
    {
        _lost = true;
        foreach (var socket in TakeAll())
            await socket.CloseAsync(new WebSocketRouteCloseOptions { Code = 3001 });
    }

    /// <summary>Whoever asks for a connection gets one.</summary>
    public void Restore() => _silent = _lost = false;

    private void Stand(IWebSocketRoute socket)
    {
        var server = socket.ConnectToServer();
        socket.OnMessage(frame => Pass(frame, server));
        server.OnMessage(frame => Pass(frame, socket));
        lock (_sockets)
            _sockets.Add(socket);
    }

    private void Pass(IWebSocketFrame frame, IWebSocketRoute to)
    {
        if (_silent)
            return;
        if (frame.Binary is { } bytes)
            to.Send(bytes);
        else
            to.Send(frame.Text!);
    }

    private List<IWebSocketRoute> TakeAll()
    {
        lock (_sockets)
        {
            List<IWebSocketRoute> taken = [.. _sockets];
            _sockets.Clear();
            return taken;
        }
    }
}
