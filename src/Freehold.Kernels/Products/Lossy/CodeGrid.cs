namespace Freehold.Kernels.Products.Lossy;

/// <summary>The sixteen values that a group of w4 can have: <c>scale * ((multiplier * code >> 4) + base)</c>.</summary>
internal readonly record struct CodeGrid(float Scale, int Multiplier, int Base)
{
    /// <summary>Parts of a multiplier that make one.</summary>
    internal const int Parts = 16;

    /// <summary>The largest multiplier.</summary>
    internal const int MostMultiplier = 255;

    /// <summary>What a code stands for, in scales.</summary>
    internal static sbyte Level(int code, int multiplier, int @base) => unchecked((sbyte)((multiplier * code >> 4) + @base));

    /// <summary>The code nearest to a value.</summary>
    internal int Code(float value)
    {
        if (Multiplier == 0)
            return 0;
        var best = Near(value, Parts / (Multiplier * Scale));
        var about = best;
        for (var code = Math.Max(0, about - 1); code <= Math.Min(15, about + 1); code++)
            if (Math.Abs(value - Value(code)) < Math.Abs(value - Value(best)))
                best = code;
        return best;
    }

    // Levels are rounded down to whole scales, half a scale on average. The nearest code or one beside it.
    private int Near(float value, float codesPerUnit) => (int)Math.Clamp((value - (Base - 0.46875f) * Scale) * codesPerUnit + 0.5f, 0, 15);

    /// <summary>What a code stands for.</summary>
    internal float Value(int code) => Scale * Level(code, Multiplier, Base);

    /// <summary>The grid of least squared error near some grids of evenly spaced floats.</summary>
    /// <param name="values">A group's values.</param>
    /// <param name="scale">The output's scale; 0 for an output of zeros.</param>
    /// <param name="steps">Distances between neighbours to try, with the value of code 0; a step of 0 is passed over.</param>
    internal static CodeGrid Fit(ReadOnlySpan<float> values, float scale, ReadOnlySpan<(float Step, float Low)> steps)
    {
        var best = default(CodeGrid);
        if (scale == 0)
            return best;
        var least = float.MaxValue;
        foreach (var (step, low) in steps)
        {
            var multiplier = Math.Clamp((int)MathF.Round(step / scale * Parts), 0, MostMultiplier);
            var origin = (int)MathF.Round(low / scale);
            for (var at = origin - 1; at <= origin + 1; at++)
            {
                var grid = new CodeGrid(scale, multiplier, Math.Clamp(at, -128, 127));
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
        var codesPerUnit = Multiplier == 0 ? 0 : Parts / (Multiplier * Scale);
        foreach (var value in values)
        {
            var off = value - Value(Near(value, codesPerUnit));
            error += off * off;
            if (error >= enough)
                break;
        }
        return error;
    }
}
