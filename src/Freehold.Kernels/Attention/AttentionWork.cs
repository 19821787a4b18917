using System.Runtime.InteropServices;
using Freehold.Kernels.Threads;

namespace Freehold.Kernels.Attention;

/// <summary>A layer's attention shared by the workers: units of one sequence, one key-value head and a run of rows, taken one by one.</summary>
internal sealed unsafe class AttentionWork(AttentionKernel kernel) : ParallelWork, IDisposable
{
    private const int RowsPerUnit = 32;
    private float* _scratch;
    private int _scratchFloats, _scratchWorkers;
    private AttentionCall _call;
    private SequenceRows* _sequences;
    private int _sequenceCount, _next, _units;

    public void Start(WorkerPool pool, in AttentionCall call, SequenceRows* sequences, int count)
    {
        _call = call;
        _sequences = sequences;
        _sequenceCount = count;
        _units = 0;
        for (var i = 0; i < count; i++)
            _units += UnitsOf(sequences[i]);
        _next = 0;
        MakeRoom(pool.Workers);
        if (_units == 1)
            Run(pool, 0, 1);
        else if (_units > 1)
            pool.Run(this);
    }

    public override void Run(WorkerPool pool, int worker, int workers)
    {
        for (var unit = Interlocked.Increment(ref _next) - 1; unit < _units; unit = Interlocked.Increment(ref _next) - 1)
            RunUnit(unit, _scratch + (long)worker * _scratchFloats);
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_scratch);
        _scratch = null;
    }

    private int UnitsOf(in SequenceRows sequence) => (sequence.Rows + RowsPerUnit - 1) / RowsPerUnit * _call.Layout.KeyValueHeads;

    private void MakeRoom(int workers)
    {
        var floats = (AttentionKernel.ScratchFloats(_call.Layout.ValueLength) + 15) & ~15;
        if (floats <= _scratchFloats && workers <= _scratchWorkers)
            return;
        NativeMemory.AlignedFree(_scratch);
        _scratch = (float*)NativeMemory.AlignedAlloc(checked((nuint)floats * (nuint)workers * sizeof(float)), 64);
        (_scratchFloats, _scratchWorkers) = (floats, workers);
    }

    private void RunUnit(int unit, float* scratch)
    {
        var sequence = _sequences;
        for (; unit >= UnitsOf(*sequence); sequence++)
            unit -= UnitsOf(*sequence);
        var heads = _call.Layout.KeyValueHeads;
        var group = _call.Heads / heads;
        var head = unit % heads;
        var firstRow = unit / heads * RowsPerUnit;
        var lastRow = Math.Min(firstRow + RowsPerUnit, sequence->Rows);
        QueryBlock block = default;
        for (var row = firstRow; row < lastRow; row++)
            for (var j = 0; j < group; j++)
            {
                Put(ref block, sequence, row, head * group + j);
                if (block.Count == AttentionKernel.Block)
                    Flush(ref block, sequence, head, scratch);
            }
        if (block.Count > 0)
            Flush(ref block, sequence, head, scratch);
    }

    private void Put(ref QueryBlock block, SequenceRows* sequence, int row, int head)
    {
        var position = sequence->StartPosition + row;
        var q = block.Count++;
        block.Queries[q] = (long)(_call.Queries + (sequence->FirstRow + row) * _call.QueryStride + (long)head * _call.Layout.KeyLength);
        block.Outputs[q] = (long)(_call.Output + (sequence->FirstRow + row) * _call.OutputStride + (long)head * _call.Layout.ValueLength);
        block.From[q] = _call.Window > 0 ? Math.Max(0, position - _call.Window + 1) : 0;
        block.To[q] = _call.Causal ? position + 1 : sequence->StartPosition + sequence->Rows;
    }

    private void Flush(ref QueryBlock block, SequenceRows* sequence, int head, float* scratch)
    {
        kernel.Run(_call, sequence->Pages, head, ref block, scratch);
        block.Count = 0;
    }
}
