using Freehold.Gateway.Answers;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Measuring;
using Freehold.Gateway.OpenAi.Answers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Freehold.Gateway.OpenAi.Responses.Answers;

/// <summary>Makes responses: whole, as events, or with nobody waiting.</summary>
internal sealed class ResponseAnswering(ResponseKeeping keeping, GatewayMeter meter, TimeProvider clock, ILogger<ResponseAnswering> log)
{
    /// <summary>Answers with the whole response.</summary>
    public async Task WholeAsync(HttpContext http, ResponseRun run)
    {
        await MakeAsync(run, new ResponseEvents(new UntoldEvents()), http, null, CancellationToken.None, http.RequestAborted);
        await ListJson.SendAsync(http, run.State, static (json, state) => state.Write(json));
    }

    /// <summary>Answers with its events.</summary>
    public async Task StreamAsync(HttpContext http, ResponseRun run, ResponseStream stream)
    {
        var gone = http.RequestAborted;
        try
        {
            await MakeAsync(run, stream.Events, http, stream, CancellationToken.None, gone);
        }
        catch (Exception failure) when (stream.Started && !gone.IsCancellationRequested)
        {
            // The status is sent already: say it inside the stream.
            run.State.Status = ResponseState.Failed;
            run.State.Error ??= Failures.Explain(failure, run.Model, log);
            await stream.Events.StateAsync("failed", run.State, gone);
        }
    }

    /// <summary>Makes it while nobody waits; never throws.</summary>
    /// <param name="run">What is to be made.</param>
    /// <param name="told">Where its events go.</param>
    /// <param name="stopping">Whether it is the server's end that ends it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task BackgroundAsync(ResponseRun run, EventLog told, CancellationToken stopping, CancellationToken cancellationToken)
    {
        var events = new ResponseEvents(told);
        try
        {
            run.State.Status = ResponseState.Queued;
            await events.StateAsync("created", run.State, CancellationToken.None);
            await events.StateAsync("queued", run.State, CancellationToken.None);
            run.State.Status = ResponseState.InProgress;
            await events.StateAsync("in_progress", run.State, CancellationToken.None);
            await MakeAsync(run, events, null, null, stopping, cancellationToken);
        }
        catch (Exception failure)
        {
            run.State.Error ??= run.State.Status == ResponseState.Cancelled ? null : Failures.Explain(failure, run.Model, log);
            if (run.State.Status != ResponseState.Cancelled)
                run.State.Status = ResponseState.Failed;
            await events.StateAsync("failed", run.State, CancellationToken.None);
        }
        told.End();
    }

    // stream: where the events go while somebody waits for them; null where nobody does.
    private async Task MakeAsync(ResponseRun run, ResponseEvents events, HttpContext? http, ResponseStream? stream, CancellationToken stopping, CancellationToken cancellationToken)
    {
        var state = run.State;
        var builder = new OutputBuilder(state, events, run.Seal);
        try
        {
            using var measured = meter.Begin(run.Model.Id, clock, state.Usage);
            await using var pieces = (http is null ? Generation.RunAsync(run.Model.Chat!, [run.Generation], cancellationToken) : Generation.RunAsync(run.Model.Chat!, [run.Generation], http)).GetAsyncEnumerator(cancellationToken);
            // Nothing is sent before the first piece, so that a refusal still has its own status; unless that takes long.
            var more = await FirstPiece.WaitAsync(pieces, clock, () => stream?.KeepAliveAsync() ?? events.StateAsync("in_progress", state, cancellationToken));
            if (more && http is not null)
                UnenforcedHeader.Tell(http.Response, pieces.Current.Unenforced);
            if (stream is not null)
                await stream.OpenAsync();
            for (; more; more = await pieces.MoveNextAsync())
            {
                var piece = pieces.Current;
                if (piece.HasContent)
                    measured.Step(0);
                await builder.AddAsync(piece, cancellationToken);
            }
            await builder.EndAsync(Now, cancellationToken);
        }
        catch (Exception failure)
        {
            var isUnwanted = cancellationToken.IsCancellationRequested && !stopping.IsCancellationRequested;
            try
            {
                await keeping.AbandonAsync(run, isUnwanted ? null : Failures.Explain(failure, run.Model, log), Now);
            }
            catch (Exception second)
            {
                log.LogError(second, "What became of the response {Response} could not be stored", state.Id);
            }
            throw;
        }
        // Before it is told: who hears that it is complete may continue it at once.
        await keeping.EndAsync(run, CancellationToken.None);
        await events.StateAsync(state.Status, state, cancellationToken);
    }

    private long Now => clock.GetUtcNow().ToUnixTimeSeconds();
}
