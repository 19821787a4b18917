using Freehold.Engine.Pages;
using Freehold.Engine.Refusals;
using Freehold.Kernels.Attention;
using Freehold.Models.Inference;

namespace Freehold.Engine.Memory;

/// <summary>What an engine will use, chosen from its options, the model and the memory there is.</summary>
/// <param name="Context">Positions one stream may have.</param>
/// <param name="Pages">Pages of 64 positions, all streams together.</param>
/// <param name="KvBytes">Bytes of all pages.</param>
/// <param name="MaxStreams">Streams that run at once.</param>
/// <param name="PrefillChunk">Rows of prompts in a step.</param>
/// <param name="Explanation">The choice in a sentence, for people.</param>
public sealed record MemoryPlan(int Context, int Pages, long KvBytes, int MaxStreams, int PrefillChunk, string Explanation)
{
    private const int UsualStreams = 32, UsualChunk = 512;

    /// <summary>Positions a text may have that a drafting model goes on with; 0 without one.</summary>
    public int DraftContext { get; init; }

    /// <summary>Pages for a drafting model's own keys and values.</summary>
    public int DraftPages { get; init; }

    /// <summary>Bytes of those.</summary>
    public long DraftKvBytes { get; init; }

    /// <summary>Chooses.</summary>
    /// <param name="model">The model, loaded.</param>
    /// <param name="options">What is fixed already.</param>
    /// <param name="availableBytes">
    /// Memory that this process may take, the model's own (<see cref="CausalModel.ResidentBytes"/>) included: mapped weights count as available until they are read.
    /// </param>
    /// <param name="draft">Guesses for it; null for none.</param>
    /// <exception cref="ModelRefusedException">The model, or what was asked for it, does not fit; the message has the numbers.</exception>
    public static MemoryPlan Choose(CausalModel model, EngineOptions options, long availableBytes, DraftModel? draft = null)
    {
        if (model.State.SequenceBytes > 0)
            throw new ModelRefusedException($"{model.Shape.Architecture} keeps {model.State.SequenceBytes} bytes of recurrent state a sequence, which this engine does not serve yet");
        var resident = model.ResidentBytes + (draft?.Causal.ResidentBytes ?? 0);
        if (resident >= availableBytes)
            throw new ModelRefusedException($"the model{(draft is null ? "" : $" and its draft {draft.Name}")} takes {Size(resident)}; {Size(availableBytes)} of memory are available. Free memory, raise the limit, or take a smaller model{(draft is null ? "" : " or no draft")}");
        availableBytes -= resident;
        var pageBytes = model.State.PageBytes;
        var streams = Math.Min(Positive(options.MaxStreams, "max streams") ?? UsualStreams, Math.Min(model.MaxLogitRows, model.MaxRows));
        if (options.MaxStreams > streams)
            throw new ModelRefusedException($"{options.MaxStreams} streams were asked for; this model was loaded for {streams}. Load it for more, or ask for fewer");
        var trained = model.Shape.ContextLength;
        if (Positive(options.Context, "context") > trained)
            throw new ModelRefusedException($"a context of {options.Context} was asked for; the model was trained for {trained}");
        var wanted = options.Context ?? trained;

        // Half of what is left stays for the system and its file cache; more than every stream's whole context helps nobody.
        var whole = (long)PageTable.PagesFor(wanted) * pageBytes;
        // A draft goes on with as many texts at a time as guessing does.
        var draftPage = draft?.Causal.State.PageBytes ?? 0;
        var draftContext = draft is null ? 0 : Math.Min(wanted, draft.Causal.Shape.ContextLength);
        var draftPages = (long)PageTable.PagesFor(draftContext) * Math.Min(streams, Speculation.Guesser.MostStreams);
        var kv = options.KvMemoryBytes ?? Math.Min(availableBytes / 2, checked(whole * streams + draftPages * draftPage));
        if (kv > availableBytes)
            throw new ModelRefusedException($"{Size(kv)} for keys and values were asked for; {Size(availableBytes)} of memory are available beside the model ({Size(resident)}). Ask for less");
        draftPages = Math.Min(draftPages, kv / (pageBytes + draftPage));
        var pages = (int)Math.Min((kv - draftPages * draftPage) / pageBytes, int.MaxValue / KvLayout.PageTokens);
        if (pages < 1 || (draft is not null && draftPages < 1))
            throw new ModelRefusedException(
                $"the model needs {Size(pageBytes + draftPage)}{(draft is null ? "" : $" with its draft {draft.Name}")} for each {KvLayout.PageTokens} positions; {Size(kv)} are there for them ({Size(availableBytes)} of memory available beside the model's {Size(resident)}). " +
                "Free memory, raise the limit, or take a smaller model");
        var context = (int)Math.Min(wanted, (long)pages * KvLayout.PageTokens);
        if (options.Context > context)
            throw new ModelRefusedException($"a context of {options.Context} needs {Size(whole)} for keys and values; {Size(kv)} are there, enough for {context}. Ask for a shorter context or give more memory");
        if (context < 2)
            throw new ModelRefusedException("a context of less than 2 positions cannot hold a prompt and an answer");
        var chunk = Math.Min(Positive(options.PrefillChunk, "prefill chunk") ?? UsualChunk, model.MaxRows);
        Positive(options.PrefillChunkBesideDecoding, "prefill chunk beside decoding");
        kv = pages * pageBytes;
        return new MemoryPlan(context, pages, kv, streams, chunk,
            $"context {context} of {trained} trained, {streams} streams at once, {Size(kv)} for keys and values{(model.State.KeysValues == KvType.Q8 ? " in int8" : "")} ({(long)pages * KvLayout.PageTokens} positions in all), prompts in chunks of {chunk}; " +
            (draft is null ? "" : $"draft {draft.Name}, {Size(draftPages * draftPage)} for its keys and values; ") +
            $"weights and workspace {Size(resident)}, memory available beside them {Size(availableBytes)}")
        {
            DraftContext = (int)Math.Min(Math.Min(draftContext, context), draftPages * KvLayout.PageTokens),
            DraftPages = (int)draftPages,
            DraftKvBytes = draftPages * draftPage,
        };
    }

    private static int? Positive(int? value, string name) =>
        value is < 1 ? throw new ModelRefusedException($"{name} is {value}; it must be at least 1") : value;

    private static string Size(long bytes) => bytes switch
    {
        >= 1L << 30 => FormattableString.Invariant($"{bytes / (double)(1L << 30):0.0} GiB"),
        >= 1L << 20 => FormattableString.Invariant($"{bytes / (double)(1L << 20):0.0} MiB"),
        _ => FormattableString.Invariant($"{bytes} bytes"),
    };
}
