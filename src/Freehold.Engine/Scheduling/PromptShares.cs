using Freehold.Engine.Sequences;
using Freehold.Kernels.Attention;

namespace Freehold.Engine.Scheduling;

/// <summary>
/// Shares a step's rows for prompts between clients in turns, so that a long prompt of one does not hold up a short one of another. Prompts of batches take
/// what the others leave; after <see cref="MostHeldBack"/> steps without a row, a page's worth goes to them first.
/// </summary>
internal sealed class PromptShares
{
    /// <summary>Steps in a row in which prompts of batches may get nothing.</summary>
    public const int MostHeldBack = 8;

    private int _turn, _heldBack;

    /// <summary>Gives out up to <paramref name="rows"/> rows (<see cref="Sequence.Rows"/>), a page's worth or less a turn; inside a client the oldest first.</summary>
    public void Share(int rows, IReadOnlyList<Sequence> running, IReadOnlyList<ClientLine> lines)
    {
        var batches = _heldBack < MostHeldBack ? 0 : Give(RequestPriority.Batch, Math.Min(rows, KvLayout.PageTokens), running, lines);
        rows -= batches;
        rows -= Give(RequestPriority.Interactive, rows, running, lines);
        batches += Give(RequestPriority.Batch, rows, running, lines);
        _heldBack = batches > 0 || !HasNeed(RequestPriority.Batch, running) ? 0 : _heldBack + 1;
    }

    // Returns the rows given.
    private int Give(RequestPriority priority, int rows, IReadOnlyList<Sequence> running, IReadOnlyList<ClientLine> lines)
    {
        var left = rows;
        for (var without = 0; left > 0 && without < lines.Count;)
        {
            var line = lines[_turn % lines.Count];
            _turn = (_turn + 1) % lines.Count;
            if (line.Priority == priority && OldestWithNeed(line, running) is { } sequence)
            {
                var share = Math.Min(Math.Min(left, KvLayout.PageTokens), sequence.Uncomputed - sequence.Rows);
                sequence.Rows += share;
                left -= share;
                without = 0;
            }
            else
            {
                without++;
            }
        }
        return rows - left;
    }

    private static bool HasNeed(RequestPriority priority, IReadOnlyList<Sequence> running)
    {
        for (var i = 0; i < running.Count; i++)
            if (running[i].Priority == priority && NeedsRows(running[i]))
                return true;
        return false;
    }

    private static Sequence? OldestWithNeed(ClientLine line, IReadOnlyList<Sequence> running)
    {
        for (var i = 0; i < running.Count; i++)
            if (running[i].Line == line && NeedsRows(running[i]))
                return running[i];
        return null;
    }

    private static bool NeedsRows(Sequence sequence) => !sequence.IsDecoding && !sequence.IsPaused && sequence.Rows < sequence.Uncomputed;
}
