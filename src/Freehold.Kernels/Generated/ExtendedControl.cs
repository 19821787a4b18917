namespace Freehold.Kernels.Generated;

/// <summary>The register that says which states the operating system saves: XCR0, for whose reading .NET has no call.</summary>
internal static unsafe class ExtendedControl
{
    /// <summary>Reads XCR0. The CPU must have XGETBV.</summary>
    internal static ulong Read()
    {
        // By hand, so that asking does not load the assembler: xor ecx, ecx; xgetbv; shl rdx, 32; or rax, rdx; ret
        using var code = new ExecutableCode([[0x31, 0xC9, 0x0F, 0x01, 0xD0, 0x48, 0xC1, 0xE2, 0x20, 0x48, 0x09, 0xD0, 0xC3]]);
        return ((delegate* unmanaged<ulong>)code.Entries[0])();
    }
}
