using System.Text.Json;
using System.Text.Json.Nodes;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.OpenAi.Answers;
using Freehold.Gateway.OpenAi.Requests;
using Freehold.Gateway.OpenAi.Responses.Requests;
using Freehold.Gateway.Requests;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Stored;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Freehold.Gateway.OpenAi.Batches;

/// <summary>/v1/batches.</summary>
internal sealed class BatchEndpoint(BatchStore batches, FileStore files, StateStore state, InnerRequests inner, BatchRunner runner, RequestFrame frame)
{
    private const long Window = 24 * 3600, ShortestLife = 3600, LongestLife = 2_592_000;

    public Task CreateAsync(HttpContext http) => frame.RunAsync(http, async scope =>
    {
        state.Require();
        using var body = await RequestBody.ReadAsync(http);
        var fields = new Fields(body.RootElement, BatchParameters.Create);
        var endpoint = Fields.Text(fields.Take("endpoint"), "endpoint");
        var (fileId, window) = (Fields.Text(fields.Take("input_file_id"), "input_file_id"), Fields.Text(fields.Take("completion_window"), "completion_window"));
        var (metadata, lifetime) = (MetadataField.Take(fields), Lifetime(fields));
        fields.Finish();
        if (!inner.Paths.Contains(endpoint))
            throw RefusedException.Field("endpoint", $"'endpoint' is '{endpoint}'; it must be one of {string.Join(", ", inner.Paths)}.", ErrorCodes.UnsupportedValue);
        if (window != "24h")
            throw RefusedException.Field("completion_window", $"'completion_window' is '{window}'; it can only be 24h.", ErrorCodes.UnsupportedValue);
        var file = await files.FindAsync(scope.Principal.Tenant, fileId, http.RequestAborted) ?? throw new RefusedException(new Refusal(404, ErrorCodes.FileNotFound, "input_file_id", $"There is no file '{fileId}'."));
        if (file.Purpose != "batch")
            throw RefusedException.Field("input_file_id", $"The file '{fileId}' is for {file.Purpose}; upload it with the purpose batch.");

        var input = new BatchInput(endpoint);
        await using (var bytes = files.Open(file))
            await input.ReadAsync(bytes, http.RequestAborted);
        var now = state.Now;
        var told = new JsonObject
        {
            ["endpoint"] = endpoint,
            ["input_file_id"] = fileId,
            ["completion_window"] = window,
            ["created_at"] = now,
            ["expires_at"] = now + Window,
            ["metadata"] = metadata is null ? null : new JsonObject(metadata.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
            [BatchJson.LifetimeKey] = lifetime,
        };
        var isGood = input.Errors.Count == 0;
        told[isGood ? "in_progress_at" : "failed_at"] = now;
        if (!isGood)
            told["errors"] = new JsonObject { ["object"] = "list", ["data"] = input.Errors };
        var batch = new StoredBatch($"batch_{Guid.NewGuid():N}", scope.Principal.Tenant, isGood ? BatchJson.InProgress : BatchJson.Failed, told.ToJsonString());
        await batches.AddAsync(batch, isGood ? input.Lines : [], http.RequestAborted);
        runner.Wake();
        await SendAsync(http, batch, new BatchCounts(isGood ? input.Lines.Count : 0, 0, 0));
    });

    public Task ListAsync(HttpContext http) => frame.RunAsync(http, async scope =>
        await ListJson.SendPageAsync(http, await batches.ListAsync(scope.Principal.Tenant, new QueryFields(http.Request).TakePage(), http.RequestAborted),
            row => row.Batch.Id, static (json, row) => BatchJson.Write(json, row.Batch, row.Counts)));

    public Task ShowAsync(HttpContext http) => frame.RunAsync(http, async scope =>
    {
        var (batch, counts) = await FindAsync(http, scope);
        await SendAsync(http, batch, counts);
    });

    public Task CancelAsync(HttpContext http) => frame.RunAsync(http, async scope =>
    {
        var (batch, counts) = await FindAsync(http, scope);
        if (batch.Status == BatchJson.InProgress)
        {
            var told = BatchJson.With(batch.Body, "cancelling_at", state.Now);
            await batches.ChangeAsync(batch.Id, BatchJson.InProgress, BatchJson.Cancelling, told, http.RequestAborted);
            runner.Cancel(batch.Id);
            (batch, counts) = await FindAsync(http, scope);
        }
        else if (batch.Status is not (BatchJson.Cancelling or BatchJson.Cancelled))
        {
            throw new RefusedException(new Refusal(409, ErrorCodes.BatchNotRunning, null, $"The batch '{batch.Id}' is {batch.Status} and cannot be cancelled any more."));
        }
        await SendAsync(http, batch, counts);
    });

    private static long? Lifetime(Fields fields)
    {
        if (!fields.TryTake("output_expires_after", out var value))
            return null;
        var expires = fields.Child("output_expires_after", value);
        var (anchor, seconds) = (expires.TakeString("anchor"), expires.TakeInt64("seconds", ShortestLife, LongestLife));
        expires.Finish();
        return anchor is null or "created_at" ? seconds : throw RefusedException.Field(expires.PathOf("anchor"), $"'{expires.PathOf("anchor")}' is '{anchor}'; it can only be created_at.");
    }

    private async Task<(StoredBatch Batch, BatchCounts Counts)> FindAsync(HttpContext http, RequestScope scope)
    {
        var id = (string)http.GetRouteValue("id")!;
        return await batches.FindAsync(scope.Principal.Tenant, id, http.RequestAborted)
            ?? throw new RefusedException(new Refusal(404, ErrorCodes.BatchNotFound, null, $"There is no batch '{(id.Length <= 100 ? id : id[..100] + "...")}'."));
    }

    private static Task SendAsync(HttpContext http, StoredBatch batch, BatchCounts counts) => ListJson.SendAsync(http, (batch, counts), static (json, told) => BatchJson.Write(json, told.batch, told.counts));
}

/// <summary>A batch as it is told.</summary>
internal static class BatchJson
{
    public const string InProgress = "in_progress", Finalizing = "finalizing", Completed = "completed", Failed = "failed", Expired = "expired", Cancelling = "cancelling", Cancelled = "cancelled";

    /// <summary>Seconds that files of results are kept; not told.</summary>
    public const string LifetimeKey = "output_lifetime";

    public static void Write(Utf8JsonWriter json, StoredBatch batch, BatchCounts counts)
    {
        json.WriteStartObject();
        json.WriteString("id", batch.Id);
        json.WriteString("object", "batch");
        json.WriteString("status", batch.Status);
        using var body = JsonDocument.Parse(batch.Body);
        foreach (var property in body.RootElement.EnumerateObject())
            if (property.Name != LifetimeKey)
                property.WriteTo(json);
        json.WriteStartObject("request_counts");
        json.WriteNumber("total", counts.Total);
        json.WriteNumber("completed", counts.Completed);
        json.WriteNumber("failed", counts.Failed);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>What is told, with one value more.</summary>
    public static string With(string body, string name, JsonNode? value)
    {
        var told = JsonNode.Parse(body)!;
        told[name] = value;
        return told.ToJsonString();
    }

    /// <summary>A line of results.</summary>
    public static string ResultOf(BatchLine line, InnerAnswer? answer, string? error, string? message) => ListJson.Text((line, answer, error, message), static (json, told) =>
    {
        json.WriteStartObject();
        json.WriteString("id", $"batch_req_{Guid.NewGuid():N}");
        json.WriteString("custom_id", told.line.CustomId);
        if (told.answer is { } answer)
        {
            json.WriteStartObject("response");
            json.WriteNumber("status_code", answer.Status);
            json.WriteString("request_id", answer.RequestId);
            json.WritePropertyName("body");
            json.WriteRawValue(answer.Body);
            json.WriteEndObject();
            json.WriteNull("error");
        }
        else
        {
            json.WriteNull("response");
            json.WriteStartObject("error");
            json.WriteString("code", told.error);
            json.WriteString("message", told.message);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    });
}
