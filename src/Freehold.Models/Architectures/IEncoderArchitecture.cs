namespace Freehold.Models.Architectures;

/// <summary>A family of encoders: a name and how its layers are composed.</summary>
internal interface IEncoderArchitecture
{
    /// <summary><c>general.architecture</c> of its files.</summary>
    string Name { get; }

    /// <summary>Composes the model.</summary>
    BuiltEncoder Build(EncoderBuilder model);
}
