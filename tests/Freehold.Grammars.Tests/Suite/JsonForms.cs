using System.Text;
using System.Text.Json;
using Freehold.Grammars.Numbers;
using Freehold.Grammars.Text;

namespace Freehold.Grammars.Tests.Suite;

/// <summary>The texts of a value: members in every order (a schema decides which one is written), numbers as they are and in their plainest form.</summary>
internal static class JsonForms
{
    public static IEnumerable<byte[]> Of(JsonElement value) => Texts(value).Select(Encoding.UTF8.GetBytes);

    private static IEnumerable<string> Texts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => Orders([.. value.EnumerateObject()]).SelectMany(order => Joined([.. order.Select(Member)], "{", "}")),
        JsonValueKind.Array => Joined([.. value.EnumerateArray().Select(item => Texts(item).ToArray())], "[", "]"),
        JsonValueKind.String => [Encoding.UTF8.GetString(JsonText.Quote(Text(value)))],
        JsonValueKind.Number => new[] { value.GetRawText(), ExactDecimal.Parse(value.GetRawText()).ToString() }.Distinct(),
        _ => [value.GetRawText()],
    };

    private static string Text(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return "\uFFFD";
        }
    }

    private static string[] Member(JsonProperty member) => [.. Texts(member.Value).Select(text => Encoding.UTF8.GetString(JsonText.Quote(member.Name)) + ":" + text)];

    private static IEnumerable<string> Joined(string[][] parts, string open, string close)
    {
        IEnumerable<string> texts = [""];
        for (var i = 0; i < parts.Length; i++)
        {
            var (separator, options) = (i == 0 ? "" : ",", parts[i]);
            texts = texts.SelectMany(text => options.Select(option => text + separator + option));
        }
        return texts.Select(text => open + text + close);
    }

    private static IEnumerable<JsonProperty[]> Orders(JsonProperty[] members)
    {
        if (members.Length <= 1 || members.Length > 6)
            return [members];
        return members.SelectMany((first, index) => Orders([.. members[..index], .. members[(index + 1)..]]).Select(rest => (JsonProperty[])[first, .. rest]));
    }
}
