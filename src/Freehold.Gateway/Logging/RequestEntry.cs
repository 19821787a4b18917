using Freehold.Gateway.Answers;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;

namespace Freehold.Gateway.Logging;

/// <summary>What the log will say of one request; filled on its way. Never its content, never a key.</summary>
internal sealed class RequestEntry(long begun, TimeProvider clock)
{
    /// <summary>Tokens, as far as the model told.</summary>
    public UsageTotals Usage { get; } = new();

    /// <summary>The model that answers, once that is known.</summary>
    public string? Model { get; private set; }

    /// <summary>What became of it, where that is not the status that was sent.</summary>
    public int? Status { get; private set; }

    /// <summary>What ended the answer once it had begun; null where nothing did.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Why it was refused or ended before its time; null where it was not.</summary>
    public Refusal? Refusal { get; set; }

    /// <summary>How long it waited before anything of it was computed; null where nobody told.</summary>
    public TimeSpan? Queued { get; set; }

    /// <summary>From its arrival to the first token of the answer.</summary>
    public TimeSpan? FirstToken { get; private set; }

    /// <summary>From its arrival until now.</summary>
    public TimeSpan Elapsed => clock.GetElapsedTime(begun);

    /// <summary>The one of this request; null where nobody keeps a log.</summary>
    public static RequestEntry? Of(HttpContext http) => http.Features.Get<RequestEntry>();

    /// <summary>The request is over.</summary>
    /// <param name="model">The model that answered; it explains a failure.</param>
    /// <param name="reason">What ended it before its time.</param>
    /// <param name="status">What became of it, where that is not the status that was sent.</param>
    public void Close(ServedModel? model, Refusal? reason, int? status)
    {
        (Model, Status) = (model?.Id, status);
        if (status is null && Failure is not null and not OperationCanceledException)
            Refusal ??= (Failure as RefusedException)?.Refusal ?? model?.Explain(Failure) ?? new Refusal(500, ErrorCodes.InternalError, null, "");
        Refusal ??= reason;
    }

    /// <summary>A part of the answer came.</summary>
    public void Add(Piece piece, int prompt)
    {
        if (piece.HasContent)
            FirstToken ??= Elapsed;
        if (piece.Usage is not { } usage)
            return;
        Usage.Add(prompt, usage);
        if (usage.AdditionalCounts?.TryGetValue("queued_milliseconds", out var waited) is true)
            Queued = TimeSpan.FromMilliseconds(waited);
    }
}
