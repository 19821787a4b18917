using System.Runtime.InteropServices;

namespace Freehold.Chatting;

/// <summary>
/// Ctrl-C in a chat: while an answer is written it stops that answer; at the prompt the first is a question and the second, with nothing typed
/// between, the end.
/// </summary>
internal sealed class CtrlC
{
    private readonly Lock _gate = new();
    private CancellationTokenSource? _answer;
    private bool _asked;

    /// <summary>Completed when the person wants to leave.</summary>
    public TaskCompletionSource Leave { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Listens to the terminal's signal until disposed.</summary>
    public IDisposable Listen(TextWriter error) => PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
    {
        context.Cancel = true;
        if (Press())
            error.WriteLine("\n(Ctrl-C again, or /quit, ends the chat)");
    });

    /// <summary>An answer begins; the token ends it. Dispose the source when it is written.</summary>
    public CancellationTokenSource BeginAnswer(CancellationToken outer)
    {
        lock (_gate)
        {
            _asked = false;
            return _answer = CancellationTokenSource.CreateLinkedTokenSource(outer);
        }
    }

    /// <summary>The answer is written.</summary>
    public void EndAnswer()
    {
        lock (_gate)
            _answer = null;
    }

    /// <summary>A line was typed.</summary>
    public void Typed()
    {
        lock (_gate)
            _asked = false;
    }

    /// <summary>Ctrl-C was pressed; true where the person should be told how to leave.</summary>
    public bool Press()
    {
        lock (_gate)
        {
            if (_answer is { } answer)
            {
                answer.Cancel();
                return false;
            }
            if (_asked)
            {
                Leave.TrySetResult();
                return false;
            }
            return _asked = true;
        }
    }
}
