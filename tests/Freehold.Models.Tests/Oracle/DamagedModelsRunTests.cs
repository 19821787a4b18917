using Freehold.Kernels;
using Freehold.Kernels.Blocks;
using Freehold.Models.Architectures;
using Freehold.Models.Files;
using Freehold.Models.Tests.Files;
using Xunit;

namespace Freehold.Models.Tests.Oracle;

/// <summary>A damaged file gives a clear error, or a model that loads and runs inside its bounds.</summary>
public sealed class DamagedModelsRunTests
{
    [Fact]
    public void Flipped_bits_of_the_keys_and_tensor_list_are_refused_or_run()
    {
        var whole = SmallGguf.TinyLlama(TensorType.Q8_0);
        var keys = HeaderLength(whole);
        // The vocabulary fills most of the header; a sample of it and of both ends is tried.
        var bits = Enumerable.Range(0, keys * 8).Where(bit => bit < 512 * 8 || bit > (keys - 512) * 8 || bit % 997 == 0).Where(bit => bit % 13 == 0);
        var (refused, ran) = (0, 0);
        using var compute = new Compute(new ComputeOptions { Threads = 1 });
        foreach (var bit in bits)
        {
            var bytes = (byte[])whole.Clone();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            using var file = SmallGguf.Save(bytes);
            try
            {
                ModelLoader.Load(ModelFiles.Open(file.Path), compute, new LoadOptions { MaxRows = 8, MaxLogitRows = 8 }).Dispose();
                using var run = new ModelRun(file.Path, threads: 1, context: 64);
                run.Logits([0, 1, 2], 8);
                ran++;
            }
            catch (ModelFormatException)
            {
                refused++;
            }
        }
        Assert.True(refused > 0, "no flip was refused: the test reaches nothing");
        Assert.True(ran > 0, "no flip ran: the test reaches nothing");
    }

    private static int HeaderLength(byte[] whole)
    {
        // The last tensor's name is the last text of the header.
        var last = whole.AsSpan().LastIndexOf("output.weight"u8);
        return (last < 0 ? whole.AsSpan().LastIndexOf("output_norm.weight"u8) : last) + 48;
    }
}
