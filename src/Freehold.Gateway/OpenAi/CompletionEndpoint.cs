using Freehold.Gateway.Answers;
using Freehold.Gateway.Dialects;
using Freehold.Gateway.Guarding;
using Freehold.Gateway.OpenAi.Answers;
using Freehold.Gateway.OpenAi.Requests;
using Freehold.Gateway.Requests;
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
        var card = ModelNames.Find(directory, request.Model);
        if (!card.Chats)
            throw RefusedException.Field("model", $"The model '{card.Id}' {card.Does} and cannot complete text.", ErrorCodes.UnsupportedValue);
        var head = Naming.HeadOf("cmpl-", card, clock);
        var model = await scope.HoldAsync(directory, card, Cutoff.Of(http).Token, early: Answering.EarlyOf(http, head, new CompletionShape(false, null, 1), request.Streaming, request.Inert));
        scope.Principal.Stamp(request.Options.AdditionalProperties!, request.User);
        var generations = new List<Generation>(request.Prompts.Count * request.Candidates);
        for (var prompt = 0; prompt < request.Prompts.Count; prompt++)
            for (var choice = 0; choice < request.Candidates; choice++)
                generations.Add(GenerationOf(request, prompt, choice, generations.Count));
        List<string>? echoed = request.Echo ? [.. request.Prompts.Select((prompt, index) => TextOf(prompt, index, model))] : null;
        var shape = new CompletionShape(request.Logprobs, echoed, request.Candidates);
        request.Inert.Tell(http);
        await answering.AnswerAsync(http, model, head.By(model), shape, generations, request.Streaming, new BestOf(request.Candidates, request.Choices));
    });

    private static Generation GenerationOf(CompletionRequest request, int prompt, int choice, int index)
    {
        var raw = request.Prompts[prompt];
        var options = Generation.OptionsOf(request.Options, choice);
        options.AdditionalProperties![raw.Ids is null ? "raw_prompt" : "prompt_token_ids"] = (object?)raw.Ids ?? raw.Text;
        return new Generation(index, prompt, [new ChatMessage(ChatRole.User, raw.Text ?? "")], options);
    }

    private static string TextOf(RawPrompt prompt, int index, ServedModel model)
    {
        if (prompt.Ids is not { } ids)
            return prompt.Text!;
        if (model.Text is not { } text)
            throw RefusedException.Field("echo", $"'echo' needs the prompt as text: the tokens of '{model.Id}' are not known here.", ErrorCodes.UnsupportedParameter);
        var wrong = Array.FindIndex(ids, id => id >= text.VocabularySize);
        return wrong < 0 ? text.Decode(ids)
            : throw RefusedException.Field("prompt", $"Token {wrong} of prompt {index} is {ids[wrong]}; '{model.Id}' has ids 0 to {text.VocabularySize - 1}.");
    }
}
