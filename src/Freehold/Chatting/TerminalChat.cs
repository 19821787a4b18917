using Freehold.Commands;
using Microsoft.Extensions.AI;

namespace Freehold.Chatting;

/// <summary>A chat over lines of text: a terminal, or what is piped in. Answers go to the output, everything else to the error stream.</summary>
internal sealed class TerminalChat(IChatClient model, ChatOptions options, string? system, TextReader input, TextWriter output, TextWriter error, CtrlC ctrlC, bool prompts)
{
    private const string Help = """
        /help    this list
        /clear   forget the conversation so far
        /quit    leave (so does the end of input)
        Ctrl-C   stops the answer that is being written; twice at the prompt, it leaves
        """;
    private readonly List<ChatMessage> _history = [];

    /// <summary>Runs until the input ends or the person leaves.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Clear();
        while (true)
        {
            var line = await ReadLineAsync(cancellationToken);
            if (ctrlC.Leave.Task.IsCompleted)
                return ExitCode.Interrupted;
            if (line is null)
                return ExitCode.Done;
            ctrlC.Typed();
            switch (line.Trim())
            {
                case "":
                    continue;
                case "/help":
                    await error.WriteLineAsync(Help);
                    continue;
                case "/clear":
                    Clear();
                    await error.WriteLineAsync("(the conversation is forgotten)");
                    continue;
                case "/quit":
                    return ExitCode.Done;
                case ['/', .. var unknown] when !unknown.Contains(' ', StringComparison.Ordinal) && !unknown.Contains('/', StringComparison.Ordinal):
                    await error.WriteLineAsync($"(there is no /{unknown}; /help lists what there is)");
                    continue;
                default:
                    await AnswerAsync(line, cancellationToken);
                    continue;
            }
        }
    }

    private async Task AnswerAsync(string question, CancellationToken cancellationToken)
    {
        _history.Add(new ChatMessage(ChatRole.User, question));
        using var stop = ctrlC.BeginAnswer(cancellationToken);
        try
        {
            var answer = await Answer.WriteAsync(model, _history, options, output, keepPartial: true, stop.Token);
            cancellationToken.ThrowIfCancellationRequested();
            await output.WriteLineAsync();
            _history.Add(new ChatMessage(ChatRole.Assistant, answer.Text));
            if (answer.Finish is null)
                await error.WriteLineAsync("(stopped)");
            else if (answer.Finish == ChatFinishReason.Length)
                await error.WriteLineAsync("(cut off: --max-tokens or the context's end was reached)");
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The chat goes on; a question that cannot be answered must not stand in the way of the next.
            _history.RemoveAt(_history.Count - 1);
            await error.WriteLineAsync($"freehold: {failure.Message}");
        }
        finally
        {
            ctrlC.EndAnswer();
        }
    }

    // A read of the terminal cannot be cancelled: it is left behind when the person leaves, and the process ends.
    private async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        if (prompts)
            await error.WriteAsync("> ");
        var line = Task.Run(input.ReadLine, cancellationToken);
        await Task.WhenAny(line, ctrlC.Leave.Task).WaitAsync(cancellationToken);
        return line.IsCompleted ? await line : null;
    }

    private void Clear()
    {
        _history.Clear();
        if (!string.IsNullOrEmpty(system))
            _history.Add(new ChatMessage(ChatRole.System, system));
    }
}
