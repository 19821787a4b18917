using Freehold.Kernels.Blocks;
using Freehold.Models.Files;
using Xunit;

namespace Freehold.Models.Tests.Files;

public sealed class HostileGgufTests
{
    [Fact]
    public void A_header_cut_at_any_byte_is_refused()
    {
        var bytes = SmallGguf.EveryValueType().ToBytes();
        for (var length = 0; length < bytes.Length - 16; length++)
            SmallGguf.AssertRefused(bytes[..length]);
    }

    [Fact]
    public void Any_flipped_bit_of_a_header_is_refused_or_opens_inside_the_file()
    {
        var header = SmallGguf.EveryValueType().Header().Length;
        var bytes = SmallGguf.EveryValueType().ToBytes();
        using var file = new TemporaryFile();
        for (var bit = 0; bit < header * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(file.Path, bytes);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                using var model = GgufFile.Open(file.Path);
                foreach (var info in model.Tensors)
                    ReadEnds(model, info.Name);
            }
            catch (ModelFormatException)
            {
                // Refused in words: as good as opened.
            }
        }
    }

    [Fact]
    public void Every_value_type_is_read_back()
    {
        using var file = SmallGguf.Save(SmallGguf.EveryValueType().ToBytes());
        using var model = GgufFile.Open(file.Path);
        var values = model.Metadata.Values;
        Assert.Equal((byte)1, values["a.byte"]);
        Assert.Equal((sbyte)-1, values["a.sbyte"]);
        Assert.Equal((ushort)2, values["a.ushort"]);
        Assert.Equal((short)-2, values["a.short"]);
        Assert.Equal(3u, values["a.uint"]);
        Assert.Equal(-3, values["a.int"]);
        Assert.Equal(1.5f, values["a.float"]);
        Assert.Equal(true, values["a.bool"]);
        Assert.Equal(4UL, values["a.ulong"]);
        Assert.Equal(-4L, values["a.long"]);
        Assert.Equal(2.5, values["a.double"]);
        Assert.Equal(["one", "", "drei"], (string[])values["b.strings"]);
        Assert.Equal([true, false], (bool[])values["b.bools"]);
        Assert.Equal([1f, 2f], (float[])values["b.floats"]);
    }

    [Theory]
    [InlineData(1u, "version 1")]
    [InlineData(4u, "version 4")]
    [InlineData(0x03000000u, "big-endian")]
    public void Other_versions_and_byte_orders_are_refused(uint version, string says) =>
        SmallGguf.AssertRefused(SmallGguf.Raw(0, 0, _ => { }, version), says);

    [Theory]
    [InlineData(ulong.MaxValue, 0UL)]
    [InlineData(0UL, ulong.MaxValue)]
    [InlineData(1_000_000UL, 60_000UL)]
    public void Counts_beyond_the_file_are_refused(ulong tensors, ulong pairs) => SmallGguf.AssertRefused(SmallGguf.Raw(tensors, pairs, _ => { }));

    [Theory]
    [InlineData(8u)]
    [InlineData(7u)]
    [InlineData(12u)]
    public void An_array_claiming_ten_million_elements_allocates_nothing_for_them(uint elementType)
    {
        var bytes = SmallGguf.Raw(0, 1, w => { w.String("k"); w.Write(9u); w.Write(elementType); w.Write(10_000_000UL); w.Write(new byte[900]); });
        using var file = SmallGguf.Save(bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ModelFormatException>(() => GgufFile.Open(file.Path).Dispose());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Bad_pairs_are_refused_by_name()
    {
        SmallGguf.AssertRefused(SmallGguf.Raw(0, 2, w => { w.String("k"); w.Write(0u); w.Write((byte)1); w.String("k"); w.Write(0u); w.Write((byte)1); }), "'k'", "twice");
        SmallGguf.AssertRefused(SmallGguf.Raw(0, 1, w => { w.String("k"); w.Write(13u); w.Write(0UL); }), "'k'", "type 13");
        SmallGguf.AssertRefused(SmallGguf.Raw(0, 1, w => { w.String("k"); w.Write(7u); w.Write((byte)2); }), "truth value");
        SmallGguf.AssertRefused(SmallGguf.Raw(0, 1, w => { w.String("k"); w.Write(9u); w.Write(9u); w.Write(0UL); }), "array of arrays");
        SmallGguf.AssertRefused(SmallGguf.Raw(0, 1, w => { w.String(""); w.Write(0u); w.Write((byte)1); }), "0 bytes");
        SmallGguf.AssertRefused(SmallGguf.Raw(0, 1, w => { w.Write(1UL); w.Write((byte)0xFF); w.Write(0u); w.Write((byte)1); }), "UTF-8");
        SmallGguf.AssertRefused(SmallGguf.Raw(0, 1, w => { w.String("k"); w.Write(8u); w.Write(1UL); w.Write((byte)0xFF); }), "UTF-8");
        SmallGguf.AssertRefused(SmallGguf.Raw(0, 1, w => { w.String("general.alignment"); w.Write(4u); w.Write(33u); }), "alignment");
    }

    [Fact]
    public void Token_texts_may_hold_invalid_bytes()
    {
        var bytes = SmallGguf.Raw(0, 1, w => { w.String("tokenizer.ggml.tokens"); w.Write(9u); w.Write(8u); w.Write(1UL); w.Write(1UL); w.Write((byte)0xFF); });
        using var file = SmallGguf.Save(bytes);
        using var model = GgufFile.Open(file.Path);
        Assert.Equal(["\uFFFD"], (string[])model.Metadata.Values["tokenizer.ggml.tokens"]);
    }

    [Fact]
    public void Bad_tensors_are_refused_by_name()
    {
        static byte[] Tensor(uint dimensions, long[] shape, uint type, ulong offset, string name = "t", int data = 256) =>
            SmallGguf.Raw(1, 0, w =>
            {
                w.String(name);
                w.Write(dimensions);
                foreach (var extent in shape)
                    w.Write(extent);
                w.Write(type);
                w.Write(offset);
                w.Write(new byte[data]);
            });
        SmallGguf.AssertRefused(Tensor(5, [1, 1, 1, 1, 1], 0, 0), "'t'", "5 dimensions");
        SmallGguf.AssertRefused(Tensor(0, [], 0, 0), "0 dimensions");
        SmallGguf.AssertRefused(Tensor(1, [0], 0, 0), "dimension 0");
        SmallGguf.AssertRefused(Tensor(1, [-1], 0, 0), "dimension 0");
        SmallGguf.AssertRefused(Tensor(4, [int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue], 0, 0), "too large");
        SmallGguf.AssertRefused(Tensor(1, [33], 8, 0), "Q8_0", "multiple of 32");
        SmallGguf.AssertRefused(Tensor(1, [32], 16, 0), "type 16", "IQ2_XXS", "'t'");
        SmallGguf.AssertRefused(Tensor(1, [32], uint.MaxValue, 0), "type 4294967295");
        SmallGguf.AssertRefused(Tensor(1, [4], 0, 16), "alignment");
        SmallGguf.AssertRefused(Tensor(1, [4], 0, 1UL << 63), "alignment");
        SmallGguf.AssertRefused(Tensor(1, [4], 0, long.MaxValue - 31), "missing");
        SmallGguf.AssertRefused(Tensor(2, [1000, 1000], 0, 0), "bytes are missing", "download it again");
    }

    [Fact]
    public void Tensors_that_repeat_or_overlap_are_refused()
    {
        var twice = SmallGguf.EveryValueType().AddTensor("t.f32", TensorType.F32, [4], new byte[16]).ToBytes();
        SmallGguf.AssertRefused(twice, "'t.f32'", "twice");
        var overlapping = SmallGguf.Raw(2, 0, w =>
        {
            foreach (var name in new[] { "a", "b" })
            {
                w.String(name);
                w.Write(1u);
                w.Write(16L);
                w.Write(0u);
                w.Write(0UL);
            }
            w.Write(new byte[128]);
        });
        SmallGguf.AssertRefused(overlapping, "overlap");
    }

    [Fact]
    public void Another_alignment_is_honoured()
    {
        var writer = SmallGguf.EveryValueType();
        writer.Alignment = 4096;
        using var file = SmallGguf.Save(writer.AddTensor("last", TensorType.F32, [1], BitConverter.GetBytes(42f)).ToBytes());
        using var model = GgufFile.Open(file.Path);
        Assert.Equal(42f, First(model, "last"));
    }

    [Fact]
    public void A_model_inside_another_file_opens_where_it_lies()
    {
        var bytes = SmallGguf.EveryValueType().AddTensor("last", TensorType.F32, [1], BitConverter.GetBytes(42f)).ToBytes();
        using var file = SmallGguf.Save([.. new byte[70_001], .. bytes, .. new byte[99]]);
        using var model = GgufFile.Open(file.Path, 70_001, bytes.Length);
        Assert.Equal(42f, First(model, "last"));
        Assert.Throws<ModelFormatException>(() => GgufFile.Open(file.Path, 70_001, bytes.Length + 1000).Dispose());
    }

    [Fact]
    public void Any_part_of_a_split_model_opens_all_of_it()
    {
        using var folder = new TemporaryFile();
        string Part(int i) => Path.Combine(folder.Folder, $"m-{i + 1:D5}-of-00003.gguf");
        for (var i = 0; i < 3; i++)
        {
            var writer = new Freehold.ModelMaker.Formats.GgufWriter();
            if (i == 0)
                writer.Add("general.architecture", "llama");
            writer.Add("split.no", (ushort)i).Add("split.count", (ushort)3).Add("split.tensors.count", 3)
                .AddTensor($"t{i}", TensorType.F32, [1], BitConverter.GetBytes((float)i));
            File.WriteAllBytes(Part(i), writer.ToBytes());
        }
        for (var opened = 0; opened < 3; opened++)
        {
            using var model = GgufFile.Open(Part(opened));
            Assert.Equal("llama", model.Metadata.Architecture);
            Assert.Equal(["t0", "t1", "t2"], model.Tensors.Select(tensor => tensor.Name));
            for (var i = 0; i < 3; i++)
                Assert.Equal((float)i, First(model, $"t{i}"));
        }
        File.Delete(Part(1));
        Assert.Contains("m-00002-of-00003.gguf", Assert.Throws<ModelFormatException>(() => GgufFile.Open(Part(2)).Dispose()).Message, StringComparison.Ordinal);
    }

    private static unsafe float First(GgufFile model, string name)
    {
        Assert.True(model.TryGetMatrix(name, out var matrix));
        return *(float*)matrix.Data;
    }

    private static unsafe void ReadEnds(GgufFile model, string name)
    {
        Assert.True(model.TryGetMatrix(name, out var matrix));
        _ = matrix.Data[0] + matrix.Data[matrix.Bytes - 1];
    }
}
