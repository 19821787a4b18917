using Freehold.Engine.Refusals;

namespace Freehold.Engine.Scheduling;

/// <summary>How many requests may be here, in all and of one client. Safe from any thread.</summary>
internal sealed class QueueLimits(int maxInAll, int maxPerClient)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ClientKey, int> _here = [];
    private int _inAll;

    /// <summary>Requests that run or wait.</summary>
    public int InAll => Volatile.Read(ref _inAll);

    /// <summary>Lets a request in.</summary>
    /// <exception cref="RequestRefusedException">There are too many already.</exception>
    public void Enter(ClientKey client)
    {
        lock (_lock)
        {
            var mine = _here.GetValueOrDefault(client);
            if (_inAll >= maxInAll)
                throw new RequestRefusedException(RefusalCodes.QueueFull, $"{_inAll} requests are running or waiting, which is the limit; try again when some are done");
            if (mine >= maxPerClient)
                throw new RequestRefusedException(RefusalCodes.QueueFull, $"{mine} requests of this client are running or waiting, which is the limit for one; try again when some are done");
            _here[client] = mine + 1;
            _inAll++;
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
