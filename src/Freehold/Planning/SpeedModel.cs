namespace Freehold.Planning;

/// <summary>How much of the machine's limits a model's steps reach.</summary>
/// <param name="Bandwidth">Of the memory bandwidth, decoding one stream.</param>
/// <param name="Prefill">Of the highest arithmetic peak, reading a prompt.</param>
/// <param name="Batch">Of the highest arithmetic peak, decoding many streams at once.</param>
/// <param name="AreMeasured">Whether a bench of this model on this machine gave them; else they are what such kernels usually reach.</param>
internal sealed record Shares(double Bandwidth, double Prefill, double Batch, bool AreMeasured);

/// <summary>
/// Predicts speeds. A step reads all weights once, whatever its streams, and multiplies them by a row for each: it takes the longer of the two. Then each stream's
/// keys and values are read. Attention's arithmetic and the time between steps are left out, so long contexts and tiny models are slower than this says.
/// </summary>
/// <param name="Work">What a token costs.</param>
/// <param name="Planes">int8 products for one weight: 2 with activations of 15 bits, 1 with 8.</param>
/// <param name="KvBytesPerPosition">Keys and values of one position, all layers.</param>
/// <param name="BytesPerSecond">Memory bandwidth.</param>
/// <param name="OperationsPerSecond">The highest arithmetic peak.</param>
/// <param name="Shares">What is reached of both.</param>
internal sealed record SpeedModel(ModelWork Work, int Planes, long KvBytesPerPosition, double BytesPerSecond, double OperationsPerSecond, Shares Shares)
{
    /// <summary>Tokens of a prompt a second.</summary>
    public double PrefillTokensPerSecond => OperationsPerSecond * Shares.Prefill / ((double)Work.OperationsPerPrefill * Planes);

    /// <summary>Tokens a second of a single stream.</summary>
    public double DecodeTokensPerSecond => 1 / StepSeconds(1, 0);

    /// <summary>The time of a step that decodes a token for each stream.</summary>
    /// <param name="streams">Streams.</param>
    /// <param name="positions">Positions each has in memory.</param>
    public double StepSeconds(int streams, double positions) =>
        Math.Max(Work.BytesPerDecode / (BytesPerSecond * Shares.Bandwidth), streams * (double)Work.OperationsPerDecode * Planes / (OperationsPerSecond * Shares.Batch))
        + KvSeconds(streams, positions);

    /// <summary>The share of the arithmetic peak that streams decoded at a measured rate were.</summary>
    public double BatchShareOf(int streams, double tokensPerSecond, double positions)
    {
        var step = streams / tokensPerSecond - KvSeconds(streams, positions);
        return step > 0 ? streams * (double)Work.OperationsPerDecode * Planes / (OperationsPerSecond * step) : Shares.Batch;
    }

    private double KvSeconds(int streams, double positions) => streams * positions * KvBytesPerPosition / (BytesPerSecond * Shares.Bandwidth);
}
