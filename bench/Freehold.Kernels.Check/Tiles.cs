namespace Freehold.Kernels.Check;

internal static class Tiles
{
    internal static bool Check(int threads, bool quick) => true;
}
