using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Freehold.Kernels.Bench;

/// <summary>What a call of a benchmark does.</summary>
/// <param name="Bytes">Of weights.</param>
/// <param name="Operations">Multiplications and additions, two each.</param>
internal readonly record struct Work(double Bytes, double Operations);

/// <summary>A column: work in thousands of millions a second, at the median.</summary>
/// <param name="name">Its heading.</param>
/// <param name="legend">What it says.</param>
/// <param name="work">Which work, of a call.</param>
internal sealed class RateColumn(string name, string legend, Func<Work, double> work) : IColumn
{
    public string Id => nameof(RateColumn) + name;

    public string ColumnName => name;

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Statistics;

    public int PriorityInCategory => 1;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => legend;

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, SummaryStyle.Default);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) =>
        benchmarkCase.Descriptor.Type == typeof(Products) && summary[benchmarkCase]?.ResultStatistics is { } statistics
            ? (work(Products.WorkOf(benchmarkCase.Parameters)) / statistics.Median).ToString("0.000", System.Globalization.CultureInfo.InvariantCulture)
            : "-";
}
