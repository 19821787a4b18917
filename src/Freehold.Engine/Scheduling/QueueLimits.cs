namespace Freehold.Engine.Scheduling;

/// <summary>How many requests may be here, in all and of one client. Safe from any thread.</summary>
internal sealed class QueueLimits(int maxInAll, int maxPerClient)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ClientKey, int> _here = [];
    private int _inAll;

    /// <summary>Requests that run or wait.</summary>
    public int InAll => Volatile.Read(ref _inAll);

    /// <summary>Lets a request in; if there are too many already, says so instead.</summary>
    public string? Enter(ClientKey client)
    {
        lock (_lock)
        {
            var mine = _here.GetValueOrDefault(client);
            if (_inAll >= maxInAll)
                return $"{_inAll} requests are running or waiting, which is the limit; try again when some are done";
            if (mine >= maxPerClient)
                return $"{mine} requests of this client are running or waiting, which is the limit for one; try again when some are done";
            _here[client] = mine + 1;
            _inAll++;
            return null;
        }
    }

    /// <summary>The request is over.</summary>
    public void Leave(ClientKey client)
    {
        lock (_lock)
        {
            _inAll--;
            if (--_here[client] == 0)
                _here.Remove(client);
        }
    }
}
