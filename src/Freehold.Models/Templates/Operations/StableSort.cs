namespace Freehold.Models.Templates.Operations;

/// <summary>A stable merge sort; .NET's own sorts wrap what a comparison throws, and may be confused by values with no order.</summary>
internal static class StableSort
{
    /// <summary>Sorts in place.</summary>
    public static void Sort<T>(T[] items, Func<T, T, int> compare)
    {
        var from = items;
        var to = new T[items.Length];
        for (long width = 1; width < items.Length; width *= 2)
        {
            for (long start = 0; start < items.Length; start += 2 * width)
                Merge(from, to, (int)start, (int)Math.Min(start + width, items.Length), (int)Math.Min(start + 2 * width, items.Length), compare);
            (from, to) = (to, from);
        }
        if (!ReferenceEquals(from, items)) from.CopyTo(items, 0);
    }

    private static void Merge<T>(T[] from, T[] to, int left, int middle, int end, Func<T, T, int> compare)
    {
        var right = middle;
        for (var (at, next) = (left, left); at < end; at++)
            to[at] = next < middle && (right >= end || compare(from[right], from[next]) >= 0) ? from[next++] : from[right++];
    }
}
