using Freehold.Fuzz.Targets;

namespace Freehold.Fuzz;

/// <summary>The single list of what is fuzzed.</summary>
public static class FuzzTargets
{
    /// <summary>All targets.</summary>
    public static IReadOnlyList<IFuzzTarget> All { get; } =
    [
        new GgufTarget(), new SplitGgufTarget(), new VocabularyTarget(), new SafetensorsTarget(), new ConfigTarget(), new TokenizerJsonTarget(), new TemplateTarget(), new AnswerTarget(),
    ];
}
