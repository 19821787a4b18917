using System.Buffers.Binary;
using Freehold.ModelMaker.Weights;

namespace Freehold.Fuzz;

/// <summary>Changes an input in one to eight places: bits, bytes, telling numbers, cuts, repeats, and stretches of another input. Equal seeds give equal inputs.</summary>
public sealed class Mutator(Randomness random)
{
    private const int MaxBytes = 1 << 18;
    private static readonly ulong[] s_numbers = [0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, long.MaxValue, 1UL << 63, ulong.MaxValue, 10_000_000, 1UL << 40];
    private static readonly string[] s_words = ["{", "}", "[[[[[[[[", "\"", ",", ":", "-1", "1e999", "null", "\\u0000", "\\ud800", "{%", "%}", "{{", "}}", "9999999999999999999", "true"];

    /// <summary>A changed copy of one of these, every second time of one of the first so many: those are whole, what was learnt is mostly broken.</summary>
    public byte[] Mutate(IReadOnlyList<byte[]> inputs, int first)
    {
        var bytes = new List<byte>(inputs[random.Next(random.Next(2) == 0 ? first : inputs.Count)]);
        for (var changes = 1 + random.Next(8); changes > 0; changes--)
            Change(bytes, inputs);
        return bytes.Count <= MaxBytes ? [.. bytes] : [.. bytes[..MaxBytes]];
    }

    private void Change(List<byte> bytes, IReadOnlyList<byte[]> inputs)
    {
        // Most of what can be broken stands at the front.
        var at = bytes.Count == 0 ? 0 : random.Next(random.Next(2) == 0 ? Math.Min(bytes.Count, 512) : bytes.Count);
        var length = Math.Min(1 + random.Next(64), bytes.Count - at);
        switch (random.Next(9))
        {
            case 0 when bytes.Count > 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            case 1 when bytes.Count > 0: bytes[at] = (byte)random.Next(256); break;
            case 2: Overwrite(bytes, at, s_numbers[random.Next(s_numbers.Length)], 1 << random.Next(4)); break;
            case 3: bytes.RemoveRange(at, bytes.Count - at); break;
            case 4 when length > 0: bytes.RemoveRange(at, length); break;
            case 5 when length > 0: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
            case 6: bytes.InsertRange(at, System.Text.Encoding.UTF8.GetBytes(s_words[random.Next(s_words.Length)])); break;
            case 7 when bytes.Count >= 8 && at + 8 <= bytes.Count: Overwrite(bytes, at, (ulong)(bytes[at] + random.Next(5) - 2), 8); break;
            default:
                var other = inputs[random.Next(inputs.Count)];
                if (other.Length > 0)
                {
                    var from = random.Next(other.Length);
                    bytes.InsertRange(at, other.AsSpan(from, Math.Min(1 + random.Next(128), other.Length - from)).ToArray());
                }
                break;
        }
    }

    private static void Overwrite(List<byte> bytes, int at, ulong number, int count)
    {
        Span<byte> raw = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(raw, number);
        for (var i = 0; i < count && at + i < bytes.Count; i++)
            bytes[at + i] = raw[i];
    }
}
