using System.Runtime.Intrinsics.X86;
using Freehold.Kernels.Generated;
using Iced.Intel;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace Freehold.Kernels.Tests.Generated;

/// <summary>What the interpreter makes of an instruction beside what this CPU does, for those that have a form of 256 bits.</summary>
public sealed unsafe class InterpreterTests
{
    private static readonly Dictionary<string, Action<Assembler>> _instructions = new()
    {
        ["vpshufb"] = c => c.vpshufb(ymm0, ymm1, ymm2),
        ["vpmaddubsw"] = c => c.vpmaddubsw(ymm0, ymm1, ymm2),
        ["vpmulhuw"] = c => c.vpmulhuw(ymm0, ymm1, ymm2),
        ["vpaddb"] = c => c.vpaddb(ymm0, ymm1, ymm2),
        ["vpaddd"] = c => c.vpaddd(ymm0, ymm1, ymm2),
        ["vpsubd"] = c => c.vpsubd(ymm0, ymm1, ymm2),
        ["vpmaxsd"] = c => c.vpmaxsd(ymm0, ymm1, ymm2),
        ["vpmulld"] = c => c.vpmulld(ymm0, ymm1, ymm2),
        ["vpsllw"] = c => c.vpsllw(ymm0, ymm1, 3),
        ["vpsllw by 16"] = c => c.vpsllw(ymm0, ymm1, 16),
        ["vpsrlw"] = c => c.vpsrlw(ymm0, ymm1, 5),
        ["vpslld"] = c => c.vpslld(ymm0, ymm1, 21),
        ["vpsllq"] = c => c.vpsllq(ymm0, ymm1, 32),
        ["vpsrlq"] = c => c.vpsrlq(ymm0, ymm1, 32),
        ["vpmovsxbd"] = c => c.vpmovsxbd(ymm0, __qword_ptr[rdi + 32]),
        ["vpmovzxbd"] = c => c.vpmovzxbd(ymm0, xmm1),
        ["vpmovzxdq"] = c => c.vpmovzxdq(ymm0, __xmmword_ptr[rdi + 64]),
        ["vcvtdq2ps"] = c => c.vcvtdq2ps(ymm0, ymm1),
        ["vcvtph2ps"] = c => c.vcvtph2ps(ymm0, __xmmword_ptr[rdi + 32]),
        ["vmulps"] = c => c.vmulps(ymm0, ymm1, ymm2),
        ["vfmadd213ps"] = c => c.vfmadd213ps(ymm0, ymm1, ymm2),
        ["vfmadd231ps"] = c => c.vfmadd231ps(ymm0, ymm1, ymm2),
        ["vfnmadd231ps"] = c => c.vfnmadd231ps(ymm0, ymm1, ymm2),
        ["vpbroadcastd"] = c => c.vpbroadcastd(ymm0, __dword_ptr[rdi + 36]),
        ["vbroadcastss"] = c => c.vbroadcastss(ymm0, xmm2),
        ["vcvtsi2ss"] = c =>
        {
            c.mov(eax, __dword_ptr[rdi + 40]);
            c.vcvtsi2ss(xmm0, xmm1, eax);
        },
        ["vmulss"] = c => c.vmulss(xmm0, xmm1, __dword_ptr[rdi + 72]),
        ["vmovss"] = c => c.vmovss(__dword_ptr[rdi + 4], xmm1),
        ["imul, mov, dec and shr in memory and registers"] = c =>
        {
            c.mov(eax, __dword_ptr[rdi + 32]);
            c.imul(eax, eax, -12);
            c.mov(__dword_ptr[rdi + 4], eax);
            c.mov(rax, __qword_ptr[rdi + 64]);
            c.shr(rax, 3);
            c.mov(__qword_ptr[rdi + 8], rax);
            c.dec(__qword_ptr[rdi + 8]);
            c.vmovups(ymm0, __ymmword_ptr[rdi]);
        },
    };

    public static TheoryData<string> Instructions() => [.. _instructions.Keys];

    [Theory]
    [MemberData(nameof(Instructions))]
    public void An_instruction_does_what_the_CPU_does(string name)
    {
        Assert.SkipUnless(Avx2.IsSupported && Fma.IsSupported && ExecutableCode.IsAvailable, "needs AVX2, FMA and code made at run time");
        var c = new Assembler(64);
        c.vmovups(ymm0, __ymmword_ptr[rdi]);
        c.vmovups(ymm1, __ymmword_ptr[rdi + 32]);
        c.vmovups(ymm2, __ymmword_ptr[rdi + 64]);
        _instructions[name](c);
        c.vmovups(__ymmword_ptr[rdi + 96], ymm0);
        c.vzeroupper();
        c.ret();
        using var native = new NativeRoutines([c.Bytes()]);
        using var interpreted = new InterpretedRoutines([c.Bytes()], static (interpreter, _, arguments) => interpreter.Allow(arguments, 128, write: true));
        var random = new Random(1);
        byte[] expected = new byte[128], actual = new byte[128];
        for (var round = 0; round < 200; round++)
        {
            random.NextBytes(expected);
            expected.CopyTo(actual, 0);
            fixed (byte* e = expected, a = actual)
            {
                native.Call(0, e);
                interpreted.Call(0, a);
                for (var i = 0; i < 32; i++)
                    if (((int*)e)[i] != ((int*)a)[i] && !(float.IsNaN(((float*)e)[i]) && float.IsNaN(((float*)a)[i])))
                        Assert.Fail($"{name}: dword {i} is {((int*)a)[i]:X8}, the CPU's {((int*)e)[i]:X8}");
            }
        }
    }
}
