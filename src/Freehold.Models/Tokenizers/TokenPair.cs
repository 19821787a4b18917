namespace Freehold.Models.Tokenizers;

/// <summary>Two texts as one sequence of ids.</summary>
/// <param name="Ids">All ids, those around and between the texts included.</param>
/// <param name="SecondFrom">Where the second text begins; what stands between belongs to the first.</param>
public sealed record TokenPair(int[] Ids, int SecondFrom)
{
    internal static TokenPair Of(SpecialTokens special, int front, int back, IReadOnlyList<int> first, IReadOnlyList<int> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (!special.Pairs)
            throw new InvalidOperationException("this vocabulary has no form for pairs of texts");
        var ids = new List<int>(first.Count + second.Count + 4);
        if (special.AddBos)
            ids.Add(front);
        ids.AddRange(first);
        if (special.AddEos)
            ids.Add(back);
        if (special.AddSeparator)
            ids.Add(special.Separator);
        var secondFrom = ids.Count;
        ids.AddRange(second);
        if (special.AddEos)
            ids.Add(back);
        return new TokenPair([.. ids], secondFrom);
    }
}
