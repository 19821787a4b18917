using System.Diagnostics;
using System.Text;

namespace Freehold.Gateway.Load;

/// <summary>Clients that ask for streams, and the time that each waited for its first event.</summary>
internal sealed class Clients(int count) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = count, PooledConnectionLifetime = Timeout.InfiniteTimeSpan }) { Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>Runs all for a time.</summary>
    /// <param name="address">Whom they ask.</param>
    /// <param name="rate">Requests a second of all together, evenly spread; 0 for one after the other without a pause.</param>
    /// <param name="time">How long.</param>
    /// <returns>Milliseconds to the first event, sorted.</returns>
    public async Task<double[]> RunAsync(Uri address, double rate, TimeSpan time)
    {
        var end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var pause = rate > 0 ? TimeSpan.FromSeconds(count / rate) : TimeSpan.Zero;
        var waits = await Task.WhenAll(Enumerable.Range(0, count).Select(async index =>
        {
            var own = new List<double>();
            await Task.Delay(pause * index / count);
            using var timer = pause > TimeSpan.Zero ? new PeriodicTimer(pause) : null;
            do
                own.Add(await AskAsync(address));
            while (Stopwatch.GetTimestamp() < end && (timer is null || await timer.WaitForNextTickAsync()));
            return own;
        }));
        var all = waits.SelectMany(own => own).ToArray();
        Array.Sort(all);
        return all;
    }

    private async Task<double> AskAsync(Uri address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "v1/chat/completions"))
        {
            Content = new StringContent("""{"model":"stub","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"system","content":"You are a helpful assistant."},{"role":"user","content":"What is the capital of France?"}]}""", Encoding.UTF8, "application/json"),
        };
        var begun = Stopwatch.GetTimestamp();
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[16384];
        if (await body.ReadAsync(buffer) == 0)
            throw new InvalidDataException("an answer without an event");
        var waited = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        while (await body.ReadAsync(buffer) > 0)
        {
        }
        return waited;
    }

    public void Dispose() => _http.Dispose();
}
