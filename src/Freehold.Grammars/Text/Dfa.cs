using System.Text;

namespace Freehold.Grammars.Text;

/// <summary>A set of strings: a deterministic automaton over classes of characters. The classes do not overlap and cover all scalar values. State 0 begins.</summary>
/// <param name="Classes">The classes.</param>
/// <param name="Next">For each state and class the next state, or -1.</param>
/// <param name="Accepts">For each state whether a string may end.</param>
internal sealed record Dfa(CharSet[] Classes, int[] Next, bool[] Accepts)
{
    /// <summary>States.</summary>
    public int States => Accepts.Length;

    /// <summary>The state that a class of characters leads to, or -1.</summary>
    public int Step(int state, int characterClass) => Next[state * Classes.Length + characterClass];

    /// <summary>Whether a string is in the set.</summary>
    public bool Contains(string text)
    {
        var state = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var value = rune.Value;
            state = Step(state, Array.FindIndex(Classes, set => set.Contains(value)));
            if (state < 0)
                return false;
        }
        return Accepts[state];
    }

    /// <summary>Whether any string is in it.</summary>
    public bool IsEmpty
    {
        get
        {
            // Every state is reached from the first: builders make no others.
            return !Accepts.Contains(true);
        }
    }

    /// <summary>Whether from a state on every string is in it.</summary>
    public bool IsUniversal(int state)
    {
        if (!Accepts[state])
            return false;
        for (var i = 0; i < Classes.Length; i++)
            if (Step(state, i) != state)
                return false;
        return true;
    }

    /// <summary>All strings.</summary>
    public static Dfa Any { get; } = new([CharSet.All], [0], [true]);

    /// <summary>Strings of min to max characters; <see cref="int.MaxValue"/>: without limit.</summary>
    public static Dfa OfLength(int min, int max)
    {
        var states = (max == int.MaxValue ? min : max) + 1;
        var next = new int[states];
        for (var i = 0; i < states; i++)
            next[i] = i + 1 < states ? i + 1 : max == int.MaxValue ? i : -1;
        return new Dfa([CharSet.All], next, [.. Enumerable.Range(0, states).Select(i => i >= min)]);
    }

    /// <summary>Exactly these strings.</summary>
    public static Dfa Of(IReadOnlyCollection<string> words)
    {
        var characters = words.SelectMany(word => word.EnumerateRunes()).Select(rune => rune.Value).Distinct().Order().ToArray();
        var others = CharSet.Of([.. characters.Select(value => (value, value))]).Not();
        var (width, next, accepts) = (characters.Length + 1, new List<int>(), new List<bool>());
        int State()
        {
            next.AddRange(Enumerable.Repeat(-1, width));
            accepts.Add(false);
            return accepts.Count - 1;
        }
        State();
        foreach (var word in words)
        {
            var state = 0;
            foreach (var rune in word.EnumerateRunes())
            {
                var place = state * width + Array.BinarySearch(characters, rune.Value);
                state = next[place] >= 0 ? next[place] : next[place] = State();
            }
            accepts[state] = true;
        }
        return new Dfa([.. characters.Select(value => CharSet.Of((value, value))), others], [.. next], [.. accepts]);
    }
}
