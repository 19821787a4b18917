using System.Runtime.InteropServices;
using Freehold.Kernels.Products;
using Freehold.Kernels.Threads;

namespace Freehold.Kernels.Tests.Generated;

/// <summary>Products by the kernels of an instruction set on an <see cref="InterpretedMachine"/>, through the parallel region that <see cref="Compute"/> runs.</summary>
internal static unsafe class Interpreted
{
    internal static float[] By(int threads, ActivationBits bits, WeightMatrix weights, float[] x, int rows, InstructionSet isa = InstructionSet.Amx) =>
        Together(threads, bits, x, rows, [weights], null, null, isa)[0];

    /// <summary>Several products of the same rows; the first has bias and residual.</summary>
    internal static float[][] Together(int threads, ActivationBits bits, float[] x, int rows, WeightMatrix[] weights, float[]? bias, float[]? residual,
        InstructionSet isa = InstructionSet.Amx)
    {
        using var machine = new InterpretedMachine();
        using var table = new KernelTable(isa, machine.Load);
        using var pool = new WorkerPool(threads);
        return Run(table, pool, bits, x, rows, weights, bias, residual);
    }

    /// <summary>One product after the other, by the same rows of activations.</summary>
    internal static float[][] InTurn(float[] x, int rows, WeightMatrix[] weights)
    {
        using var machine = new InterpretedMachine();
        using var table = new KernelTable(InstructionSet.Amx, machine.Load);
        using var pool = new WorkerPool(2);
        using var scratch = new WorkerScratch(2);
        using var activations = new ActivationRows(rows, weights[0].Columns, ActivationBits.Eight);
        var work = new MatMulWork(InstructionSet.Amx, table, scratch);
        fixed (float* px = x)
        {
            activations.Set(px, weights[0].Columns, rows, weights[0].Columns);
            var results = new float[weights.Length][];
            for (var i = 0; i < weights.Length; i++)
                fixed (float* py = results[i] = new float[rows * weights[i].Rows])
                {
                    work.Prepare(activations, [new Product(weights[i], py, weights[i].Rows)], 2);
                    pool.Run(work);
                    work.Finish();
                }
            return results;
        }
    }

    internal static float[][] Run(
        KernelTable table, WorkerPool pool, ActivationBits bits, float[] x, int rows, WeightMatrix[] weights, float[]? bias, float[]? residual)
    {
        var columns = weights[0].Columns;
        using var scratch = new WorkerScratch(pool.Workers);
        // What earlier work left there is anything, NaN included.
        for (var worker = 0; worker < pool.Workers; worker++)
            new Span<byte>(scratch.Of(worker), ProductKernel.ScratchBytes).Fill(0xFF);
        using var activations = new ActivationRows(rows, columns, bits);
        var work = new MatMulWork(InstructionSet.Amx, table, scratch);
        var outputs = weights.Select((matrix, i) => i == 0 && residual is not null ? [.. residual] : new float[rows * matrix.Rows]).ToArray();
        var pins = outputs.Select(y => GCHandle.Alloc(y, GCHandleType.Pinned)).ToArray();
        try
        {
            fixed (float* px = x, pb = bias)
            {
                activations.Set(px, columns, rows, columns);
                var products = new Product[weights.Length];
                for (var i = 0; i < products.Length; i++)
                    products[i] = new Product(
                        weights[i], (float*)pins[i].AddrOfPinnedObject(), weights[i].Rows, i == 0 ? pb : null, i == 0 && residual is not null);
                work.Prepare(activations, products, pool.Workers);
                pool.Run(work);
                work.Finish();
            }
        }
        finally
        {
            foreach (var pin in pins)
                pin.Free();
        }
        return outputs;
    }
}
