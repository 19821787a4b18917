using System.Text.Json;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.OpenAi.Answers;
using Freehold.Gateway.OpenAi.Requests;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Stored;
using Freehold.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Freehold.Gateway.OpenAi.Files;

/// <summary>/v1/files.</summary>
internal sealed class FileEndpoint(FileStore files, StateStore state, RequestFrame frame)
{
    private const int MostListed = 10_000;

    public Task UploadAsync(HttpContext http) => frame.RunAsync(http, async scope =>
    {
        state.Require();
        var upload = new Upload(files, state.MaxFileBytes);
        try
        {
            await upload.ReadAsync(http);
            await SendAsync(http, await files.AddAsync(scope.Principal.Tenant, upload.Id!, upload.Name!, upload.Purpose!, upload.Bytes, upload.Lifetime, http.RequestAborted));
        }
        catch (Exception failure)
        {
            if (upload.Id is not null)
                files.Discard(upload.Id);
            if (failure is IOException and not BadHttpRequestException && DiskFault.Is(failure))
                throw DiskFault.Explain(failure, state.FileFolder);
            throw;
        }
    });

    public Task ListAsync(HttpContext http) => frame.RunAsync(http, async scope =>
    {
        var query = new QueryFields(http.Request);
        var purpose = query.Take("purpose");
        var page = await files.ListAsync(scope.Principal.Tenant, purpose, query.TakePage(MostListed), http.RequestAborted);
        await ListJson.SendPageAsync(http, page, file => file.Id, Write);
    });

    public Task ShowAsync(HttpContext http) => frame.RunAsync(http, async scope => await SendAsync(http, await FindAsync(http, scope)));

    public Task DeleteAsync(HttpContext http) => frame.RunAsync(http, async scope =>
    {
        var id = IdOf(http);
        if (!await files.DeleteAsync(scope.Principal.Tenant, id, http.RequestAborted))
            throw NotFound(id);
        await ListJson.SendDeletedAsync(http, id, "file");
    });

    public Task ContentAsync(HttpContext http) => frame.RunAsync(http, async scope =>
    {
        var file = await FindAsync(http, scope);
        await using var bytes = files.Open(file);
        http.Response.ContentType = "application/octet-stream";
        http.Response.ContentLength = bytes.Length;
        http.Response.Headers.ContentDisposition = "attachment"; // never a page of this server's origin
        http.Response.Headers.XContentTypeOptions = "nosniff";
        await bytes.CopyToAsync(http.Response.Body, http.RequestAborted);
    });

    private async Task<StoredFile> FindAsync(HttpContext http, RequestScope scope) =>
        await files.FindAsync(scope.Principal.Tenant, IdOf(http), http.RequestAborted) ?? throw NotFound(IdOf(http));

    private static Task SendAsync(HttpContext http, StoredFile file) => ListJson.SendAsync(http, file, Write);

    private static void Write(Utf8JsonWriter json, StoredFile file)
    {
        json.WriteStartObject();
        json.WriteString("id", file.Id);
        json.WriteString("object", "file");
        json.WriteNumber("bytes", file.Bytes);
        json.WriteNumber("created_at", file.Created);
        json.WriteNumber("expires_at", file.Expires);
        json.WriteString("filename", file.Name);
        json.WriteString("purpose", file.Purpose);
        json.WriteString("status", "processed");
        json.WriteEndObject();
    }

    private static string IdOf(HttpContext http) => (string)http.GetRouteValue("id")!;

    private static RefusedException NotFound(string id) => new(new Refusal(404, ErrorCodes.FileNotFound, null, $"There is no file '{(id.Length <= 100 ? id : id[..100] + "...")}'."));
}
