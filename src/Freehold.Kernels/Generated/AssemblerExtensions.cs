using Iced.Intel;

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
}
