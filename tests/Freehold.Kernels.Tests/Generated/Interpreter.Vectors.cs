using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Iced.Intel;

namespace Freehold.Kernels.Tests.Generated;

internal sealed unsafe partial class Interpreter
{
    /// <summary>Runs a vector instruction; false where it is none that is known.</summary>
    private bool Vector(in Instruction i)
    {
        switch (i.Mnemonic)
        {
            case Mnemonic.Vzeroupper:
                for (var r = 0; r < 16; r++)
                    _vectors.AsSpan(r * 64 + 16, 48).Clear();
                return true;
            case Mnemonic.Vmovdqu or Mnemonic.Vmovdqu32 or Mnemonic.Vmovdqu64 or Mnemonic.Vmovups:
                Write(i, Read(i, 1, Bytes(i)));
                return true;
            case Mnemonic.Vpbroadcastd when i.GetOpKind(1) == OpKind.Register && i.GetOpRegister(1).IsGPR32():
                Lanes(i, new byte[Bytes(i)], (in Instruction i, ReadOnlySpan<byte> _, int _) => (int)Integer(i, 1));
                return true;
            case Mnemonic.Vpbroadcastd or Mnemonic.Vbroadcastss: Broadcast(i, 4); return true;
            case Mnemonic.Vbroadcasti32x4: Broadcast(i, 16); return true;
            case Mnemonic.Vpxord: Binary(i, (a, b) => a ^ b); return true;
            case Mnemonic.Vpord: Binary(i, (a, b) => a | b); return true;
            case Mnemonic.Vpandd: Binary(i, (a, b) => a & b); return true;
            case Mnemonic.Vpaddd: Binary(i, (a, b) => a + b); return true;
            case Mnemonic.Vpsubd: Binary(i, (a, b) => a - b); return true;
            case Mnemonic.Vpmaxsd: Binary(i, Math.Max); return true;
            case Mnemonic.Vpaddb: EachByte(i, (a, b) => a + b); return true;
            case Mnemonic.Vpmulld: Binary(i, (a, b) => a * b); return true;
            case Mnemonic.Vmulps:
                Binary(i, (a, b) => Bits(BitConverter.Int32BitsToSingle(a) * BitConverter.Int32BitsToSingle(b)));
                return true;
            case Mnemonic.Vpsrlw: Words(i, (word, count) => count > 15 ? 0 : word >> count); return true;
            case Mnemonic.Vpsllw: Words(i, (word, count) => count > 15 ? 0 : word << count); return true;
            case Mnemonic.Vpsrlq: Quads(i, (quad, count) => count > 63 ? 0 : quad >> count); return true;
            case Mnemonic.Vpsllq: Quads(i, (quad, count) => count > 63 ? 0 : quad << count); return true;
            case Mnemonic.Vpslld:
                Lanes(i, Read(i, 1, Bytes(i)), (in Instruction i, ReadOnlySpan<byte> source, int lane) => Int(source, lane) << i.Immediate8);
                return true;
            case Mnemonic.Vcvtdq2ps:
                Lanes(i, Read(i, 1, Bytes(i)), (in Instruction _, ReadOnlySpan<byte> source, int lane) => Bits(Int(source, lane)));
                return true;
            case Mnemonic.Vpmovsxbd:
                Lanes(i, Read(i, 1, Bytes(i) / 4), (in Instruction _, ReadOnlySpan<byte> source, int lane) => (sbyte)source[lane]);
                return true;
            case Mnemonic.Vpmovzxbd:
                Lanes(i, Read(i, 1, Bytes(i) / 4), (in Instruction _, ReadOnlySpan<byte> source, int lane) => source[lane]);
                return true;
            case Mnemonic.Vpmovzxdq:
                Lanes(i, Read(i, 1, Bytes(i) / 2), (in Instruction _, ReadOnlySpan<byte> source, int lane) => lane % 2 == 0 ? Int(source, lane / 2) : 0);
                return true;
            case Mnemonic.Vpshufb: Shuffle(i); return true;
            case Mnemonic.Vpternlogd:
                // Each bit of the immediate is the result for one triple of bits, the first operand's being the highest.
                var immediate = i.Immediate8;
                Dot(i, (a, b, c) =>
                {
                    var result = 0;
                    for (var bit = 0; bit < 32; bit++)
                        result |= (immediate >> ((a >> bit & 1) << 2 | (b >> bit & 1) << 1 | c >> bit & 1) & 1) << bit;
                    return result;
                });
                return true;
            case Mnemonic.Vcvtph2ps:
                var halves = Read(i, 1, Bytes(i) / 2);
                Lanes(i, halves, (in Instruction _, ReadOnlySpan<byte> source, int lane) =>
                    Bits((float)BinaryPrimitives.ReadHalfLittleEndian(source[(2 * lane)..])));
                return true;
            // a = a * b + c, and a = b * c + a; one rounding.
            case Mnemonic.Vfmadd213ps: Fused(i, (a, b, c) => MathF.FusedMultiplyAdd(a, b, c)); return true;
            case Mnemonic.Vfmadd231ps: Fused(i, (a, b, c) => MathF.FusedMultiplyAdd(b, c, a)); return true;
            // a = -(b * c) + a; one rounding.
            case Mnemonic.Vfnmadd231ps: Fused(i, (a, b, c) => MathF.FusedMultiplyAdd(-b, c, a)); return true;
            // Unsigned bytes by signed ones, two products to a word, which saturates.
            case Mnemonic.Vpmaddubsw:
                Binary(i, (a, b) =>
                {
                    var words = 0;
                    for (var k = 0; k < 32; k += 16)
                        words |= (Math.Clamp((byte)(a >> k) * (sbyte)(b >> k) + (byte)(a >> k + 8) * (sbyte)(b >> k + 8), short.MinValue, short.MaxValue) & 0xFFFF) << k;
                    return words;
                });
                return true;
            case Mnemonic.Vpmulhuw:
                Binary(i, (a, b) => (int)((uint)(ushort)a * (ushort)b >> 16 | (uint)(a >>> 16) * (uint)(b >>> 16) & 0xFFFF0000));
                return true;
            case Mnemonic.Vpdpbusd:
                Dot(i, (sum, a, b) =>
                {
                    for (var k = 0; k < 32; k += 8)
                        sum += (byte)(a >> k) * (sbyte)(b >> k);
                    return sum;
                });
                return true;
            case Mnemonic.Vpdpwssd:
                Dot(i, (sum, a, b) => sum + (short)a * (short)b + (a >> 16) * (b >> 16));
                return true;
            case Mnemonic.Vcvtsi2ss:
                // The upper three lanes are the second operand's.
                var single = Read(i, 1, 16);
                BinaryPrimitives.WriteSingleLittleEndian(single, (int)Integer(i, 2));
                Write(i, single);
                return true;
            case Mnemonic.Vmovss when i.GetOpKind(0) == OpKind.Memory:
                Write(i, Read(i, 1, 4));
                return true;
            case Mnemonic.Vmulss:
                var product = Read(i, 1, 16);
                BinaryPrimitives.WriteSingleLittleEndian(product, Float(product, 0) * Float(Read(i, 2, 4), 0));
                Write(i, product);
                return true;
            default:
                return false;
        }
    }

    private delegate int Lane(in Instruction i, ReadOnlySpan<byte> source, int lane);

    // The size of the registers, where the first operand is one; of the second where memory is written.
    private static int Bytes(in Instruction i) => i.GetOpRegister(i.GetOpKind(0) == OpKind.Register ? 0 : 1).GetSize();

    private static int Bits(float value) => BitConverter.SingleToInt32Bits(value);

    private void Lanes(in Instruction i, byte[] source, Lane lane)
    {
        var result = new byte[Bytes(i)];
        for (var l = 0; l < result.Length / 4; l++)
            BinaryPrimitives.WriteInt32LittleEndian(result.AsSpan(4 * l), lane(i, source, l));
        Write(i, result);
    }

    private void Words(in Instruction i, Func<int, int, int> lane)
    {
        var words = Read(i, 1, Bytes(i));
        foreach (ref var word in MemoryMarshal.Cast<byte, ushort>(words.AsSpan()))
            word = (ushort)lane(word, i.Immediate8);
        Write(i, words);
    }

    private void Quads(in Instruction i, Func<ulong, int, ulong> lane)
    {
        var quads = Read(i, 1, Bytes(i));
        foreach (ref var quad in MemoryMarshal.Cast<byte, ulong>(quads.AsSpan()))
            quad = lane(quad, i.Immediate8);
        Write(i, quads);
    }

    private void Broadcast(in Instruction i, int bytes)
    {
        var element = Read(i, 1, bytes);
        var broadcast = new byte[Bytes(i)];
        for (var at = 0; at < broadcast.Length; at += bytes)
            element.CopyTo(broadcast, at);
        Write(i, broadcast);
    }

    // Within each 128 bits; a place whose index has its upper bit set becomes zero.
    private void Shuffle(in Instruction i)
    {
        var table = Read(i, 1, Bytes(i));
        var places = Read(i, 2, Bytes(i));
        for (var at = 0; at < places.Length; at++)
            places[at] = places[at] > 127 ? (byte)0 : table[at & ~15 | places[at] & 15];
        Write(i, places);
    }

    private void Binary(in Instruction i, Func<int, int, int> lane)
    {
        var a = Read(i, 1, Bytes(i));
        var b = Read(i, 2, Bytes(i));
        for (var l = 0; l < a.Length / 4; l++)
            BinaryPrimitives.WriteInt32LittleEndian(a.AsSpan(4 * l), lane(Int(a, l), Int(b, l)));
        Write(i, a);
    }

    private void EachByte(in Instruction i, Func<byte, byte, int> lane)
    {
        var a = Read(i, 1, Bytes(i));
        var b = Read(i, 2, Bytes(i));
        for (var at = 0; at < a.Length; at++)
            a[at] = (byte)lane(a[at], b[at]);
        Write(i, a);
    }

    private void Dot(in Instruction i, Func<int, int, int, int> lane)
    {
        var sum = Read(i, 0, Bytes(i));
        var a = Read(i, 1, Bytes(i));
        var b = Read(i, 2, Bytes(i));
        for (var l = 0; l < sum.Length / 4; l++)
            BinaryPrimitives.WriteInt32LittleEndian(sum.AsSpan(4 * l), lane(Int(sum, l), Int(a, l), Int(b, l)));
        Write(i, sum);
    }

    private void Fused(in Instruction i, Func<float, float, float, float> lane)
    {
        var a = Read(i, 0, Bytes(i));
        var b = Read(i, 1, Bytes(i));
        var c = Read(i, 2, Bytes(i));
        for (var l = 0; l < a.Length / 4; l++)
            BinaryPrimitives.WriteSingleLittleEndian(a.AsSpan(4 * l), lane(Float(a, l), Float(b, l), Float(c, l)));
        Write(i, a);
    }
}
