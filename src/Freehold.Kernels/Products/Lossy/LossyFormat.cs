namespace Freehold.Kernels.Products.Lossy;

/// <summary>
/// How a matrix lies when packed with loss: panels of sixteen outputs, each output's inputs rounded to int8 values <c>e</c> under one scale,
/// in w8 rotated before (<see cref="Rotation"/>; docs/lossy-packing.md):
/// <code>
/// panel   scales [16 outputs] f32, then a block for every 64 inputs; outputs that are not there are zeros
/// w8      1,024 bytes: vector s, [16 outputs][4 bytes] int8, holds inputs 4 s to 4 s + 3. The sixteen vectors are one AMX B tile of K = 64
/// w4      64 bytes: [group of 32 inputs][multiplier [16] u8, base [16] int8]
///         512 bytes: [group] four vectors; vector j's low nibbles are quad step j of the group, its high nibbles step j + 4
///         e = (multiplier * code >> 4) + base, in 8 bits that wrap
/// </code>
/// A panel is read in one line of whole cache lines.
/// </summary>
/// <param name="Kind">Which of the two.</param>
internal readonly record struct LossyFormat(LossyKind Kind)
{
    /// <summary>Outputs of a panel.</summary>
    internal const int Outputs = 16;

    /// <summary>Inputs of a block, and of a rotation.</summary>
    internal const int Block = Rotation.Length;

    /// <summary>Inputs that share a multiplier and a base in w4.</summary>
    internal const int Group = 32;

    /// <summary>The longest <see cref="Slice"/>.</summary>
    internal const int MaxSlice = 512;

    /// <summary>Bytes before a panel's first block: the scales.</summary>
    internal const int ValuesAt = Outputs * sizeof(float);

    /// <summary>Bytes of multipliers and bases before a w4 block's codes.</summary>
    internal const int MultiplierBytes = Block / Group * 2 * Outputs;

    /// <summary>Changes whenever the bytes of any panel do, for the same weights.</summary>
    internal const int Version = 1;

    /// <summary>Inputs that share an activation scale: the last slice of a row may be shorter. A product links its chain once a slice.</summary>
    internal int Slice => Kind == LossyKind.W8 ? MaxSlice : 256;

    /// <summary>Groups of a whole slice.</summary>
    internal int SliceGroups => Slice / Group;

    /// <summary>Whether weights and activations are rotated (<see cref="Rotation"/>).</summary>
    internal bool Rotates => Kind == LossyKind.W8;

    /// <summary>Bytes of a block of sixteen outputs by 64 inputs.</summary>
    internal int BlockBytes => Kind == LossyKind.W8 ? Block * Outputs : MultiplierBytes + Block * Outputs / 2;

    /// <summary>Bytes of a panel: a multiple of 64.</summary>
    internal long PanelBytes(int columns) => ValuesAt + (long)columns / Block * BlockBytes;

    /// <summary>Bytes of a matrix; the last panel is whole.</summary>
    internal long MatrixBytes(int rows, int columns) => (rows + Outputs - 1L) / Outputs * PanelBytes(columns);

    /// <summary>Whether a matrix can be packed: it is one, and its inputs are whole blocks.</summary>
    internal static bool Takes(int rows, int columns) => rows > 1 && columns % Block == 0;

    /// <summary>Slices of a row.</summary>
    internal int Slices(int columns) => (columns + Slice - 1) / Slice;
}
