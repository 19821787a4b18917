using Freehold.Kernels.Attention;
using Freehold.Kernels.Tests.Lanes;
using Freehold.Tests;
using Xunit;

namespace Freehold.Kernels.Tests.Attention;

public sealed class AttentionTests
{
    private static readonly Dictionary<string, AttentionCase> Cases = new()
    {
        ["grouped"] = new(8, 2, 64, 64),
        ["groups of three"] = new(6, 2, 32, 32),
        ["one head each"] = new(3, 3, 16, 16),
        ["odd lengths"] = new(4, 2, 20, 27),
        ["long values"] = new(4, 1, 48, 144),
        ["window"] = new(4, 2, 16, 64) { Window = 100 },
        ["narrow window"] = new(4, 2, 16, 64) { Window = 5 },
        ["soft cap"] = new(4, 2, 16, 16) { SoftCap = 2 },
        ["peaked"] = new(4, 2, 64, 64) { Scale = 6 },
        ["groups of seven"] = new(7, 1, 64, 80),
        ["grouped, int8"] = new(8, 2, 64, 64) { Type = KvType.Q8 },
        ["one head each, int8"] = new(3, 3, 32, 32) { Type = KvType.Q8 },
        ["odd lengths, int8"] = new(4, 2, 20, 75) { Type = KvType.Q8 },
        ["window, int8"] = new(6, 2, 96, 64) { Window = 100, Type = KvType.Q8 },
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Attention_is_near_double(string name)
    {
        var what = Cases[name];
        var sequence = new Sequence(what, 1300, 1);
        var pages = Pages(sequence.Length, 0);
        using var paged = new PagedSequences(what, pages.Length + 2);
        using var compute = new Compute(new ComputeOptions { Threads = 2 });
        var result = paged.Step(compute, (sequence, pages, 0, sequence.Length))[0];
        sequence = sequence.AsStored(what);
        var width = what.Heads * what.ValueLength;
        foreach (var position in new[] { 0, 1, 4, 5, 6, 62, 63, 64, 65, 99, 100, 101, 500, 1022, 1023, 1024, 1025, 1087, 1088, 1299 })
        {
            var exact = sequence.Exact(what, position);
            for (var i = 0; i < width; i++)
                Assert.Equal(exact[i], result[position * width + i], what.Scale > 1 ? 5e-5 : 4e-6);
        }
        Assert.True(paged.NeighboursUntouched());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Bits_do_not_depend_on_chunks_company_pages_threads_or_instruction_set(string name)
    {
        var what = Cases[name];
        const int Length = 1200;
        var sequence = new Sequence(what, Length, 1);
        int[]? expected = null;
        foreach (var isa in InstructionSets.Supported)
        {
            // The plain loops are slow: one way through them is enough to tie the others to them.
            var ways = isa == InstructionSet.Scalar ? new[] { (Length, 2, false) } : [(Length, 1, true), (512, 2, true), (64, 3, false), (7, 2, true)];
            foreach (var (chunk, threads, strangers) in ways)
            {
                using var compute = new Compute(new ComputeOptions { Isa = isa, Threads = threads });
                var bits = Floats.Bits(Run(compute, what, sequence, chunk, strangers));
                if (expected is null)
                    expected = bits;
                else
                    Assert.Equal(expected, bits);
            }
        }
        // And token by token at last, where a decode step meets the splits' borders.
        using var best = new Compute(new ComputeOptions { Threads = 2 });
        Assert.Equal(expected, Floats.Bits(Run(best, what, sequence, 1, strangers: false)));
    }

    /// <summary>What an emulated CPU has time for: two tiles, then a few rows and one alone that see across the border of a split.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Every_instruction_set_gives_the_bits_of_the_plain_loops(string name)
    {
        const int Prompt = 70, Late = 1021, Last = 1026;
        var what = Cases[name];
        var sequence = new Sequence(what, Last + 1, 1);
        var pages = Pages(sequence.Length, 3);
        int[]? expected = null;
        foreach (var isa in InstructionSets.Supported)
        {
            using var compute = new Compute(new ComputeOptions { Isa = isa, Threads = 1 });
            using var paged = new PagedSequences(what, pages.Length + 2);
            var prompt = paged.Step(compute, (sequence, pages, 0, Prompt))[0];
            paged.Append(compute, (sequence, pages, Prompt, Late - Prompt));
            var late = paged.Step(compute, (sequence, pages, Late, Last - Late))[0];
            var last = paged.Step(compute, (sequence, pages, Last, 1))[0];
            var bits = Floats.Bits([.. prompt, .. late, .. last]);
            expected ??= bits;
            Assert.Equal(expected, bits);
        }
    }

    [Theory]
    [InlineData("grouped, int8")]
    [InlineData("odd lengths, int8")]
    [InlineData("window, int8")]
    public void Keys_and_values_in_int8_give_the_bits_of_their_rounded_numbers_in_f32(string name)
    {
        var what = Cases[name];
        var sequence = new Sequence(what, 200, 1);
        using var compute = new Compute(new ComputeOptions { Threads = 2 });
        var rounded = Run(compute, what with { Type = KvType.F32 }, sequence.AsStored(what), 200, strangers: false);
        Assert.Equal(Floats.Bits(rounded), Floats.Bits(Run(compute, what, sequence, 64, strangers: true)));
        Assert.NotEqual(Floats.Bits(rounded), Floats.Bits(Run(compute, what with { Type = KvType.F32 }, sequence, 200, strangers: false)));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Damage_in_a_value_shows_in_int8_too_and_only_to_those_who_see_it(float damage)
    {
        var what = Cases["grouped, int8"];
        var sequence = new Sequence(what, 100, 1);
        sequence.Values[70 * what.KeyValueHeads * what.ValueLength] = damage;
        using var compute = new Compute(new ComputeOptions { Threads = 1 });
        var result = Run(compute, what, sequence, 100, strangers: false);
        var width = what.Heads * what.ValueLength;
        Assert.DoesNotContain(result[..(70 * width)], float.IsNaN);
        Assert.True(float.IsNaN(result[70 * width]));
        Assert.True(float.IsNaN(result[99 * width]));
    }

    [Fact]
    public void Int8_takes_nine_bits_a_number() =>
        Assert.Equal(64 * 2 * (64 + 128) * 9 / 8, new KvLayout(2, 64, 128, KvType.Q8).PageBytes);

    [Theory]
    [InlineData("groups of three")]
    [InlineData("grouped, int8")]
    public void Bits_hold_over_many_splits(string name)
    {
        var what = Cases[name];
        const int Length = 4200;
        var sequence = new Sequence(what, Length, 5);
        using var one = new Compute(new ComputeOptions { Threads = 1 });
        using var three = new Compute(new ComputeOptions { Threads = 3 });
        var expected = Run(one, what, sequence, Length, strangers: false);
        Assert.Equal(Floats.Bits(expected), Floats.Bits(Run(three, what, sequence, 512, strangers: true)));
        using var paged = new PagedSequences(what, 70);
        var pages = Pages(Length, 9);
        paged.Step(three, (sequence, pages, 0, Length - 20));
        var width = what.Heads * what.ValueLength;
        for (var position = Length - 20; position < Length; position++)
        {
            var row = paged.Step(three, (sequence, pages, position, 1))[0];
            Assert.Equal(Floats.Bits(expected.AsSpan(position * width, width)), Floats.Bits(row));
        }
        var exact = sequence.AsStored(what).Exact(what, Length - 1);
        for (var i = 0; i < width; i++)
            Assert.Equal(exact[i], expected[(Length - 1) * width + i], 4e-6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(64)]
    [InlineData(130)]
    public void An_encoder_sees_its_whole_sequence_and_nothing_of_others(int length)
    {
        var what = new AttentionCase(3, 3, 32, 32) { Causal = false };
        var (sequence, other) = (new Sequence(what, length, 3), new Sequence(what, 77, 30));
        int[]? expected = null;
        foreach (var isa in InstructionSets.Supported)
            foreach (var threads in new[] { 1, 2 })
            {
                using var compute = new Compute(new ComputeOptions { Isa = isa, Threads = threads });
                using var paged = new PagedSequences(what, 8);
                var pages = new[] { 4, 1, 6 };
                var result = threads == 1
                    ? paged.Step(compute, (sequence, pages, 0, length))[0]
                    : paged.Step(compute, (other, [0, 2], 0, 77), (sequence, pages, 0, length))[1];
                expected ??= Floats.Bits(result);
                Assert.Equal(expected, Floats.Bits(result));
                for (var position = 0; position < length; position++)
                {
                    var exact = sequence.Exact(what, position);
                    for (var i = 0; i < exact.Length; i++)
                        Assert.Equal(exact[i], result[position * exact.Length + i], 4e-6);
                }
            }
    }

    [Fact]
    public void Attention_allocates_nothing_once_warm()
    {
        var what = Cases["grouped"];
        var sequence = new Sequence(what, 300, 1);
        using var compute = new Compute(new ComputeOptions { Threads = 2 });
        using var floats = Floats.Random(64 * 1024, 1);
        Assert.Equal(0, WarmAllocation.Of(() => AppendAndAttend(compute, what, floats)));
    }

    private static unsafe void AppendAndAttend(Compute compute, AttentionCase what, Floats floats)
    {
        var pages = stackalloc int[1];
        var runs = stackalloc SequenceRows[1];
        runs[0] = new SequenceRows { Rows = 8, Pages = pages };
        var memory = new KvMemory { Base = (byte*)floats.Pointer, PageStride = what.Layout.PageBytes };
        var call = new AttentionCall
        {
            Memory = memory,
            Layout = what.Layout,
            Queries = floats.Pointer,
            QueryStride = 512,
            Output = floats.Pointer + 32 * 1024,
            OutputStride = 512,
            Heads = what.Heads,
            Scale = 1,
            Causal = true,
        };
        for (var i = 0; i < 20; i++)
        {
            compute.AppendKeysValues(memory, 0, what.Layout, floats.Pointer + 20_000, 128, floats.Pointer + 24_000, 128, new ReadOnlySpan<SequenceRows>(runs, 1));
            compute.Attend(in call, new ReadOnlySpan<SequenceRows>(runs, 1));
        }
    }

    private static float[] Run(Compute compute, AttentionCase what, Sequence sequence, int chunk, bool strangers)
    {
        var pages = Pages(sequence.Length, chunk);
        var stranger = new Sequence(what, 90, 50);
        using var paged = new PagedSequences(what, pages.Length + 2);
        var result = new float[sequence.Length * what.Heads * what.ValueLength];
        var at = 0;
        for (var start = 0; start < sequence.Length; start += chunk)
        {
            var rows = Math.Min(chunk, sequence.Length - start);
            var mine = (sequence, pages, start, rows);
            var other = (stranger, new[] { pages.Length, pages.Length + 1 }, 0, start % 90 + 1);
            var part = strangers && start < 600 ? paged.Step(compute, other, mine)[1] : paged.Step(compute, mine)[0];
            part.CopyTo(result, at);
            at += part.Length;
        }
        return result;
    }

    /// <summary>Page numbers in an order that depends on the seed.</summary>
    private static int[] Pages(int positions, int seed)
    {
        var pages = Enumerable.Range(0, (positions + 63) / 64).ToArray();
        new Random(seed).Shuffle(pages);
        return pages;
    }
}
