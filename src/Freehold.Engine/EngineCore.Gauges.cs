using Freehold.Engine.Pages;
using Freehold.Engine.Scheduling;

namespace Freehold.Engine;

/// <summary>What it tells of itself.</summary>
internal sealed partial class EngineCore
{
    /// <summary>Tokens that can be sampled: the tokenizer's, where a model's rows are padded beyond them.</summary>
    public int Vocabulary => _vocabulary;

    /// <summary>The pages.</summary>
    public PageLedger Pages { get; }

    /// <summary>Sequences that have pages.</summary>
    public int Running => _scheduler.Running.Count;

    /// <summary>Sequences that wait for a place, those at the door included.</summary>
    public int Waiting => Math.Max(0, _limits.InAll - Running);

    /// <summary>Tokens that have to be computed before a batch's turn: of prompts, and of answers that gave up their pages.</summary>
    public long TokensWaiting => _backlog.TokensAhead(RequestPriority.Batch);

    /// <summary>Tokens of prompts computed in a second, measured; 0 before anything was.</summary>
    public double PromptTokensPerSecond => _throughput.TokensPerSecond;

    /// <summary>Times a sequence had to give up its pages.</summary>
    public long Interruptions => _scheduler.Interruptions;

    /// <summary>Bytes of page memory that were used at least once, less those given up.</summary>
    public long TouchedBytes => _pool.TouchedBytes;

    /// <summary>Whether a drafting model guesses; false where there is none, or it failed.</summary>
    public bool HasDraft => _guesser is { HasModel: true };

    /// <summary>Bytes the calling thread had allocated at the end of the last step.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Steps that computed something.</summary>
    public long Steps { get; private set; }
}
