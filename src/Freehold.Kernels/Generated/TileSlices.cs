using Iced.Intel;
using static Freehold.Kernels.Generated.AssemblerExtensions;
using static Iced.Intel.AssemblerRegisters;

namespace Freehold.Kernels.Generated;

/// <summary>
/// A slice of two panels packed with loss times 32 rows in AMX (docs/numerics.md, "Products packed with loss"): sums run through the whole slice, so tiles are full and
/// scales come once in up to 512 inputs.
/// <code>
/// tmm0 to 3   sums [tile of rows][panel], 16 rows of 16 int32
/// tmm4, 5     activations of a block, 16 rows of 64 bytes each
/// tmm6, 7     weights of a block, 16 quads of 16 outputs each
/// zmm0 to 11  sums as floats, and scales
/// </code>
/// A block is four loads and four products of 16 cycles each. Between the products of one step stand the links of the step before, y = fma((float)isum, d, y), whose sums
/// lie in memory by then; so the tile unit waits for nothing but the four stores at a step's end.
/// </summary>
internal static class TileSlices
{
    /// <summary>Rows of a tile.</summary>
    internal const int Rows = 16;

    /// <summary>The most blocks of a slice.</summary>
    internal const int MostBlocks = 8;

    /// <summary>Inputs of a block.</summary>
    internal const int BlockInputs = 64;

    /// <summary>Bytes that a call's ring takes.</summary>
    internal const int RingBytes = 4 * TileBytes;

    /// <summary>Bytes of a block in a panel, and in a tile of rows.</summary>
    internal const int TileBytes = 1024;

    /// <summary>The first step meets the weights in memory, and asks for them so many blocks ahead.</summary>
    internal const int BlocksAhead = 4;

    private const int Panels = 2;
    private const int RowBytes = 64;


    /// <summary>What LDTILECFG reads for this code.</summary>
    internal static byte[] Configuration() => TileConfiguration.Describe(_ => (Rows, BlockInputs));

    /// <summary>The one routine; its argument is a <see cref="TileSliceCall"/>.</summary>
    internal static byte[][] Routines(TileSliceShape shape)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.Blocks, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shape.Blocks, MostBlocks);
        if (shape.Tiles is not (1 or 2))
            throw new ArgumentOutOfRangeException(nameof(shape), shape.Tiles, "one or two tiles of rows are multiplied together");
        return [Emit(shape)];
    }

    private static byte[] Emit(TileSliceShape shape)
    {
        var c = new Assembler(64);
        AssemblerRegister64[] panel = [rsi, rdx], next = [rbp, rcx], kept = [rbx, rbp, r12];
        AssemblerRegister64 q = r8, d = r9, y = r11, ring = rbx, steps = rdi, row = r12;
        AssemblerRegisterTMM[] sums = [tmm0, tmm1, tmm2, tmm3], activations = [tmm4, tmm5], weights = [tmm6, tmm7];
        foreach (var register in kept)
            c.push(register);
        c.mov(panel[0], __qword_ptr[rdi]);
        c.mov(panel[1], __qword_ptr[rdi + 8]);
        c.mov(q, __qword_ptr[rdi + 16]);
        c.mov(d, __qword_ptr[rdi + 24]);
        c.mov(y, __qword_ptr[rdi + 32]);
        c.mov(ring, __qword_ptr[rdi + 40]);
        c.mov(next[0], __qword_ptr[rdi + 48]);
        c.mov(next[1], __qword_ptr[rdi + 56]);
        c.mov(steps, __qword_ptr[rdi + 64]);
        c.mov(row, RowBytes);

        Step(first: true);
        var loop = c.CreateLabel();
        var last = c.CreateLabel();
        c.dec(steps);
        c.je(last);
        c.Label(ref loop);
        Step(first: false);
        c.dec(steps);
        c.jne(loop);
        c.Label(ref last);
        for (var r = 0; r < shape.Tiles * Rows; r++)
            Link(r);
        c.vzeroupper();
        foreach (var register in kept.Reverse())
            c.pop(register);
        c.ret();
        return c.Bytes();

        // The products of a step, and but for the first the links of the step before.
        void Step(bool first)
        {
            int products = 0, linked = 0;
            for (var i = 0; i < shape.Tiles * Panels; i++)
                c.tilezero(sums[i]);
            for (var block = 0; block < shape.Blocks; block++)
            {
                c.tileloadd(activations[0], __[q + row + block * TileBytes]);
                for (var p = 0; p < Panels; p++)
                {
                    c.tileloadd(weights[p], __[panel[p] + row + block * TileBytes]);
                    Product(0, p);
                }
                if (shape.Tiles == 2)
                {
                    c.tileloadd(activations[1], __[q + row + (shape.Blocks + block) * TileBytes]);
                    for (var p = 0; p < Panels; p++)
                        Product(1, p);
                }
                Prefetch(block, first);
            }
            if (!first)
            {
                c.add(y, shape.Tiles * Panels * TileBytes);
                c.add(d, shape.Tiles * Rows * 4);
            }
            for (var i = 0; i < shape.Tiles * Panels; i++)
                c.tilestored(__[ring + row + i * TileBytes], sums[i]);
            c.add(q, shape.Tiles * shape.Blocks * TileBytes);

            // A product, and the share of the links that falls to it.
            void Product(int tile, int p)
            {
                c.tdpbssd(sums[tile * Panels + p], activations[tile], weights[p]);
                products++;
                var share = shape.Tiles * Rows * products / (shape.Blocks * shape.Tiles * Panels);
                for (; !first && linked < share; linked++)
                    Link(linked);
            }
        }

        void Prefetch(int block, bool first)
        {
            for (var p = 0; p < Panels; p++)
                if (first)
                    for (var line = 0; line < TileBytes; line += 64)
                        c.prefetcht0(__byte_ptr[panel[p] + (block + BlocksAhead) * TileBytes + line]);
                else
                    for (var line = block; line < TileBytes / 64; line += shape.Blocks)
                        c.prefetcht1(__byte_ptr[next[p] + line * 64]);
            if (first || block < shape.Blocks - 1)
                return;
            c.add(next[0], TileBytes);
            c.add(next[1], TileBytes);
        }

        // y = fma((float)isum, d, y), one row of all tiles, both panels.
        void Link(int r)
        {
            var scale = Zmm(r % 4);
            c.evex.vbroadcastss(scale, __dword_ptr[d + r * 4]);
            for (var p = 0; p < Panels; p++)
            {
                var sum = Zmm(4 + (2 * r + p) % 8);
                var at = (r / Rows * Panels + p) * TileBytes + r % Rows * RowBytes;
                c.vcvtdq2ps(sum, __zmmword_ptr[ring + at]);
                c.vfmadd213ps(sum, scale, __zmmword_ptr[y + at]);
                c.vmovups(__zmmword_ptr[y + at], sum);
            }
        }
    }
}
