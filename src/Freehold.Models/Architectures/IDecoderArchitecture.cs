using Freehold.Models.Inference;

namespace Freehold.Models.Architectures;

/// <summary>A family of decoders: a name and how its layers are composed. docs/architectures.md shows how to add one.</summary>
internal interface IDecoderArchitecture
{
    /// <summary><c>general.architecture</c> of its files.</summary>
    string Name { get; }

    /// <summary>Composes the model.</summary>
    CausalModel Build(DecoderBuilder model);
}
