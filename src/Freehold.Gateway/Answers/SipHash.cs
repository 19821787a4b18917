using System.Buffers.Binary;
using System.Numerics;

namespace Freehold.Gateway.Answers;

/// <summary>
/// SipHash-2-4 with 128 bits (Aumasson, Bernstein: SipHash, a fast short-input PRF, 2012; the reference implementation's <c>outlen</c> 16). A keyed code like HMAC-SHA256, which would need OpenSSL on Linux.
/// </summary>
internal static class SipHash
{
    /// <summary>The code of a text under a key.</summary>
    public static UInt128 Of(ReadOnlySpan<byte> text, UInt128 key)
    {
        var (k0, k1) = ((ulong)key, (ulong)(key >> 64));
        var state = new State
        {
            V0 = k0 ^ 0x736f6d6570736575,
            V1 = k1 ^ 0x646f72616e646f6d ^ 0xee,
            V2 = k0 ^ 0x6c7967656e657261,
            V3 = k1 ^ 0x7465646279746573,
        };
        var left = text;
        for (; left.Length >= sizeof(ulong); left = left[sizeof(ulong)..])
            state.Take(BinaryPrimitives.ReadUInt64LittleEndian(left));
        Span<byte> last = stackalloc byte[sizeof(ulong)];
        last.Clear();
        left.CopyTo(last);
        last[7] = (byte)text.Length;
        state.Take(BinaryPrimitives.ReadUInt64LittleEndian(last));
        var low = state.Finish(0xee);
        return new UInt128(state.Finish(0, 0xdd), low);
    }

    private struct State
    {
        public ulong V0, V1, V2, V3;

        public void Take(ulong word)
        {
            V3 ^= word;
            Round();
            Round();
            V0 ^= word;
        }

        public ulong Finish(ulong second, ulong first = 0)
        {
            V2 ^= second;
            V1 ^= first;
            for (var i = 0; i < 4; i++)
                Round();
            return V0 ^ V1 ^ V2 ^ V3;
        }

        private void Round()
        {
            V0 += V1;
            V1 = BitOperations.RotateLeft(V1, 13) ^ V0;
            V0 = BitOperations.RotateLeft(V0, 32);
            V2 += V3;
            V3 = BitOperations.RotateLeft(V3, 16) ^ V2;
            V0 += V3;
            V3 = BitOperations.RotateLeft(V3, 21) ^ V0;
            V2 += V1;
            V1 = BitOperations.RotateLeft(V1, 17) ^ V2;
            V2 = BitOperations.RotateLeft(V2, 32);
        }
    }
}
