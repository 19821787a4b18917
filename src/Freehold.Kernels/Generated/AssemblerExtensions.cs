using System.Buffers.Binary;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Freehold.Kernels.Generated;

/// <summary>What the generators need of the assembler beyond its instructions.</summary>
internal static class AssemblerExtensions
{
    /// <summary>The code. It holds no absolute addresses, so it runs wherever it is put.</summary>
    internal static byte[] Bytes(this Assembler assembler)
    {
        using var stream = new MemoryStream();
        assembler.Assemble(new StreamCodeWriter(stream), 0);
        return stream.ToArray();
    }

    /// <summary>A 512-bit register by its number.</summary>
    internal static AssemblerRegisterZMM Zmm(int number) => new(Register.ZMM0 + number);

    /// <summary>Sets each byte of a register; writes eax.</summary>
    internal static void FillBytes(this Assembler assembler, AssemblerRegisterZMM register, int value)
    {
        assembler.mov(eax, unchecked(value * 0x01010101));
        assembler.vpbroadcastd(register, eax);
    }

    /// <summary>Sets each 128 bits of a register; writes rax and below the stack pointer.</summary>
    internal static void FillLanes(this Assembler assembler, AssemblerRegisterZMM register, ReadOnlySpan<byte> lane)
    {
        assembler.mov(rax, BinaryPrimitives.ReadInt64LittleEndian(lane[8..]));
        assembler.push(rax);
        assembler.mov(rax, BinaryPrimitives.ReadInt64LittleEndian(lane));
        assembler.push(rax);
        assembler.vbroadcasti32x4(register, __xmmword_ptr[rsp]);
        assembler.add(rsp, 16);
    }
}
