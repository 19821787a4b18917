// Run in the repository's root: dotnet run -c Release --project samples/HelloFreehold
using Freehold.Engine;
using Microsoft.Extensions.AI;

using var model = FreeholdModel.Open(args is [var path] ? path : "models/SmolLM2-135M-Instruct-Q4_1.gguf");
await foreach (var update in model.Chat!.GetStreamingResponseAsync("What is the capital of France?", new() { Temperature = 0, MaxOutputTokens = 60 }))
    Console.Write(update);
Console.WriteLine();
