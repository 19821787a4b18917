using Iced.Intel;

namespace Freehold.Kernels.Tests.Generated;

internal sealed unsafe partial class Interpreter
{
    /// <summary>A thread's tiles, which outlive any one routine.</summary>
    internal sealed class TileFile
    {
        internal byte[] Data { get; } = new byte[8 * 1024];

        internal int[] Rows { get; } = new int[8];

        internal int[] RowBytes { get; } = new int[8];

        /// <summary>Whether nothing is configured.</summary>
        internal bool IsReleased => Rows.All(rows => rows == 0);
    }

    private readonly TileFile _file;

    /// <summary>Runs a tile instruction; false where it is none that is known.</summary>
    private bool Tile(in Instruction i)
    {
        switch (i.Mnemonic)
        {
            case Mnemonic.Ldtilecfg:
                Configure(Checked(Address(i), 64, write: false));
                return true;
            case Mnemonic.Tilerelease:
                Array.Clear(_file.Rows);
                Array.Clear(_file.RowBytes);
                Array.Clear(_file.Data);
                return true;
            case Mnemonic.Tilezero:
                _file.Data.AsSpan(Configured(i, 0) * 1024, 1024).Clear();
                return true;
            case Mnemonic.Tileloadd:
                var to = Configured(i, 0);
                _file.Data.AsSpan(to * 1024, 1024).Clear();
                for (var r = 0; r < _file.Rows[to]; r++)
                    new Span<byte>(Row(i, r, _file.RowBytes[to], write: false), _file.RowBytes[to]).CopyTo(_file.Data.AsSpan(to * 1024 + r * 64));
                return true;
            case Mnemonic.Tilestored:
                var from = Configured(i, 1);
                for (var r = 0; r < _file.Rows[from]; r++)
                    _file.Data.AsSpan(from * 1024 + r * 64, _file.RowBytes[from]).CopyTo(new Span<byte>(Row(i, r, _file.RowBytes[from], write: true), _file.RowBytes[from]));
                return true;
            case Mnemonic.Tdpbssd: Products(i, signedLeft: true, signedRight: true); return true;
            case Mnemonic.Tdpbsud: Products(i, signedLeft: true, signedRight: false); return true;
            case Mnemonic.Tdpbusd: Products(i, signedLeft: false, signedRight: true); return true;
            default: return false;
        }
    }

    // LDTILECFG: palette, start row, 14 reserved bytes, 16 words of bytes a row (8 used), 16 bytes of rows.
    private void Configure(byte* at)
    {
        if (at[0] != 1 || at[1] != 0)
            throw new InvalidOperationException("tiles are configured by palette 1 from row 0");
        for (var b = 2; b < 16; b++)
            if (at[b] != 0)
                throw new InvalidOperationException("reserved bytes of a tile configuration are not zero");
        for (var t = 0; t < 16; t++)
        {
            int bytes = ((ushort*)(at + 16))[t], rows = at[48 + t];
            if (bytes > 64 || rows > 16 || (bytes == 0) != (rows == 0) || (t >= 8 && rows != 0))
                throw new InvalidOperationException($"tile {t} cannot have {rows} rows of {bytes} bytes");
            if (t < 8)
                (_file.Rows[t], _file.RowBytes[t]) = (rows, bytes);
        }
        Array.Clear(_file.Data);
    }

    private int Configured(in Instruction i, int operand)
    {
        var tile = i.GetOpRegister(operand) - Register.TMM0;
        return _file.Rows[tile] > 0 ? tile : throw new InvalidOperationException($"{i}: the tile is not configured");
    }

    // Base and displacement, then the index register's value from row to row.
    private byte* Row(in Instruction i, int row, int bytes, bool write)
    {
        if (i.MemoryIndex == Register.None)
            throw new NotSupportedException($"{i}: tiles without a stride are not interpreted");
        var stride = _registers[i.MemoryIndex - Register.RAX] * (ulong)i.MemoryIndexScale;
        return Checked(_registers[i.MemoryBase - Register.RAX] + i.MemoryDisplacement64 + (ulong)row * stride, bytes, write);
    }

    // Lane [m][n] += for each row k of the right tile, four products of [m][4 k to 4 k + 3] and [k][4 n to 4 n + 3].
    private void Products(in Instruction i, bool signedLeft, bool signedRight)
    {
        int sum = Configured(i, 0), left = Configured(i, 1), right = Configured(i, 2);
        if (sum == left || sum == right || left == right || _file.Rows[sum] != _file.Rows[left] || _file.RowBytes[sum] != _file.RowBytes[right]
            || _file.RowBytes[left] != 4 * _file.Rows[right])
            throw new InvalidOperationException($"{i}: these tiles do not fit");
        fixed (byte* tiles = _file.Data)
            for (var m = 0; m < _file.Rows[sum]; m++)
                for (var n = 0; n < _file.RowBytes[sum] / 4; n++)
                {
                    var lane = (int*)(tiles + sum * 1024 + m * 64) + n;
                    for (var k = 0; k < _file.Rows[right]; k++)
                        for (var b = 0; b < 4; b++)
                        {
                            var l = tiles[left * 1024 + m * 64 + 4 * k + b];
                            var r = tiles[right * 1024 + k * 64 + 4 * n + b];
                            *lane += (signedLeft ? (sbyte)l : l) * (signedRight ? (sbyte)r : r);
                        }
                }
    }
}
