using System.Runtime.CompilerServices;
using Freehold.Chatting;
using Microsoft.Extensions.AI;

namespace Freehold.Tests.Chatting;

public class TerminalChatTests
{
    /// <summary>Answers with how many messages it was given, then waits where it is told to.</summary>
    private sealed class CountingModel : IChatClient
    {
        public List<IReadOnlyList<ChatMessage>> Asked { get; } = [];
        public Func<CancellationToken, Task> Before { get; set; } = _ => Task.CompletedTask;

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            Asked.Add([.. messages]);
            yield return new ChatResponseUpdate(ChatRole.Assistant, $"answer {Asked.Count}");
            await Before(cancellationToken);
            yield return new ChatResponseUpdate(ChatRole.Assistant, " to " + Asked[^1][^1].Text) { FinishReason = ChatFinishReason.Stop };
        }

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new InvalidOperationException("answers are streamed");
        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }

    private readonly CountingModel _model = new();
    private readonly StringWriter _output = new(), _error = new();
    private readonly CtrlC _ctrlC = new();

    private Task<int> ChatAsync(string input, string? system = null) => ChatAsync(new StringReader(input), system);

    private Task<int> ChatAsync(TextReader input, string? system = null) =>
        new TerminalChat(_model, new ChatOptions(), system, input, _output, _error, _ctrlC, prompts: false).RunAsync(TestContext.Current.CancellationToken);

    [Fact]
    public async Task What_is_piped_in_is_answered_with_its_history_and_the_end_of_input_leaves()
    {
        Assert.Equal(0, await ChatAsync("one\n\ntwo\n", "be brief"));
        Assert.Equal("answer 1 to one\nanswer 2 to two\n", _output.ToString().ReplaceLineEndings("\n"));
        Assert.Equal(["be brief", "one", "answer 1 to one", "two"], _model.Asked[1].Select(message => message.Text));
        Assert.Empty(_error.ToString());
    }

    [Fact]
    public async Task Clear_forgets_all_but_the_system_message_and_quit_leaves()
    {
        Assert.Equal(0, await ChatAsync("one\n/clear\ntwo\n/quit\nthree\n", "be brief"));
        Assert.Equal(2, _model.Asked.Count);
        Assert.Equal(["be brief", "two"], _model.Asked[1].Select(message => message.Text));
    }

    [Fact]
    public async Task Commands_are_not_sent_to_the_model_and_paths_are()
    {
        await ChatAsync("/help\n/hepl\n/etc/passwd is a file\n");
        Assert.Equal("/etc/passwd is a file", Assert.Single(_model.Asked)[^1].Text);
        Assert.Contains("/clear", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("there is no /hepl", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_stops_the_answer_and_not_the_chat()
    {
        _model.Before = token =>
        {
            if (_model.Asked.Count > 1)
                return Task.CompletedTask;
            Assert.False(_ctrlC.Press());
            return Task.Delay(Timeout.Infinite, token);
        };
        Assert.Equal(0, await ChatAsync("one\ntwo\n"));
        Assert.Equal("answer 1\nanswer 2 to two\n", _output.ToString().ReplaceLineEndings("\n"));
        Assert.Contains("(stopped)", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal(["one", "answer 1", "two"], _model.Asked[1].Select(message => message.Text));
    }

    [Fact]
    public async Task Ctrl_C_twice_at_the_prompt_leaves_with_130()
    {
        using var nobodyTypes = new BlockedReader();
        var chat = ChatAsync(nobodyTypes);
        Assert.True(_ctrlC.Press());
        Assert.False(_ctrlC.Press());
        Assert.Equal(130, await chat.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_line_between_two_Ctrl_Cs_makes_the_second_a_first_again()
    {
        Assert.True(_ctrlC.Press());
        _ctrlC.Typed();
        Assert.True(_ctrlC.Press());
        Assert.False(_ctrlC.Leave.Task.IsCompleted);
    }

    [Fact]
    public async Task A_question_that_fails_is_told_and_forgotten_and_the_chat_goes_on()
    {
        _model.Before = _ => _model.Asked.Count == 1 ? throw new InvalidOperationException("does not fit") : Task.CompletedTask;
        Assert.Equal(0, await ChatAsync("one\ntwo\n"));
        Assert.Contains("freehold: does not fit", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal(["two"], _model.Asked[1].Select(message => message.Text));
    }

    private sealed class BlockedReader : TextReader
    {
        private readonly ManualResetEventSlim _never = new();

        public override string? ReadLine()
        {
            _never.Wait();
            return null;
        }

        protected override void Dispose(bool disposing)
        {
            _never.Set();
            base.Dispose(disposing);
        }
    }
}
