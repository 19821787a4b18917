using System.Text.Json;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.Reranking;

/// <summary>A body of a rerank endpoint, every field read or refused.</summary>
internal sealed record RerankRequest(
    string? Model, string Query, IReadOnlyList<string> Documents, int Top, int? MaxTokensPerDocument, bool ReturnDocuments, string? User, InertFields Inert)
{
    /// <summary>Documents one request may hold.</summary>
    public const int MaxDocuments = 2048;

    /// <param name="body">The body.</param>
    /// <param name="table">The endpoint's parameters.</param>
    /// <param name="returnsDocuments">Whether the endpoint's answers hold the documents unless a request says otherwise.</param>
    public static RerankRequest Read(JsonElement body, ParameterTable table, bool returnsDocuments)
    {
        var fields = new Fields(body, table);
        var model = fields.TakeString("model");
        var query = NotEmpty(Fields.Text(fields.Take("query"), "query"), "query");
        var documents = Texts(fields, fields.Take("documents"));
        var top = fields.TakeInt32("top_n", 1, int.MaxValue) ?? documents.Count;
        var most = fields.TakeInt32("max_tokens_per_doc", 1, int.MaxValue);
        var returned = fields.TakeBoolean("return_documents") ?? returnsDocuments;
        var user = fields.TakeString("user");
        fields.Finish();
        return new RerankRequest(model, query, documents, Math.Min(top, documents.Count), most, returned, user, fields.Inert);
    }

    private static List<string> Texts(Fields fields, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
            throw Fields.WrongType("documents", "an array of strings or of objects with 'text'", value);
        if (value.GetArrayLength() is 0 or > MaxDocuments)
            throw RefusedException.Field("documents", $"'documents' has {value.GetArrayLength()} texts; from 1 to {MaxDocuments} are taken.");
        var texts = new List<string>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            var path = $"documents[{texts.Count}]";
            if (item.ValueKind == JsonValueKind.Object)
            {
                var document = fields.Child("documents", texts.Count, item);
                path += ".text";
                texts.Add(NotEmpty(Fields.Text(document.Take("text"), path), path));
                document.Finish();
            }
            else
                texts.Add(NotEmpty(Fields.Text(item, path), path));
        }
        return texts;
    }

    private static string NotEmpty(string text, string path) =>
        text.Length > 0 ? text : throw RefusedException.Field(path, $"'{path}' is an empty string.");
}
