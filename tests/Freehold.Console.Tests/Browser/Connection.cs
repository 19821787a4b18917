using Microsoft.Playwright;

namespace Freehold.Pages.Tests.Browser;

/// <summary>A page's connection to its server, which a test takes away and gives back; what else the page asks comes through.</summary>
internal sealed class Connection
{
    private readonly List<IWebSocketRoute> _sockets = [];
    private volatile bool _deaf, _mute, _lost;

    /// <summary>Stands between a page and its server; from the page's next loading on.</summary>
    public static async Task<Connection> OfAsync(IPage page)
    {
        var connection = new Connection();
        await page.RouteWebSocketAsync("**/_blazor*", connection.Stand);
        await page.RouteAsync("**/_blazor/negotiate*", route => connection._lost ? route.AbortAsync() : route.ContinueAsync());
        await page.ReloadAsync();
        return connection;
    }

    /// <summary>The cable is pulled: what the server says arrives nowhere, nor what the page says, and neither knows.</summary>
    /// <param name="isHeard">What the page says arrives still.</param>
    public void Silence(bool isHeard = false) => (_deaf, _mute) = (true, !isHeard);

    /// <summary>The connection is lost, and none is to be had.</summary>
    public async Task LoseAsync()
    {
        _lost = true;
        foreach (var socket in TakeAll())
            await socket.CloseAsync(new WebSocketRouteCloseOptions { Code = 3001 });
    }

    /// <summary>Whoever asks for a connection gets one.</summary>
    public void Restore() => _deaf = _mute = _lost = false;

    private void Stand(IWebSocketRoute socket)
    {
        var server = socket.ConnectToServer();
        socket.OnMessage(frame => Pass(frame, server, _mute));
        server.OnMessage(frame => Pass(frame, socket, _deaf));
        lock (_sockets)
            _sockets.Add(socket);
    }

    private static void Pass(IWebSocketFrame frame, IWebSocketRoute to, bool isLost)
    {
        if (isLost)
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
