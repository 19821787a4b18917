using Freehold.Kernels.Lanes;
using Freehold.Kernels.Products;

namespace Freehold.Kernels.Attention;

/// <summary>
/// One head's keys and values of a page in int8 (<see cref="KvType.Q8"/>). A row is quantised when it is appended, from itself alone and by the rule of 8-bit
/// activations; it is read back as scale * q, rounded once, and computed with as f32 is. So nothing but the row decides its bits.
/// </summary>
internal static unsafe class QuantisedHead
{
    private const int Tile = KvLayout.PageTokens;

    /// <summary>Stores one position's key.</summary>
    public static void StoreKey(InstructionSet isa, in KvLayout layout, byte* head, int slot, float* key)
    {
        var q = stackalloc short[KvLayout.ScaleBlock];
        var to = (sbyte*)head + slot;
        var scales = (float*)(head + (long)layout.KeyLength * Tile) + slot;
        for (var d = 0; d < layout.KeyLength; d += KvLayout.ScaleBlock)
        {
            var count = Math.Min(KvLayout.ScaleBlock, layout.KeyLength - d);
            Quantise(isa, key + d, count, q, scales + (long)(d / KvLayout.ScaleBlock) * Tile);
            for (var i = 0; i < count; i++)
                to[(long)(d + i) * Tile] = (sbyte)q[i];
        }
    }

    /// <summary>Stores one position's value.</summary>
    public static void StoreValue(InstructionSet isa, in KvLayout layout, byte* head, int slot, float* value)
    {
        var q = stackalloc short[KvLayout.ScaleBlock];
        var values = head + layout.KeyBytes;
        var to = (sbyte*)values + (long)slot * layout.ValueLength;
        var scales = (float*)(values + (long)layout.ValueLength * Tile) + (long)slot * KvLayout.Blocks(layout.ValueLength);
        for (var d = 0; d < layout.ValueLength; d += KvLayout.ScaleBlock)
        {
            var count = Math.Min(KvLayout.ScaleBlock, layout.ValueLength - d);
            Quantise(isa, value + d, count, q, scales + d / KvLayout.ScaleBlock);
            for (var i = 0; i < count; i++)
                to[d + i] = (sbyte)q[i];
        }
    }

    /// <summary>Reads keys and values <paramref name="from"/> to <paramref name="to"/> - 1 of the page (and up to fifteen keys around them) as f32 pages hold them.</summary>
    public static void Widen<T>(in KvLayout layout, byte* head, int from, int to, float* keys, float* values)
        where T : struct, ILanes16<T>
    {
        WidenKeys<T>(layout.KeyLength, (sbyte*)head, from, to, keys);
        WidenValues<T>(layout.ValueLength, (sbyte*)(head + layout.KeyBytes), from, to, values);
    }

    private static void WidenKeys<T>(int length, sbyte* q, int from, int to, float* keys)
        where T : struct, ILanes16<T>
    {
        var scales = (float*)(q + (long)length * Tile);
        for (var d = 0; d < length; scales += Tile)
            for (var end = Math.Min(d + KvLayout.ScaleBlock, length); d < end; d++)
                for (var key = from & ~15; key < to; key += 16)
                    T.Store(T.LoadBytes(q + (long)d * Tile + key) * T.Load(scales + key), keys + (long)d * Tile + key);
    }

    private static void WidenValues<T>(int length, sbyte* q, int from, int to, float* values)
        where T : struct, ILanes16<T>
    {
        var blocks = KvLayout.Blocks(length);
        var scales = (float*)(q + (long)length * Tile);
        for (var key = from; key < to; key++)
        {
            var row = q + (long)key * length;
            var wide = values + (long)key * length;
            var d = 0;
            for (; d + 16 <= length; d += 16)
                T.Store(T.LoadBytes(row + d) * T.Broadcast(scales[(long)key * blocks + d / KvLayout.ScaleBlock]), wide + d);
            for (; d < length; d++)
                wide[d] = row[d] * scales[(long)key * blocks + d / KvLayout.ScaleBlock];
        }
    }

    private static void Quantise(InstructionSet isa, float* x, int count, short* q, float* scale)
    {
        if (count == KvLayout.ScaleBlock)
        {
            Quantiser.Eight(isa, x, q, scale);
            return;
        }
        var block = stackalloc float[KvLayout.ScaleBlock];
        for (var i = 0; i < KvLayout.ScaleBlock; i++)
            block[i] = i < count ? x[i] : 0;
        Quantiser.Eight(isa, block, q, scale);
    }
}
