using Freehold.Models.Templates.ToolUse;
using Xunit;

namespace Freehold.Models.Tests.Templates.ToolUse;

/// <summary>Every call format by name.</summary>
public static class Formats
{
    private static readonly ToolCallFormat[] _all = [.. typeof(ToolCallFormats).GetProperties().Select(property => (ToolCallFormat)property.GetValue(null)!)];

    public static TheoryData<string> Names => new(_all.Select(format => format.Name));

    public static ToolCallFormat Get(string name) => _all.Single(format => format.Name == name);
}
