namespace Freehold.Models.Architectures.Layers;

/// <summary>One pre-norm transformer block.</summary>
internal sealed unsafe class DecoderLayer(
    Norm attentionNorm, SelfAttention attention, Joint attentionJoint,
    Norm feedForwardNorm, FeedForward feedForward, Joint feedForwardJoint)
{
    public SelfAttention Attention => attention;

    /// <summary>Runs the block. In the last one (<paramref name="last"/>) only the rows that logits are asked for go on after attention.</summary>
    public void Run(Pass pass, bool last)
    {
        var work = pass.Workspace;
        var sizes = work.Sizes;
        attentionNorm.Apply(pass, work.Stream, work.Normed, pass.Rows);
        var logitRows = pass.Batch.LogitRows;
        attention.Run(pass, work.Normed, sizes.Embedding, pass.Batch.Sequences, attend: !last || logitRows.Length > 0);
        if (last)
            KeepLogitRows(pass, logitRows);
        if (pass.Rows == 0)
            return;
        attentionJoint.Run(pass, work.Attended, sizes.Attended);
        feedForwardNorm.Apply(pass, work.Stream, work.Normed, pass.Rows);
        feedForward.Run(pass, work.Normed, sizes.Embedding);
        feedForwardJoint.Run(pass, work.Gate, sizes.FeedForward);
    }

    private static void KeepLogitRows(Pass pass, ReadOnlySpan<int> rows)
    {
        var work = pass.Workspace;
        for (var i = 0; i < rows.Length; i++)
        {
            Move(work.Stream, work.Sizes.Embedding, rows[i], i);
            Move(work.Attended, work.Sizes.Attended, rows[i], i);
        }
        pass.Rows = rows.Length;
    }

    private static void Move(float* buffer, int length, int from, int to)
    {
        if (from != to)
            new ReadOnlySpan<float>(buffer + (long)from * length, length).CopyTo(new Span<float>(buffer + (long)to * length, length));
    }
}
