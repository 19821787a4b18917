using System.Runtime.CompilerServices;

namespace Freehold.Kernels.Lanes;

/// <summary>The last few floats of a row whose length is not a multiple of sixteen.</summary>
internal static unsafe class LaneTail
{
    /// <summary>Loads <paramref name="count"/> floats (1 to 15); the other lanes are 0. Nothing beyond them is read.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static TLanes Load<TLanes>(float* source, int count)
        where TLanes : struct, ILanes16<TLanes>
    {
        var part = stackalloc float[ILanes16<TLanes>.Count];
        for (var i = 0; i < count; i++)
            part[i] = source[i];
        for (var i = count; i < ILanes16<TLanes>.Count; i++)
            part[i] = 0;
        return TLanes.Load(part);
    }

    /// <summary>Stores the first <paramref name="count"/> lanes (1 to 15) and touches nothing beyond them.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Store<TLanes>(TLanes value, float* target, int count)
        where TLanes : struct, ILanes16<TLanes>
    {
        var part = stackalloc float[ILanes16<TLanes>.Count];
        TLanes.Store(value, part);
        for (var i = 0; i < count; i++)
            target[i] = part[i];
    }

    /// <summary>Loads <paramref name="count"/> 16-bit values (1 to 15) widened to 32 bits; the other lanes are 0.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static TLanes LoadWidened<TLanes>(ushort* source, int count)
        where TLanes : struct, ILanes16<TLanes>
    {
        var part = stackalloc ushort[ILanes16<TLanes>.Count];
        for (var i = 0; i < count; i++)
            part[i] = source[i];
        for (var i = count; i < ILanes16<TLanes>.Count; i++)
            part[i] = 0;
        return TLanes.LoadWidened(part);
    }
}
