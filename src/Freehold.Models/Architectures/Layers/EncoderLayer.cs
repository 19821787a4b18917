using Freehold.Kernels.Attention;

namespace Freehold.Models.Architectures.Layers;

/// <summary>One post-norm transformer block of an encoder (arXiv 1810.04805).</summary>
internal sealed unsafe class EncoderLayer(
    SelfAttention attention, Joint attentionJoint, Norm attentionNorm, FeedForward feedForward, Joint feedForwardJoint, Norm outputNorm)
{
    public SelfAttention Attention => attention;

    public void Run(Pass pass, ReadOnlySpan<SequenceRows> sequences)
    {
        var work = pass.Workspace;
        var sizes = work.Sizes;
        attention.Run(pass, work.Stream, sizes.Embedding, sequences, attend: true);
        attentionJoint.Run(pass, work.Attended, sizes.Attended);
        attentionNorm.Apply(pass, work.Stream, work.Stream, pass.Rows);
        feedForward.Run(pass, work.Stream, sizes.Embedding);
        feedForwardJoint.Run(pass, work.Gate, sizes.FeedForward);
        outputNorm.Apply(pass, work.Stream, work.Stream, pass.Rows);
    }
}
