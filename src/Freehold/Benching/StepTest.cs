using System.Diagnostics;
using System.Runtime.InteropServices;
using Freehold.Kernels.Attention;
using Freehold.Models.Inference;

namespace Freehold.Benching;

/// <summary>Measures what a step of one stream with several rows takes, as it checks guesses: all numbers of rows in turn, round by round, so that a spell of noise hits all of them.</summary>
internal static unsafe class StepTest
{
    private const int Before = 32;

    /// <summary>Median seconds of steps of 1 to <paramref name="most"/> rows, logits for each row.</summary>
    /// <param name="model">The model, not in use.</param>
    /// <param name="most">At most what fits a page behind the text's beginning.</param>
    /// <param name="time">How long to measure at least.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static double[] Measure(CausalModel model, int most, TimeSpan time, CancellationToken cancellationToken)
    {
        most = Math.Min(most, Math.Min(KvLayout.PageTokens - Before, Math.Min(model.MaxRows - 1, model.MaxLogitRows)));
        var page = (byte*)NativeMemory.AlignedAlloc((nuint)model.State.PageBytes, 4096);
        NativeMemory.Clear(page, (nuint)model.State.PageBytes);
        try
        {
            var table = 0;
            var batch = new ForwardBatch(model.MaxRows, 1) { Memory = new KvMemory { Base = page, PageStride = model.State.PageBytes } };
            var tokens = new int[Math.Max(Before, most)];
            for (var i = 0; i < tokens.Length; i++)
                tokens[i] = (i + 1) * 7919 % model.Shape.VocabularySize;
            batch.Add(tokens.AsSpan(0, Math.Min(Before, model.MaxRows)), 0, &table, 0);
            model.Forward(batch);
            var samples = Enumerable.Range(0, most + 1).Select(_ => new List<double>()).ToArray();
            for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < time || samples[1].Count < 3;)
                for (var rows = 1; rows <= most; rows++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    batch.Clear();
                    batch.Add(tokens.AsSpan(0, rows), Before, &table, rows);
                    var at = Stopwatch.GetTimestamp();
                    model.Forward(batch);
                    samples[rows].Add(Stopwatch.GetElapsedTime(at).TotalSeconds);
                }
            return [.. samples.Skip(1).Select(Median)];
        }
        finally
        {
            NativeMemory.AlignedFree(page);
        }
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
