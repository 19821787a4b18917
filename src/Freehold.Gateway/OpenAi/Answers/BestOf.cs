namespace Freehold.Gateway.OpenAi.Answers;

/// <summary>The older endpoint's <c>best_of</c>: of each prompt's candidates those with the highest mean log-probability of their tokens, best first.</summary>
/// <param name="Candidates">Answers computed for each prompt.</param>
/// <param name="Choices">Answers given for each prompt.</param>
internal readonly record struct BestOf(int Candidates, int Choices)
{
    public IReadOnlyList<GatheredChoice> Select(IReadOnlyList<GatheredChoice> gathered)
    {
        if (Candidates == Choices)
            return gathered;
        var choices = Choices;
        return [.. gathered.GroupBy(choice => choice.Prompt).SelectMany(prompt => prompt.OrderByDescending(choice => choice.MeanLogprob).Take(choices))];
    }
}
