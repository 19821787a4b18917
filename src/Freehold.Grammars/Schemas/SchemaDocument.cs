using System.Globalization;
using System.Text.Json;

namespace Freehold.Grammars.Schemas;

/// <summary>A schema document: finds what <c>$ref</c> names inside it, by pointer, by <c>$anchor</c> and by <c>$id</c>. Nothing is ever fetched.</summary>
internal sealed class SchemaDocument
{
    private static readonly Uri _nowhere = new("freehold-schema:///");
    private readonly Dictionary<string, string> _resources = [], _anchors = [];
    private readonly Dictionary<string, Uri> _bases = [];

    /// <summary>Reads the identifiers.</summary>
    public SchemaDocument(JsonElement root)
    {
        Root = new SchemaPart("", root);
        _bases[""] = _nowhere;
        _resources[Plain(_nowhere)] = "";
        Index(root, "", _nowhere);
    }

    /// <summary>The whole.</summary>
    public SchemaPart Root { get; }

    /// <summary>What a <c>$ref</c> in a schema names.</summary>
    public SchemaPart Resolve(SchemaPart from, string reference)
    {
        if (!Uri.TryCreate(BaseOf(from.Pointer), reference, out var target))
            throw GrammarRefusedException.Invalid(from.At("$ref"), $"'{reference}' is no URI reference");
        if (!_resources.TryGetValue(Plain(target), out var pointer))
            throw GrammarRefusedException.Unenforceable(from.At("$ref"), $"'{reference}' is not in this schema, and nothing is fetched; put it under $defs");
        var fragment = Uri.UnescapeDataString(target.Fragment.TrimStart('#'));
        if (fragment.Length == 0)
            return At(from, pointer, reference);
        if (fragment[0] == '/')
            return At(from, pointer + fragment, reference);
        return _anchors.TryGetValue(Plain(target) + "#" + fragment, out var anchor)
            ? At(from, anchor, reference)
            : throw GrammarRefusedException.Invalid(from.At("$ref"), $"there is no $anchor '{fragment}'");
    }

    private SchemaPart At(SchemaPart from, string pointer, string reference)
    {
        var element = Root.Schema;
        foreach (var token in pointer.Split('/').Skip(1))
        {
            var name = token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            var found = element.ValueKind switch
            {
                JsonValueKind.Object => element.TryGetProperty(name, out element),
                JsonValueKind.Array => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < element.GetArrayLength() && (element = element[index]).ValueKind != JsonValueKind.Undefined,
                _ => false,
            };
            if (!found)
                throw GrammarRefusedException.Invalid(from.At("$ref"), $"'{reference}' points to nothing in this schema");
        }
        return new SchemaPart(pointer, element);
    }

    private Uri BaseOf(string pointer)
    {
        while (true)
        {
            if (_bases.TryGetValue(pointer, out var found))
                return found;
            pointer = pointer[..pointer.LastIndexOf('/')];
        }
    }

    private void Index(JsonElement element, string pointer, Uri nearest)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            var index = 0;
            foreach (var item in element.EnumerateArray())
                Index(item, $"{pointer}/{index++}", nearest);
            return;
        }
        if (element.ValueKind != JsonValueKind.Object)
            return;
        if (element.TryGetProperty("$id", out var id) && id.ValueKind == JsonValueKind.String && Uri.TryCreate(nearest, id.GetString(), out var named))
        {
            nearest = named;
            _bases[pointer] = nearest;
            _resources.TryAdd(Plain(nearest), pointer);
        }
        if (element.TryGetProperty("$anchor", out var anchor) && anchor.ValueKind == JsonValueKind.String)
            _anchors.TryAdd(Plain(nearest) + "#" + anchor.GetString(), pointer);
        foreach (var member in element.EnumerateObject())
            if (member.Name is not ("enum" or "const" or "default" or "examples"))
                Index(member.Value, $"{pointer}/{member.Name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}", nearest);
    }

    private static string Plain(Uri uri) => uri.AbsoluteUri.Split('#')[0];
}
