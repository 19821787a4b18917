namespace Freehold.Kernels.Generated;

/// <summary>Panels by rows that code computes at once: as many sums as sixteen registers hold.</summary>
internal static class VnniBlocking
{
    /// <summary>The most panels.</summary>
    internal const int MostPanels = 4;

    /// <summary>The most rows, by one or two panels.</summary>
    internal const int MostRows = 8;

    /// <summary>The most rows by four panels.</summary>
    internal const int MostRowsByFour = 4;

    /// <summary>All that there are, in the order of <see cref="Number"/>.</summary>
    internal static IEnumerable<(int Panels, int Rows)> All =>
        from panels in new[] { 1, 2, 4 } from rows in Enumerable.Range(1, panels == 4 ? MostRowsByFour : MostRows) select (panels, rows);

    /// <summary>How many there are.</summary>
    internal const int Count = 2 * MostRows + MostRowsByFour;

    /// <summary>The number of one.</summary>
    internal static int Number(int panels, int rows) => (panels >> 1) * MostRows + rows - 1;
}
