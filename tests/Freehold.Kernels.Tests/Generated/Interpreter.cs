using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Iced.Intel;

namespace Freehold.Kernels.Tests.Generated;

/// <summary>
/// Runs generated code one instruction at a time, by what Intel's manual (SDM volume 2) says that each does: code can so be tested on a CPU that lacks
/// the instructions. It knows exactly those that the generators use, and refuses others, masks, and memory that was not allowed.
/// </summary>
internal sealed unsafe partial class Interpreter
{
    private const ulong Return = 0xDEAD_BEEF_0000;

    private readonly Dictionary<ulong, Instruction> _code = [];
    private readonly List<(ulong Start, ulong End, bool Write)> _memory = [];
    private readonly ulong[] _registers = new ulong[16];
    private readonly byte[] _vectors = new byte[32 * 64];
    private bool _zero;

    private bool _anyMemory;

    internal Interpreter(byte[] code, TileFile? tiles = null)
    {
        _file = tiles ?? new TileFile();
        // What a callee finds in them is anything.
        new Random(1).NextBytes(_vectors);
        new Random(2).NextBytes(MemoryMarshal.AsBytes(_registers.AsSpan()));
        for (var i = 0; i < 16; i++)
            _vectors.AsSpan(i * 64 + 16, 48).Clear();
        Load(code);
    }

    private void Load(byte[] code)
    {
        var decoder = Decoder.Create(64, new ByteArrayCodeReader(code), 0);
        while (decoder.IP < (ulong)code.Length)
        {
            var instruction = decoder.Decode();
            if (instruction.IsInvalid)
                throw new InvalidOperationException($"no instruction at {instruction.IP}");
            _code.Add(instruction.IP, instruction);
        }
    }

    /// <summary>Instructions run.</summary>
    internal long Steps { get; private set; }

    /// <summary>Lets the code read memory, or write it too.</summary>
    internal void Allow(void* start, long bytes, bool write = false) => _memory.Add(((ulong)start, (ulong)start + (ulong)bytes, write));

    /// <summary>Lets the code touch any memory at all.</summary>
    internal void AllowAny() => _anyMemory = true;

    /// <summary>Forgets what was allowed.</summary>
    internal void Forbid()
    {
        _memory.Clear();
        _anyMemory = false;
    }

    /// <summary>Calls the code with one pointer, as Linux's convention has it, and checks that it keeps what a callee must keep.</summary>
    internal void Call(void* argument)
    {
        const int StackBytes = 64 * 1024;
        var stack = (byte*)NativeMemory.AlignedAlloc(StackBytes, 64);
        var allowed = _memory.Count;
        Allow(stack, StackBytes, write: true);
        ulong[] kept = [.. new[] { 3, 5, 12, 13, 14, 15 }.Select(r => _registers[r])];
        // The stack pointer is a multiple of 16 before the call.
        var top = (ulong)stack + StackBytes / 2 - 8;
        _registers[4] = top;
        *(ulong*)top = Return;
        _registers[7] = (ulong)argument;
        var ip = 0UL;
        while (ip != Return)
            ip = Step(ip);
        _memory.RemoveRange(allowed, _memory.Count - allowed);
        NativeMemory.AlignedFree(stack);
        if (_registers[4] != top + 8 || !kept.SequenceEqual(new[] { 3, 5, 12, 13, 14, 15 }.Select(r => _registers[r])))
            throw new InvalidOperationException("the code did not restore rsp, rbx, rbp or r12 to r15");
        for (var i = 0; i < 16; i++)
            if (_vectors.AsSpan(i * 64 + 16, 48).IndexOfAnyExcept((byte)0) >= 0)
                throw new InvalidOperationException("the code returned with upper halves in use: no vzeroupper");
    }

    private ulong Step(ulong ip)
    {
        if (!_code.TryGetValue(ip, out var i))
            throw new InvalidOperationException($"jump to {ip}, where no instruction begins");
        Steps++;
        if (i.OpMask != Register.None || i.RoundingControl != RoundingControl.None || i.SuppressAllExceptions || i.HasLockPrefix)
            throw new NotSupportedException($"{i}: masks, rounding and locks are not interpreted");
        switch (i.Mnemonic)
        {
            case Mnemonic.Mov: SetInteger(i, 0, Integer(i, 1)); break;
            case Mnemonic.Lea: SetInteger(i, 0, Address(i)); break;
            case Mnemonic.Add: SetInteger(i, 0, Flags(i, Integer(i, 0) + Integer(i, 1))); break;
            case Mnemonic.Sub: SetInteger(i, 0, Flags(i, Integer(i, 0) - Integer(i, 1))); break;
            case Mnemonic.Dec: SetInteger(i, 0, Flags(i, Integer(i, 0) - 1)); break;
            case Mnemonic.Neg: SetInteger(i, 0, Flags(i, 0 - Integer(i, 0))); break;
            case Mnemonic.Shl: SetInteger(i, 0, Flags(i, Integer(i, 0) << (int)Integer(i, 1))); break;
            case Mnemonic.Shr: SetInteger(i, 0, Flags(i, Integer(i, 0) >> (int)Integer(i, 1))); break;
            case Mnemonic.Imul: SetInteger(i, 0, i.OpCount == 3 ? Integer(i, 1) * Integer(i, 2) : Integer(i, 0) * Integer(i, 1)); break;
            case Mnemonic.Xor: SetInteger(i, 0, Flags(i, Integer(i, 0) ^ Integer(i, 1))); break;
            case Mnemonic.Push:
                _registers[4] -= 8;
                *(ulong*)Checked(_registers[4], 8, write: true) = Integer(i, 0);
                break;
            case Mnemonic.Pop:
                SetInteger(i, 0, *(ulong*)Checked(_registers[4], 8, write: false));
                _registers[4] += 8;
                break;
            case Mnemonic.Ret:
                _registers[4] += 8;
                return *(ulong*)Checked(_registers[4] - 8, 8, write: false);
            case Mnemonic.Jne:
                return _zero ? i.NextIP : i.NearBranchTarget;
            case Mnemonic.Je:
                return _zero ? i.NearBranchTarget : i.NextIP;
            case Mnemonic.Prefetcht0 or Mnemonic.Prefetcht1 or Mnemonic.Prefetchw:
                _ = Address(i);
                break;
            default:
                if (!Vector(i) && !Tile(i))
                    throw new NotSupportedException($"{i} is not interpreted");
                break;
        }
        return i.NextIP;
    }

    private ulong Flags(in Instruction i, ulong result)
    {
        var width = Width(i, 0);
        _zero = width == 8 ? result == 0 : (uint)result == 0;
        return result;
    }

    private static int Width(in Instruction i, int operand) =>
        i.GetOpKind(operand) == OpKind.Register ? i.GetOpRegister(operand).GetSize() : i.MemorySize.GetSize();

    private ulong Integer(in Instruction i, int operand)
    {
        switch (i.GetOpKind(operand))
        {
            case OpKind.Register:
                var register = i.GetOpRegister(operand);
                var value = _registers[register.GetFullRegister() - Register.RAX];
                return register.GetSize() switch
                {
                    8 => value,
                    4 => (uint)value,
                    _ => throw new NotSupportedException($"{register} is not interpreted"),
                };
            case OpKind.Memory:
                var at = Checked(Address(i), Width(i, operand), write: false);
                return Width(i, operand) switch
                {
                    8 => *(ulong*)at,
                    4 => *(uint*)at,
                    _ => throw new NotSupportedException($"{i} is not interpreted"),
                };
            default:
                return i.GetImmediate(operand);
        }
    }

    private void SetInteger(in Instruction i, int operand, ulong value)
    {
        switch (i.GetOpKind(operand))
        {
            case OpKind.Register:
                var register = i.GetOpRegister(operand);
                // Writing 32 bits clears the upper ones.
                _registers[register.GetFullRegister() - Register.RAX] = register.GetSize() == 8 ? value : (uint)value;
                break;
            case OpKind.Memory when Width(i, operand) == 8:
                *(ulong*)Checked(Address(i), 8, write: true) = value;
                break;
            case OpKind.Memory when Width(i, operand) == 4:
                *(uint*)Checked(Address(i), 4, write: true) = (uint)value;
                break;
            default:
                throw new NotSupportedException($"{i} is not interpreted");
        }
    }

    private ulong Address(in Instruction i)
    {
        ulong Part(Register register) => register == Register.None ? 0 : register.IsGPR64() ? _registers[register - Register.RAX]
            : throw new NotSupportedException($"addresses from {register} are not interpreted");
        return Part(i.MemoryBase) + Part(i.MemoryIndex) * (ulong)i.MemoryIndexScale + i.MemoryDisplacement64;
    }

    private byte* Checked(ulong address, int bytes, bool write)
    {
        if (_anyMemory)
            return (byte*)address;
        foreach (var (start, end, writable) in _memory)
            if (address >= start && address + (ulong)bytes <= end && (writable || !write))
                return (byte*)address;
        throw new InvalidOperationException($"{(write ? "a write" : "a read")} of {bytes} bytes at {address:X} is outside what was allowed");
    }

    /// <summary>An operand as a vector of <paramref name="bytes"/>: a register's low part, memory, or memory's one element in each place.</summary>
    private byte[] Read(in Instruction i, int operand, int bytes)
    {
        var value = new byte[bytes];
        if (i.GetOpKind(operand) == OpKind.Register)
        {
            VectorOf(i.GetOpRegister(operand), bytes).CopyTo(value);
        }
        else if (i.IsBroadcast)
        {
            var element = new ReadOnlySpan<byte>(Checked(Address(i), 4, write: false), 4);
            for (var at = 0; at < bytes; at += 4)
                element.CopyTo(value.AsSpan(at));
        }
        else
        {
            new ReadOnlySpan<byte>(Checked(Address(i), bytes, write: false), bytes).CopyTo(value);
        }
        return value;
    }

    private Span<byte> VectorOf(Register register, int bytes)
    {
        var number = register.IsZMM() ? register - Register.ZMM0
            : register.IsYMM() ? register - Register.YMM0
            : register.IsXMM() ? register - Register.XMM0
            : throw new NotSupportedException($"{register} is not a vector");
        return _vectors.AsSpan(number * 64, bytes);
    }

    /// <summary>Writes a register, whose upper part becomes zero, or memory.</summary>
    private void Write(in Instruction i, ReadOnlySpan<byte> value)
    {
        if (i.GetOpKind(0) == OpKind.Register)
        {
            var all = VectorOf(i.GetOpRegister(0), 64);
            all.Clear();
            value.CopyTo(all);
        }
        else
        {
            value.CopyTo(new Span<byte>(Checked(Address(i), value.Length, write: true), value.Length));
        }
    }

    private static int Int(ReadOnlySpan<byte> vector, int lane) => BinaryPrimitives.ReadInt32LittleEndian(vector[(4 * lane)..]);

    private static float Float(ReadOnlySpan<byte> vector, int lane) => BinaryPrimitives.ReadSingleLittleEndian(vector[(4 * lane)..]);
}
