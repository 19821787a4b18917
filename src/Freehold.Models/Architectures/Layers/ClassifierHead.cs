using Freehold.Kernels.Numerics;
using Freehold.Kernels.Products;
using Freehold.Models.Files;

namespace Freehold.Models.Architectures.Layers;

/// <summary>
/// The head of a classifier with one label: <c>output(tanh(dense(x)))</c> of the first token's row x (transformers, <c>RobertaClassificationHead</c>, and
/// <c>BertPooler</c> with its classifier; llama.cpp, <c>build_pooling</c>). Without the dense layer <c>output(x)</c>.
/// </summary>
internal sealed unsafe class ClassifierHead
{
    private readonly Product[]? _dense;
    private readonly Product[] _output;
    private readonly float* _hidden;
    private readonly float* _logit;
    private readonly int _width;

    private ClassifierHead(TensorReader tensors, Workspace work)
    {
        _width = work.Sizes.Embedding;
        _hidden = work.Allocate(_width);
        _logit = work.Allocate(1);
        if (tensors.Has("cls.weight"))
            _dense = [new Product(tensors.Matrix("cls.weight", _width, _width), _hidden, _width, tensors.VectorOrNull("cls.bias", _width))];
        _output = [new Product(tensors.Matrix("cls.output.weight", 1, _width), _logit, 1, tensors.VectorOrNull("cls.output.bias", 1))];
    }

    /// <summary>Takes the head's tensors.</summary>
    /// <exception cref="ModelFormatException">They are missing or misshapen, or the head has more than one label.</exception>
    public static ClassifierHead Read(TensorReader tensors, Workspace work)
    {
        if (tensors.Source.TryGetMatrix("cls.output.weight", out var output) && output.Rows != 1)
            throw ModelFormatException.Unsupported($"{tensors.Source.Origin} classifies into {output.Rows} labels; a reranker has one, and other classifiers are not run");
        return new ClassifierHead(tensors, work);
    }

    /// <summary>The logit of the pass's first row.</summary>
    public float Run(Pass pass)
    {
        var activations = pass.Workspace.Activations;
        var row = pass.Workspace.Stream;
        if (_dense is not null)
        {
            activations.Set(row, _width, 1, _width);
            pass.Compute.MatMul(activations, _dense);
            for (var i = 0; i < _width; i++)
                _hidden[i] = Functions.Tanh(_hidden[i]);
            row = _hidden;
        }
        activations.Set(row, _width, 1, _width);
        pass.Compute.MatMul(activations, _output);
        return *_logit;
    }
}
