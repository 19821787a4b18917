using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Parameters;
using Freehold.Kernels.Blocks;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Packed;

namespace Freehold.Kernels.Bench;

/// <summary>
/// A product of quantised weights, quantising its activations included: 2,048 inputs, 8,192 outputs for few rows and fewer for many, so that a call is short. Matrices follow
/// one another through 192 MiB, more than caches hold, as in a model.
/// </summary>
public unsafe class Products : IDisposable
{
    private const int Columns = 2048;
    private byte* _data, _panels;
    private float* _x, _y;
    private WeightMatrix[] _weights = [];
    private Compute? _compute;
    private ActivationRows? _activations;
    private int _next;

    [ParamsSource(nameof(Sets))]
    public InstructionSet Isa { get; set; }

    [Params(TensorType.Q8_0, TensorType.Q4_0, TensorType.Q4_K, TensorType.Q6_K)]
    public TensorType Type { get; set; }

    [Params(1, 8, 32, 512)]
    public int Rows { get; set; }

    [Params(true)]
    public bool Packed { get; set; }

    /// <summary>What this CPU has; FREEHOLD_ISA narrows it to one.</summary>
    public static IEnumerable<InstructionSet> Sets =>
        InstructionSets.Supported.Where(isa => Environment.GetEnvironmentVariable("FREEHOLD_ISA") is { } one ? isa.ToString().Equals(one, StringComparison.OrdinalIgnoreCase) : isa != InstructionSet.Scalar);

    internal static Work WorkOf(ParameterInstances parameters)
    {
        var (type, rows) = ((TensorType)parameters[nameof(Type)], (int)parameters[nameof(Rows)]);
        var outputs = OutputsOf(rows);
        return new Work(BlockFormat.Of(type).RowBytes(Columns) * outputs, 2.0 * rows * Columns * outputs);
    }

    [GlobalSetup]
    public void Begin()
    {
        _compute = new Compute(new ComputeOptions { Isa = Isa });
        var outputs = OutputsOf(Rows);
        var bytes = BlockFormat.Of(Type).RowBytes(Columns) * outputs;
        var copies = (int)(192L * 1024 * 1024 / bytes);
        _data = (byte*)NativeMemory.AlignedAlloc((nuint)(bytes * copies), 4096);
        new Random(1).NextBytes(new Span<byte>(_data, checked((int)(bytes * copies))));
        _weights = [.. Enumerable.Range(0, copies).Select(i => new WeightMatrix(Type, outputs, Columns, _data + i * bytes, null))];
        if (Packed)
        {
            var size = PackedMatrix.BytesOf(_weights[0]);
            _panels = (byte*)NativeMemory.AlignedAlloc((nuint)(size * copies), 4096);
            for (var i = 0; i < copies; i++)
            {
                PackedMatrix.Pack(_weights[i], 0, PackedMatrix.PanelsOf(_weights[i]), _panels + i * size, _compute.Workers);
                _weights[i].Use(PackedMatrix.At(_weights[i], _panels + i * size, null));
            }
        }
        _x = (float*)NativeMemory.AlignedAlloc((nuint)(Rows * Columns * sizeof(float)), 64);
        _y = (float*)NativeMemory.AlignedAlloc((nuint)((long)Rows * outputs * sizeof(float)), 64);
        var random = new Random(2);
        for (var i = 0; i < Rows * Columns; i++)
            _x[i] = random.NextSingle() - 0.5f;
        _activations = new ActivationRows(Rows, Columns, ActivationBits.Eight);
    }

    [Benchmark]
    public void MatMul()
    {
        var weights = _weights[_next++ % _weights.Length];
        _activations!.Set(_x, Columns, Rows, Columns);
        _compute!.MatMul(_activations, [new Product(weights, _y, weights.Rows)]);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _activations?.Dispose();
        _compute?.Dispose();
        NativeMemory.AlignedFree(_data);
        NativeMemory.AlignedFree(_panels);
        NativeMemory.AlignedFree(_x);
        NativeMemory.AlignedFree(_y);
        _panels = null;
        GC.SuppressFinalize(this);
    }

    private static int OutputsOf(int rows) => Math.Max(512, Math.Min(8192, 8192 * 8 / rows));
}
