using System.Text;
using System.Text.Json;
using Freehold.Gateway.Answers;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Guarding;
using Freehold.Gateway.Measuring;
using Freehold.Gateway.OpenAi.Answers;
using Freehold.Gateway.OpenAi.Requests;
using Freehold.Gateway.OpenAi.Responses.Answers;
using Freehold.Gateway.OpenAi.Responses.Items;
using Freehold.Gateway.OpenAi.Responses.Requests;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Sealing;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.OpenAi.Responses;

/// <summary>
/// POST /v1/responses/compact: what users said stays as it is; what else there is becomes a summary that the model writes, sealed. The answer's items are the input of what comes next.
/// </summary>
internal sealed class CompactEndpoint(StoredContext context, Sealer sealer, RequestFrame frame, GatewayMeter meter, TimeProvider clock)
{
    /// <summary>Tokens that a summary may have.</summary>
    private const int MostTokens = 1024;

    private const string Wish = "Summarise the conversation so far for whoever goes on with it: the goal, what was decided and done, results of tools, file names, numbers, and what is left to do. Write the summary only.";

    public Task AnswerAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async scope =>
    {
        using var body = await RequestBody.ReadAsync(http);
        var owner = scope.Principal.Tenant;
        var reader = new ItemReader(sealer, owner);
        var fields = new Fields(body.RootElement, ResponseParameters.Compact);
        var options = new ChatOptions { AdditionalProperties = [], Temperature = 0, MaxOutputTokens = MostTokens };
        var name = fields.TakeString("model");
        var (given, instructions, continued) = (reader.Take(fields, "input"), fields.TakeString("instructions"), Continued.Take(fields, conversations: false));
        ChatRequest.Tier(fields, options);
        fields.Finish();
        var card = ModelNames.FindChat(directory, name);
        Item[] items = [.. await context.BeforeAsync(continued, owner, reader, http.RequestAborted), .. await context.ResolveAsync(given, owner, reader, http.RequestAborted)];
        if (items.Length == 0)
            throw RefusedException.Field("input", "Missing required parameter: 'input'.", ErrorCodes.MissingRequiredParameter);
        var model = await scope.HoldAsync(directory, card, Cutoff.Of(http).Token);
        scope.Principal.Stamp(options.AdditionalProperties, null);
        fields.Inert.Tell(http);

        var usage = new UsageTotals();
        var summary = new StringBuilder();
        using var measured = meter.Begin(model.Id, clock, usage);
        var generation = new Generation(0, 0, [.. ItemMessages.Of(instructions, items), new ChatMessage(ChatRole.User, Wish)], options);
        await foreach (var piece in Generation.RunAsync(model.Chat!, [generation], http))
        {
            summary.Append(piece.Text);
            if (piece.Usage is { } counts)
                usage.Add(0, counts);
            if (piece.HasContent)
                measured.Step(0);
        }
        var text = summary.ToString();
        Item[] left = [.. items.Where(item => item is MessageItem { Role: "user" }), new CompactionItem(null, sealer.Seal(text, ItemReader.CompactionSeal, owner), text)];
        await ListJson.SendAsync(http, (left, usage, created: clock.GetUtcNow().ToUnixTimeSeconds()), static (json, made) => Write(json, made.left, made.usage, made.created));
    });

    private static void Write(Utf8JsonWriter json, IReadOnlyList<Item> items, UsageTotals usage, long created)
    {
        json.WriteStartObject();
        json.WriteString("id", Item.NewId("cmp_"));
        json.WriteString("object", "response.compaction");
        json.WriteNumber("created_at", created);
        json.WriteStartArray("output");
        foreach (var item in items)
            item.Named().Write(json);
        json.WriteEndArray();
        json.WritePropertyName("usage");
        ResponseUsage.Write(json, usage, reasoning: 0);
        json.WriteEndObject();
    }
}
