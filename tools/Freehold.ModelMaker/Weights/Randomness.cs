namespace Freehold.ModelMaker.Weights;

/// <summary>A stream of random numbers that is the same on every machine and runtime: SplitMix64 (Steele, Lea and Flood, 2014).</summary>
public sealed class Randomness(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A stream of its own for each name, so that adding a tensor leaves all others as they were (FNV-1a over the name).</summary>
    public static Randomness For(ulong seed, string name)
    {
        var hash = 14695981039346656037UL ^ seed;
        foreach (var c in name)
            hash = (hash ^ c) * 1099511628211UL;
        return new Randomness(hash);
    }

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        var z = _state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform from 0 to <paramref name="limit"/> - 1.</summary>
    public int Next(int limit) => (int)((NextBits() >> 32) * (ulong)limit >> 32);

    /// <summary>Uniform in [low, high).</summary>
    public double Next(double low, double high) => low + ((high - low) * (NextBits() >> 11) * (1.0 / (1UL << 53)));

    /// <summary>Near normal, mean 0 and deviation 1: the sum of four uniforms (exact arithmetic, so equal everywhere).</summary>
    public double NextNormal() => (Next(-1, 1) + Next(-1, 1) + Next(-1, 1) + Next(-1, 1)) * 0.8660254037844386;

    /// <summary>Random bytes.</summary>
    public void Fill(Span<byte> bytes)
    {
        while (bytes.Length >= 8)
        {
            BitConverter.TryWriteBytes(bytes, NextBits());
            bytes = bytes[8..];
        }
        var rest = NextBits();
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(rest >> (8 * i));
    }
}
