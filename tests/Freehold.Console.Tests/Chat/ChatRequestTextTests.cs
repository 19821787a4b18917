using System.Diagnostics;
using System.Text.Json.Nodes;
using Freehold.Pages.Chat;

namespace Freehold.Pages.Tests.Chat;

public class ChatRequestTextTests
{
    private static readonly Uri Server = new("http://127.0.0.1:8080/");

    private static (Conversation Chat, Message Answer) Sample(string question = "What's \"this\"? $HOME `id` \\ \n'; rm -rf / #")
    {
        var answer = new Message { Role = Message.Assistant, Facts = new AnswerFacts { Model = "parrot", Seed = 7, Settings = new Settings { System = "Be brief.", Temperature = 0.5, MaxTokens = 9 } } };
        return (new Conversation { Messages = [new Message { Content = "first" }, new Message { Role = Message.Assistant, Content = "one", Facts = new AnswerFacts { Finish = "stop" } }, new Message { Content = question }, answer, new Message { Content = "later" }] }, answer);
    }

    [Fact]
    public void A_request_has_what_was_said_before_and_the_settings()
    {
        var (chat, answer) = Sample("now?");
        Assert.Equal("""{"model":"parrot","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"first"},{"role":"assistant","content":"one"},{"role":"user","content":"now?"}],"temperature":0.5,"max_completion_tokens":9,"seed":7,"stream":true,"stream_options":{"include_usage":true}}""",
            ChatRequestText.BodyOf(chat, answer, stream: true));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_copied_command_is_one_command_whatever_was_asked(bool keyed)
    {
        if (!File.Exists("/bin/sh"))
            Assert.Skip("needs a POSIX shell");
        var (chat, answer) = Sample();
        var script = "curl() { for a in \"$@\"; do printf '%s\\0' \"$a\"; done; }\nFREEHOLD_API_KEY=k\n" + ChatRequestText.CurlOf(chat, answer, Server, keyed);
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]) { RedirectStandardOutput = true })!;
        var arguments = (await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).TrimEnd('\0').Split('\0');
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal("http://127.0.0.1:8080/v1/chat/completions", arguments[0]);
        Assert.Equal(keyed, arguments.Contains("Authorization: Bearer k"));
        Assert.Equal(chat.Messages[2].Content, (string?)JsonNode.Parse(arguments[^1])!["messages"]!.AsArray()[^1]!["content"]);
    }
}
