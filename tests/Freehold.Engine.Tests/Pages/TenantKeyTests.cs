using Freehold.Engine.Pages;

namespace Freehold.Engine.Tests.Pages;

public class TenantKeyTests
{
    [Fact]
    public void No_two_names_of_any_length_share_a_key()
    {
        string[] names = ["", "\0", "\0\0", "a", "a\0", "b", new('a', 14), new('a', 15), new('a', 16), new('a', 17), "ä", "\u00ff", new('ÿ', 7), new('ÿ', 8), new('a', 1000)];
        Assert.Equal(names.Length, names.Select(TenantKey.Of).Distinct().Count());
        Assert.Equal(TenantKey.Of("clinic"), TenantKey.Of("clinic"));
        Assert.Equal(TenantKey.Of(new string('x', 99)), TenantKey.Of(new string('x', 99)));
    }
}
