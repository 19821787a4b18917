namespace Freehold.Engine.Sampling;

/// <summary>
/// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011): a number for each seed and position, with no state
/// between them. So a token's random number depends neither on other streams nor on how often the answer was interrupted.
/// </summary>
internal static class CounterRandom
{
    /// <summary>A number from 0 up to below 1, a multiple of 2^-53.</summary>
    public static double Uniform(ulong seed, int position)
    {
        var (a, b, _, _) = Block((uint)position, 0, 0, 0, (uint)seed, (uint)(seed >> 32));
        return (((ulong)b << 32 | a) >> 11) * (1.0 / (1L << 53));
    }

    /// <summary>One block of four words.</summary>
    internal static (uint, uint, uint, uint) Block(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1)
    {
        for (var round = 0; round < 10; round++)
        {
            var p0 = 0xD2511F53UL * c0;
            var p1 = 0xCD9E8D57UL * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }
        return (c0, c1, c2, c3);
    }
}
