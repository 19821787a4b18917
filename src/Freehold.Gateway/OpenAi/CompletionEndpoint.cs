using Freehold.Gateway.OpenAi.Answers;
using Freehold.Gateway.OpenAi.Requests;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace Freehold.Gateway.OpenAi;

/// <summary>POST /v1/completions: plain continuation of prompts, without a template.</summary>
internal sealed class CompletionEndpoint(Answering answering, RequestFrame frame, TimeProvider clock)
{
    public Task AnswerAsync(HttpContext http, IModelDirectory directory) => frame.RunAsync(http, async scope =>
    {
        using var body = await RequestBody.ReadAsync(http);
        var request = CompletionRequest.Read(body.RootElement);
        var model = scope.Model = Naming.Find(directory, request.Model);
        if (model.Chat is null)
            throw RefusedException.Field("model", $"The model '{model.Id}' gives embeddings and cannot complete text.", "unsupported_value");
        Naming.Stamp(request.Options.AdditionalProperties!, http, request.User);
        var generations = new List<Generation>(request.Prompts.Count * request.Choices);
        for (var prompt = 0; prompt < request.Prompts.Count; prompt++)
            for (var choice = 0; choice < request.Choices; choice++)
                generations.Add(GenerationOf(request, prompt, choice, generations.Count));
        var echoed = request.Echo ? generations.ConvertAll(generation => request.Prompts[generation.Prompt].Text!) : null;
        var shape = new CompletionShape(request.Options.AdditionalProperties!.ContainsKey("logprobs"), echoed, generations.Count);
        await answering.AnswerAsync(http, model, Naming.HeadOf("cmpl-", model, clock), shape, generations, request.Streaming);
    });

    private static Generation GenerationOf(CompletionRequest request, int prompt, int choice, int index)
    {
        var raw = request.Prompts[prompt];
        var options = Generation.OptionsOf(request.Options, choice);
        options.AdditionalProperties![raw.Ids is null ? "raw_prompt" : "prompt_token_ids"] = (object?)raw.Ids ?? raw.Text;
        return new Generation(index, prompt, [new ChatMessage(ChatRole.User, raw.Text ?? "")], options);
    }
}
