using System.Runtime.InteropServices;
using Freehold.Kernels.Threads;

namespace Freehold.Kernels.Attention;

/// <summary>
/// A layer's attention shared by the workers: units of one sequence, one key-value head and a run of rows, taken one by one. Where that
/// gives too few units (a long context and one row, say), blocks are computed split by split and joined after: the same arithmetic
/// in the same order, so the same bits.
/// </summary>
internal sealed unsafe class AttentionWork(AttentionKernel kernel) : ParallelWork, IDisposable
{
    private const int RowsPerUnit = 32;

    // Units for each worker that let the last ones to finish not matter.
    private const int UnitsPerWorker = 4;

    // What splits may take: more than that is enough work for whole units anyway.
    private const long MostPartialFloats = 4 * 1024 * 1024;

    private float* _scratch, _partials;
    private long _scratchFloats, _partialFloats;
    private AttentionCall _call;
    private SequenceRows* _sequences;
    private int _sequenceCount, _next, _units, _nextJoin, _blocks, _splits;
    private int _scratchStride, _partialStride;

    public void Start(WorkerPool pool, in AttentionCall call, SequenceRows* sequences, int count)
    {
        _call = call;
        _sequences = sequences;
        _sequenceCount = count;
        _next = _nextJoin = _units = 0;
        for (var i = 0; i < count; i++)
            _units += UnitsOf(sequences[i]);
        _splits = pool.Workers > 1 && _units < UnitsPerWorker * pool.Workers ? Splits() : 1;
        _scratchStride = (AttentionKernel.ScratchFloats(call.Layout) + 63) & ~63;
        MakeRoom(ref _scratch, ref _scratchFloats, (long)_scratchStride * pool.Workers);
        if (_splits > 1)
        {
            MakeRoom(ref _partials, ref _partialFloats, (long)_blocks * _splits * _partialStride);
            pool.Run(this);
        }
        else if (_units == 1)
            Run(pool, 0, 1);
        else if (_units > 1)
            pool.Run(this);
    }

    public override void Run(WorkerPool pool, int worker, int workers)
    {
        var scratch = _scratch + (long)worker * _scratchStride;
        if (_splits == 1)
        {
            for (int unit; (unit = Interlocked.Increment(ref _next) - 1) < _units;)
                RunUnit(_units - 1 - unit, scratch); // a sequence's last rows see the most keys, and the longest work should not begin last
            return;
        }
        for (int item; (item = Interlocked.Increment(ref _next) - 1) < _blocks * _splits;)
            RunSplit(item / _splits, item % _splits, scratch);
        pool.Barrier();
        for (int block; (block = Interlocked.Increment(ref _nextJoin) - 1) < _blocks;)
            Join(block, scratch);
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_scratch);
        NativeMemory.AlignedFree(_partials);
        _scratch = _partials = null;
        _scratchFloats = _partialFloats = 0;
    }

    private int Group => _call.Heads / _call.Layout.KeyValueHeads;

    private int UnitsOf(in SequenceRows sequence) => (sequence.Rows + RowsPerUnit - 1) / RowsPerUnit * _call.Layout.KeyValueHeads;

    private int BlocksOf(in SequenceRows sequence) => (sequence.Rows * Group + AttentionKernel.Block - 1) / AttentionKernel.Block * _call.Layout.KeyValueHeads;

    /// <summary>Splits of the longest sequence; 1 where that is all or where they would take too much memory. Counts the blocks.</summary>
    private int Splits()
    {
        int longest = 0, rows = 0;
        long blocks = 0;
        for (var i = 0; i < _sequenceCount; i++)
        {
            longest = Math.Max(longest, _sequences[i].StartPosition + _sequences[i].Rows);
            rows = Math.Max(rows, Math.Min(AttentionKernel.Block, _sequences[i].Rows * Group));
            blocks += BlocksOf(_sequences[i]);
        }
        var splits = (longest + AttentionKernel.SplitKeys - 1) / AttentionKernel.SplitKeys;
        _partialStride = AttentionKernel.PartialFloats(_call.Layout.ValueLength, rows);
        if (blocks * splits * _partialStride > MostPartialFloats)
            return 1;
        _blocks = (int)blocks;
        return Math.Max(1, splits);
    }

    private static void MakeRoom(ref float* memory, ref long have, long floats)
    {
        if (floats <= have)
            return;
        NativeMemory.AlignedFree(memory);
        memory = null;
        have = 0;
        memory = (float*)NativeMemory.AlignedAlloc(checked((nuint)floats * sizeof(float)), 64);
        have = floats;
    }

    private void RunUnit(int unit, float* scratch)
    {
        var sequence = _sequences;
        for (; unit >= UnitsOf(*sequence); sequence++)
            unit -= UnitsOf(*sequence);
        var heads = _call.Layout.KeyValueHeads;
        var head = unit % heads;
        var firstRow = unit / heads * RowsPerUnit;
        var queries = (Math.Min(firstRow + RowsPerUnit, sequence->Rows) - firstRow) * Group;
        for (var first = 0; first < queries; first += AttentionKernel.Block)
        {
            var block = Fill(sequence, head, firstRow * Group + first, Math.Min(AttentionKernel.Block, queries - first));
            kernel.Run(_call, sequence->Pages, head, ref block, scratch);
        }
    }

    private QueryBlock BlockOf(int index, out SequenceRows* sequence, out int head)
    {
        sequence = _sequences;
        for (; index >= BlocksOf(*sequence); sequence++)
            index -= BlocksOf(*sequence);
        head = index % _call.Layout.KeyValueHeads;
        var first = index / _call.Layout.KeyValueHeads * AttentionKernel.Block;
        return Fill(sequence, head, first, Math.Min(AttentionKernel.Block, sequence->Rows * Group - first));
    }

    private void RunSplit(int index, int split, float* scratch)
    {
        var block = BlockOf(index, out var sequence, out var head);
        kernel.RunSplit(_call, sequence->Pages, head, ref block, split * AttentionKernel.SplitKeys, Partial(index, split), scratch);
    }

    private void Join(int index, float* scratch)
    {
        var block = BlockOf(index, out _, out _);
        kernel.Join(_call, ref block, Partial(index, 0), _partialStride, _splits, scratch);
    }

    private float* Partial(int block, int split) => _partials + ((long)block * _splits + split) * _partialStride;

    /// <summary>Queries of one key-value head: those of a row's group, row by row.</summary>
    private QueryBlock Fill(SequenceRows* sequence, int keyValueHead, int first, int count)
    {
        QueryBlock block = default;
        block.Count = count;
        for (var q = 0; q < count; q++)
        {
            var row = (first + q) / Group;
            var head = keyValueHead * Group + (first + q) % Group;
            var position = sequence->StartPosition + row;
            block.Queries[q] = (long)(_call.Queries + (sequence->FirstRow + row) * _call.QueryStride + (long)head * _call.Layout.KeyLength);
            block.Outputs[q] = (long)(_call.Output + (sequence->FirstRow + row) * _call.OutputStride + (long)head * _call.Layout.ValueLength);
            block.From[q] = _call.Window > 0 ? Math.Max(0, position - _call.Window + 1) : 0;
            block.To[q] = _call.Causal ? position + 1 : sequence->StartPosition + sequence->Rows;
        }
        // The last queries are computed four together too: what stands in for those that are not there is never looked at.
        for (var q = count; q < AttentionKernel.InRows(count); q++)
            block.Queries[q] = block.Queries[count - 1];
        return block;
    }
}
