using Freehold.Engine.Sequences;
using Freehold.Kernels.Attention;

namespace Freehold.Engine.Scheduling;

/// <summary>Shares a step's rows for prompts between clients in turns, so that a long prompt of one does not hold up a short one of another.</summary>
internal sealed class PromptShares
{
    private int _turn;

    /// <summary>Gives out up to <paramref name="rows"/> rows (<see cref="Sequence.Rows"/>), a page's worth or less a turn; inside a client the oldest first.</summary>
    public void Share(int rows, IReadOnlyList<Sequence> running, IReadOnlyList<ClientLine> lines)
    {
        for (var without = 0; rows > 0 && without < lines.Count;)
        {
            var line = lines[_turn % lines.Count];
            _turn = (_turn + 1) % lines.Count;
            if (OldestWithNeed(line, running) is { } sequence)
            {
                var share = Math.Min(Math.Min(rows, KvLayout.PageTokens), sequence.Uncomputed - sequence.Rows);
                sequence.Rows += share;
                rows -= share;
                without = 0;
            }
            else
            {
                without++;
            }
        }
    }

    private static Sequence? OldestWithNeed(ClientLine line, IReadOnlyList<Sequence> running)
    {
        for (var i = 0; i < running.Count; i++)
        {
            var sequence = running[i];
            if (sequence.Line == line && !sequence.IsDecoding && !sequence.IsPaused && sequence.Rows < sequence.Uncomputed)
                return sequence;
        }
        return null;
    }
}
