namespace Freehold.Kernels.Products.Lossy;

/// <summary>The sixteen values that a group of w4 can have: <c>scale * (multiplier * code + base)</c>.</summary>
internal readonly record struct CodeGrid(float Scale, int Multiplier, int Base)
{
    // 127 - -127 over 15 steps.
    private const int MostMultiplier = 16;

    /// <summary>The code nearest to a value.</summary>
    internal int Code(float value) => Multiplier == 0 ? 0 : Math.Clamp((int)MathF.Round((value / Scale - Base) / Multiplier), 0, 15);

    /// <summary>What a code stands for.</summary>
    internal float Value(int code) => Scale * (Multiplier * code + Base);

    /// <summary>The grid of least squared error among those near the one that spans the values.</summary>
    internal static CodeGrid Fit(ReadOnlySpan<float> values, float scale)
    {
        if (scale == 0)
            return default;
        float low = float.MaxValue, high = float.MinValue;
        foreach (var value in values)
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
        var spanning = (high - low) / scale / 15;
        var best = default(CodeGrid);
        var least = float.MaxValue;
        var most = Math.Clamp((int)MathF.Ceiling(spanning), 1, MostMultiplier);
        for (var multiplier = Math.Max(1, most - 3); multiplier <= most; multiplier++)
        {
            // The values' middle in the grid's middle, and the bases around it.
            var middle = (int)MathF.Round((low + high) / 2 / scale - 7.5f * multiplier);
            for (var at = middle - multiplier / 2 - 1; at <= middle + multiplier / 2 + 1; at++)
            {
                var grid = new CodeGrid(scale, multiplier, Math.Clamp(at, -127, 127 - 15 * multiplier));
                var error = grid.Error(values, least);
                if (error < least)
                    (best, least) = (grid, error);
            }
        }
        return best;
    }

    private float Error(ReadOnlySpan<float> values, float enough)
    {
        float error = 0;
        foreach (var value in values)
        {
            var off = value - Value(Code(value));
            error += off * off;
            if (error >= enough)
                break;
        }
        return error;
    }
}
