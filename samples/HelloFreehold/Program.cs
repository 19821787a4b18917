using Freehold.Engine;
using Microsoft.Extensions.AI;

using var model = LocalModel.Open(args.Length > 0 ? args[0] : "models/SmolLM2-135M-Instruct-Q4_1.gguf");
await foreach (var update in model.Chat!.GetStreamingResponseAsync("What is the capital of France?", new ChatOptions { Temperature = 0 }))
    Console.Write(update.Text);
