namespace Freehold.Grammars.Matching;

/// <summary>All readings of the bytes so far: the frames that wait for a byte, in the order of the grammar. Equal ones are one object while they are remembered.</summary>
internal sealed class Configuration
{
    private readonly Configuration?[] _next;

    /// <summary>Of these frames.</summary>
    public Configuration(Frame[] threads, bool accepts, int classes, int age)
    {
        (Threads, Accepts, Age) = (threads, accepts, age);
        _next = new Configuration?[classes];
        Distance = accepts ? 0 : long.MaxValue;
        foreach (var thread in threads)
            Distance = Math.Min(Distance, thread.Distance);
    }

    /// <summary>Frames whose nodes have edges.</summary>
    public Frame[] Threads { get; }

    /// <summary>Whether the text may end here.</summary>
    public bool Accepts { get; }

    /// <summary>The fewest bytes to an end.</summary>
    public long Distance { get; }

    /// <summary>Nothing can follow, and it is no end.</summary>
    public bool IsDead => Threads.Length == 0 && !Accepts;

    /// <summary>How often the machine had forgotten everything when it was made.</summary>
    public int Age { get; }

    /// <summary>The last mask in whose making it was met.</summary>
    public int Met { get; set; }

    /// <summary>The tokens that may follow, where they are remembered.</summary>
    public StoredMask? Mask { get; set; }

    /// <summary>The threads without those at wide nodes, once it was asked for; itself where there are none.</summary>
    public Configuration? Narrow { get; set; }

    /// <summary>Where a class of bytes leads, if it was asked for before.</summary>
    public ref Configuration? Next(int byteClass) => ref _next[byteClass];

    /// <summary>Forgets where it leads.</summary>
    public void Forget()
    {
        Array.Clear(_next);
        (Mask, Narrow) = (null, null);
    }
}
