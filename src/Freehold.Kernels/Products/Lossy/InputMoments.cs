namespace Freehold.Kernels.Products.Lossy;

/// <summary>placeholder</summary>
public sealed class InputMoments
{
}
