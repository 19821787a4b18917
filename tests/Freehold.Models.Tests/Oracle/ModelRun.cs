using System.Runtime.InteropServices;
using Freehold.Kernels;
using Freehold.Kernels.Attention;
using Freehold.Kernels.Numerics;
using Freehold.Kernels.Products;
using Freehold.Kernels.Products.Lossy;
using Freehold.Models.Architectures;
using Freehold.Models.Files;
using Freehold.Models.Inference;
using Freehold.Models.Packing;

namespace Freehold.Models.Tests.Oracle;

/// <summary>A model with pages for a few sequences, as tests drive it: no engine, no scheduler.</summary>
internal sealed unsafe class ModelRun : IDisposable
{
    private readonly Compute _compute;
    private readonly LoadedModel _model;
    private readonly ForwardBatch _batch;
    private readonly int _pagesEach;
    private readonly byte* _memory;
    private readonly int* _pages;

    public ModelRun(string path, ActivationBits? bits = null, InstructionSet? isa = null, int threads = 2, int sequences = 1, int context = 1024, bool scatter = false, PackFolder? packs = null, KvType keysValues = KvType.F32, LossyKind? lossy = null)
    {
        _compute = new Compute(new ComputeOptions { Isa = isa, Threads = threads });
        _model = ModelLoader.Load(ModelFiles.Open(path), _compute, new LoadOptions { Activations = bits, MaxLogitRows = 512, Context = context, Packs = packs, KeysValues = keysValues, Lossy = lossy });
        _pagesEach = (context + KvLayout.PageTokens - 1) / KvLayout.PageTokens;
        var (pages, stride) = (_pagesEach * sequences, Model.State.PageBytes);
        _memory = (byte*)NativeMemory.AlignedAlloc(checked((nuint)(pages * stride)), 64);
        // What no token has written is NaN: whoever reads it shows at once.
        new Span<byte>(_memory, checked((int)(pages * stride))).Fill(0xFF);
        _pages = (int*)NativeMemory.Alloc((nuint)pages, sizeof(int));
        for (var i = 0; i < pages; i++)
            _pages[i] = scatter ? pages - 1 - i : i;
        _batch = new ForwardBatch(512, Math.Max(sequences, 8)) { Memory = new KvMemory { Base = _memory, PageStride = stride } };
    }

    public CausalModel Model => _model.Causal!;

    public LoadedModel Loaded => _model;

    public int Vocabulary => Model.Shape.VocabularySize;

    /// <summary>The logits at every position, the tokens given in chunks.</summary>
    public float[][] Logits(int[] tokens, int chunk, int sequence = 0)
    {
        var rows = new List<float[]>();
        for (var start = 0; start < tokens.Length; start += chunk)
        {
            var count = Math.Min(chunk, tokens.Length - start);
            _batch.Clear();
            _batch.Add(tokens.AsSpan(start, count), start, _pages + sequence * _pagesEach, count);
            var logits = Model.Forward(_batch);
            for (var i = 0; i < count; i++)
                rows.Add(logits.Slice(i * Vocabulary, Vocabulary).ToArray());
        }
        return [.. rows];
    }

    /// <summary>The logits after one more token of sequence 0.</summary>
    public float[] Next(int token, int position)
    {
        _batch.Clear();
        _batch.Add([token], position, _pages, 1);
        return Model.Forward(_batch).ToArray();
    }

    /// <summary>The logits at every position of the first of several sequences that run side by side, one token each a step.</summary>
    public float[][] LogitsAmongStrangers(int[] tokens, int strangers)
    {
        var rows = new List<float[]>();
        for (var i = 0; i < tokens.Length; i++)
        {
            _batch.Clear();
            for (var s = 0; s <= strangers; s++)
                _batch.Add([s == 0 ? tokens[i] : (i * 7 + s * 13) % Vocabulary], i, _pages + s * _pagesEach, 1);
            rows.Add(Model.Forward(_batch)[..Vocabulary].ToArray());
        }
        return [.. rows];
    }

    /// <summary>FNV-1a over all logit bits.</summary>
    public static ulong Hash(float[][] rows)
    {
        var hash = 14695981039346656037UL;
        foreach (var row in rows)
            foreach (var value in row)
                hash = (hash ^ BitConverter.SingleToUInt32Bits(value)) * 1099511628211UL;
        return hash;
    }

    /// <summary>KL divergence of a row from a list of likeliest tokens and one bucket for the rest.</summary>
    public static double Divergence(IEnumerable<(int Id, double LogProbability)> expected, float[] logits)
    {
        var normaliser = Functions.LogSumExp(logits);
        double sum = 0, rest = 1, ours = 1;
        foreach (var (id, logProbability) in expected)
        {
            var q = (double)logits[id] - normaliser;
            sum += Math.Exp(logProbability) * (logProbability - q);
            rest -= Math.Exp(logProbability);
            ours -= Math.Exp(q);
        }
        return rest > 1e-9 && ours > 1e-9 ? sum + rest * Math.Log(rest / ours) : sum;
    }

    public static int Largest(float[] logits)
    {
        var best = 0;
        for (var i = 1; i < logits.Length; i++)
            if (logits[i] > logits[best])
                best = i;
        return best;
    }

    public void Dispose()
    {
        _model.Dispose();
        _compute.Dispose();
        NativeMemory.AlignedFree(_memory);
        NativeMemory.Free(_pages);
    }
}
