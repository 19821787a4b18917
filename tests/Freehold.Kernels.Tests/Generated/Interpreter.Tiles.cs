using Iced.Intel;

namespace Freehold.Kernels.Tests.Generated;

internal sealed unsafe partial class Interpreter
{
    private readonly byte[] _tiles = new byte[8 * 1024];
    private readonly int[] _tileRows = new int[8], _tileBytes = new int[8];

    /// <summary>Runs a tile instruction; false where it is none that is known.</summary>
    private bool Tile(in Instruction i)
    {
        switch (i.Mnemonic)
        {
            case Mnemonic.Ldtilecfg:
                Configure(Checked(Address(i), 64, write: false));
                return true;
            case Mnemonic.Tilerelease:
                Array.Clear(_tileRows);
                Array.Clear(_tileBytes);
                Array.Clear(_tiles);
                return true;
            case Mnemonic.Tilezero:
                _tiles.AsSpan(Configured(i, 0) * 1024, 1024).Clear();
                return true;
            case Mnemonic.Tileloadd:
                var to = Configured(i, 0);
                _tiles.AsSpan(to * 1024, 1024).Clear();
                for (var r = 0; r < _tileRows[to]; r++)
                    new Span<byte>(Row(i, r, _tileBytes[to], write: false), _tileBytes[to]).CopyTo(_tiles.AsSpan(to * 1024 + r * 64));
                return true;
            case Mnemonic.Tilestored:
                var from = Configured(i, 1);
                for (var r = 0; r < _tileRows[from]; r++)
                    _tiles.AsSpan(from * 1024 + r * 64, _tileBytes[from]).CopyTo(new Span<byte>(Row(i, r, _tileBytes[from], write: true), _tileBytes[from]));
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
                (_tileRows[t], _tileBytes[t]) = (rows, bytes);
        }
        Array.Clear(_tiles);
    }

    private int Configured(in Instruction i, int operand)
    {
        var tile = i.GetOpRegister(operand) - Register.TMM0;
        return _tileRows[tile] > 0 ? tile : throw new InvalidOperationException($"{i}: the tile is not configured");
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
        if (sum == left || sum == right || left == right || _tileRows[sum] != _tileRows[left] || _tileBytes[sum] != _tileBytes[right]
            || _tileBytes[left] != 4 * _tileRows[right])
            throw new InvalidOperationException($"{i}: these tiles do not fit");
        fixed (byte* tiles = _tiles)
            for (var m = 0; m < _tileRows[sum]; m++)
                for (var n = 0; n < _tileBytes[sum] / 4; n++)
                {
                    var lane = (int*)(tiles + sum * 1024 + m * 64) + n;
                    for (var k = 0; k < _tileRows[right]; k++)
                        for (var b = 0; b < 4; b++)
                        {
                            var l = tiles[left * 1024 + m * 64 + 4 * k + b];
                            var r = tiles[right * 1024 + k * 64 + 4 * n + b];
                            *lane += (signedLeft ? (sbyte)l : l) * (signedRight ? (sbyte)r : r);
                        }
                }
    }
}
